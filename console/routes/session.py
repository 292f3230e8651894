"""Logging in and out, and who one is."""

import asyncio
from typing import Any

from litestar import Request, Response, delete, get, post
from litestar.datastructures import Cookie
from litestar.params import JSONBody

from config.moment import SECOND
from console.answers import ProblemKind, may_answer, problem
from console.auth.caller import Caller, Credential, caller_of_person
from console.auth.passwords import Verdict
from console.auth.recognise import COOKIE
from console.auth.rights import Right
from console.auth.tokens import digest, new_session_token
from console.gate.asked import Asked, Given
from console.gate.guards import needs
from console.gate.middleware import OPEN, forbid_foreign_writes
from console.shapes.session import Me, SummaryShape, summary_shape
from console.shapes.writes import Login
from dispatch.accounts import Session, User, UserState

LASTS = 12 * 3600 * SECOND
"""A session lasts a long shift."""


def me_of(caller: Caller, parts: Given) -> Me:
    """The one who asks, with names."""
    unit = caller.actor.unit
    return Me(
        id=caller.actor.id, name=caller.name, role=caller.actor.role, unit=None if unit is None else parts.directory.unit(unit),
        rights=tuple(sorted(caller.rights)), city=parts.catalogue.name, zone=parts.catalogue.zone,
    )  # fmt: skip


@post("/session", opt={OPEN: True}, status_code=201, responses=may_answer(422, 429), summary="Log in", tags=["session"])
async def log_in(request: Request[Any, Any, Any], data: JSONBody[Login], parts: Given) -> Response[Me]:
    """Check name and password; the answer sets the session cookie.

    Raises:
        ProblemDetailsException: 401 wrong, 429 too many failed attempts (with Retry-After), 403 from another site.
    """
    forbid_foreign_writes(request)
    address = request.client.host if request.client else "unknown"
    _hold_back(parts, data.user, address)
    user = await parts.accounts.user(data.user)
    active = user if user is not None and user.state is UserState.ACTIVE else None
    person = parts.catalogue.people.get(data.user)
    # Argon2 takes tens of milliseconds on purpose: not on the loop that feeds everybody else.
    verdict = await asyncio.to_thread(parts.passwords.check, active.password_hash if active and person else None, data.password)
    now = parts.clock()
    if active is None or person is None or verdict is Verdict.WRONG:
        parts.by_login.failed(f"{data.user}@{address}", now)
        parts.by_address.failed(address, now)
        parts.metrics.logins.labels("wrong").inc()
        raise problem(401, ProblemKind.WRONG_LOGIN, "User name or password is wrong. Check both; the administrator can set a new password.")
    if verdict is Verdict.RIGHT_REHASH:
        await _rehash(parts, active, data.password)
    parts.by_login.succeeded(f"{data.user}@{address}")
    parts.metrics.logins.labels("right").inc()
    token = new_session_token()
    await parts.accounts.open_session(Session(token_hash=digest(token), user=data.user, created_at=now, expires_at=now + LASTS))
    caller = caller_of_person(person, parts.catalogue.units, digest(token))
    cookie = Cookie(
        key=COOKIE, value=token, path="/", httponly=True, samesite="strict", secure=request.url.scheme == "https", max_age=LASTS // SECOND
    )
    return Response(me_of(caller, parts), cookies=[cookie])


@delete("/session", opt=needs(Right.SELF), responses=may_answer(), summary="Log out", tags=["session"])
async def log_out(request: Asked, parts: Given) -> Response[None]:
    """End the session that the cookie stands for."""
    if request.user.credential is Credential.SESSION:
        await parts.accounts.close_session(request.user.token)
    answer: Response[None] = Response(None, status_code=204)
    answer.delete_cookie(COOKIE, path="/")
    return answer


@get("/me", opt=needs(Right.SELF), responses=may_answer(), summary="Who is asking", tags=["session"])
async def me(request: Asked, parts: Given) -> Me:
    """The caller with role, unit and rights."""
    return me_of(request.user, parts)


@get("/summary", opt=needs(Right.READ_TICKETS), responses=may_answer(), summary="Counts", tags=["session"])
async def summary(request: Asked, parts: Given) -> SummaryShape:
    """Counts of what the caller may see."""
    return summary_shape(await parts.casebook.summary(request.user.actor))


def _hold_back(parts: Given, user: str, address: str) -> None:
    now = parts.clock()
    waiting = max(parts.by_login.wait(f"{user}@{address}", now), parts.by_address.wait(address, now))
    if waiting > 0:
        seconds = -(-waiting // SECOND)
        parts.metrics.logins.labels("held_back").inc()
        raise problem(429, ProblemKind.TOO_MANY, f"Too many failed attempts. Try again in {seconds} s.", {"Retry-After": str(seconds)})


async def _rehash(parts: Given, user: User, password: str) -> None:
    fresh = await asyncio.to_thread(parts.passwords.hasher.hash, password)
    await parts.accounts.put_user(
        User(id=user.id, password_hash=fresh, created_at=user.created_at, changed_at=user.changed_at, state=user.state)
    )
