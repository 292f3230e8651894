"""Which right a route asks for."""

from typing import Any

from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler

from console.answers import ProblemKind, problem
from console.auth.caller import Caller, Credential
from console.auth.rights import Right
from console.gate.middleware import OPEN

RIGHT = "right"
"""The ``opt`` under which a route names its right; a route that names none is refused to everybody."""


def needs(right: Right) -> dict[str, Any]:
    """The ``opt`` of a route that asks for a right."""
    return {RIGHT: right}


def guard(connection: ASGIConnection[Any, Caller, Credential, Any], handler: BaseRouteHandler) -> None:
    """Let callers pass that have the route's right.

    Raises:
        ProblemDetailsException: 403.
    """
    if handler.opt.get(OPEN) or connection.scope.get("method") == "OPTIONS":
        # Which methods an address has is no secret, and browsers ask it without credentials.
        return
    right = handler.opt.get(RIGHT)
    caller = connection.user
    if right is None or right not in caller.rights:
        who = caller.actor.role.value if caller.actor.role is not None else "this key's scopes"
        wanted = right.value if right is not None else "nothing that anybody has"
        raise problem(403, ProblemKind.NOT_ALLOWED, f"This needs the right {wanted!r}, which {who} does not give. Ask the administrator.")
