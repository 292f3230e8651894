"""The request of a caller who was recognised."""

from litestar import Request
from litestar.datastructures import State
from litestar.di import NamedDependency

from console.auth.caller import Caller, Credential
from console.parts import Parts

Asked = Request[Caller, Credential, State]
"""What a route with a right gets: ``request.user`` is the caller."""

Given = NamedDependency[Parts]
"""What every route works with."""
