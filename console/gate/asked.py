"""The request of a caller who was recognised."""

from litestar import Request
from litestar.datastructures import State

from console.auth.caller import Caller, Credential

Asked = Request[Caller, Credential, State]
"""What a route with a right gets: ``request.user`` is the caller."""
