"""Recognises the caller of every route that does not say it is open."""

from litestar.connection import ASGIConnection
from litestar.middleware.authentication import AbstractAuthenticationMiddleware, AuthenticationResult
from litestar.types import ASGIApp

from console.answers import ProblemKind, problem
from console.auth.caller import Credential
from console.auth.recognise import COOKIE, recognise
from console.parts import Parts

OPEN = "open_to_all"
"""A route's ``opt`` of this name lets it be used without a caller."""
OWN_HEADER = "x-requested-with"
OWN_VALUE = "cityloop"
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


class Gate(AbstractAuthenticationMiddleware):
    """Puts the :class:`~console.auth.caller.Caller` into ``request.user``; answers 401 where there is none.

    Args:
        app: the next application.
        parts: accounts, catalogue and clock.
    """

    def __init__(self, app: ASGIApp, parts: Parts) -> None:
        super().__init__(app, exclude_from_auth_key=OPEN)
        self._parts = parts

    async def authenticate_request(self, connection: ASGIConnection) -> AuthenticationResult:  # type: ignore[type-arg]  # Litestar's own signature has no arguments.
        """Find the caller.

        Raises:
            ProblemDetailsException: 401 when nobody was recognised, 403 when a write rides on a cookie without our pages' header.
        """
        parts = self._parts
        caller = await recognise(
            parts.accounts, parts.catalogue, parts.clock(),
            cookie=connection.cookies.get(COOKIE), authorization=connection.headers.get("authorization"),
        )  # fmt: skip
        if isinstance(caller, str):
            raise problem(401, ProblemKind.NOT_LOGGED_IN, caller, {"WWW-Authenticate": "Bearer"})
        if caller.credential is Credential.SESSION:
            forbid_foreign_writes(connection)
        return AuthenticationResult(user=caller, auth=caller.credential)


def forbid_foreign_writes(connection: ASGIConnection) -> None:  # type: ignore[type-arg]  # As above.
    """Refuse a write without the header that another site's page cannot set without our consent.

    Raises:
        ProblemDetailsException: 403.
    """
    if connection.scope["method"] not in _SAFE and connection.headers.get(OWN_HEADER) != OWN_VALUE:  # type: ignore[typeddict-item]  # HTTP scopes only.
        raise problem(
            403, ProblemKind.FOREIGN_SITE, "A write with a session needs the header 'X-Requested-With: cityloop', which our own pages send."
        )
