"""Silences: list, detail, make, try out, end; and the configured maintenance windows."""

from typing import Annotated

from litestar import get, post
from litestar.params import FromPath, JSONBody, QueryParameter

from console.answers import ProblemKind, may_answer, problem, refused, unknown
from console.auth.rights import Right
from console.gate.asked import Asked, Given
from console.gate.guards import needs
from console.problem import Fault
from console.routes.alerts import After, Limit
from console.shapes.noise import (
    PreviewRequest,
    PreviewShape,
    SilenceFile,
    SilenceList,
    SilenceMade,
    SilenceRequest,
    SilenceRow,
    WindowList,
    draft_of,
    matchers_of,
    preview_shape,
    silence_file,
    silence_row,
    window_row,
)
from dispatch.noise.draft import SilenceDraft
from dispatch.noise.silence import SilenceState
from dispatch.noisequery import SilenceQuery
from dispatch.refusal import Refusal

StateOf = Annotated[SilenceState | None, QueryParameter(name="state", description="Only these.")]


@get("/silences", opt=needs(Right.READ_ALERTS), responses=may_answer(422), summary="Silences, newest change first", tags=["silences"])
async def silences(
    request: Asked, parts: Given, *, in_state: StateOf = None, limit: Limit = 100, after: After = None
) -> SilenceList:  # fmt: skip
    """A page of the silences that the caller may see, those that are over included: none is ever deleted."""
    page = await parts.noise.silences(request.user.actor, SilenceQuery(state=in_state, limit=limit, after=after))
    return SilenceList(items=tuple(silence_row(item, parts.directory, parts.clock) for item in page.items), next=page.next)


@get("/silences/{silence_id:str}", opt=needs(Right.READ_ALERTS), responses=may_answer(404), summary="One silence", tags=["silences"])
async def silence(request: Asked, parts: Given, silence_id: FromPath[str]) -> SilenceFile:
    """A silence with what happened to it.

    Raises:
        ProblemDetailsException: 404.
    """
    found = await parts.noise.silence(request.user.actor, silence_id)
    if found is None:
        raise unknown("silence", silence_id)
    return silence_file(found, parts.directory, parts.clock)


@post("/silences", opt=needs(Right.SILENCE), status_code=201, responses=may_answer(413, 422), summary="Make a silence", tags=["silences"])
async def add_silence(request: Asked, parts: Given, data: JSONBody[SilenceRequest]) -> SilenceMade:
    """Keep alerts quiet for a while. Life safety passes through, and the answer says which rules do; for nothing but them it is refused.

    A silence of somebody who does not serve the whole city reaches the alerts of their unit and those below it only.

    Raises:
        ProblemDetailsException: 422 with everything that is wrong.
    """
    done = await parts.noise.add_silence(request.user.actor, _draft(data))
    if isinstance(done, Refusal):
        refused(done, parts.directory)
    row = silence_row(done.silence, parts.directory, parts.clock)
    return SilenceMade(silence=row, quiet_rules=done.reach.quiet, passing_rules=done.reach.passing)


@post(
    "/silences/preview",
    opt=needs(Right.READ_ALERTS),
    status_code=200,
    responses=may_answer(413, 422),
    summary="Try matchers on the alerts that fire now",
    tags=["silences"],
)
async def preview(request: Asked, parts: Given, data: JSONBody[PreviewRequest]) -> PreviewShape:
    """Which firing alerts matchers would keep quiet, and which of life safety pass through; nothing is changed.

    Raises:
        ProblemDetailsException: 422 with everything that is wrong.
    """
    found = await parts.noise.preview(request.user.actor, matchers_of(data.matchers))
    if isinstance(found, Refusal):
        refused(found, parts.directory)
    return preview_shape(found, parts.directory)


@post(
    "/silences/{silence_id:str}/expire",
    opt=needs(Right.SILENCE),
    status_code=200,
    responses=may_answer(404, 409),
    summary="End a silence early",
    tags=["silences"],
)
async def expire(request: Asked, parts: Given, silence_id: FromPath[str]) -> SilenceRow:
    """End a silence before its time; what fires still is judged again. Its history stays.

    Raises:
        ProblemDetailsException: 404, 409 (it is over already).
    """
    done = await parts.noise.expire_silence(request.user.actor, silence_id)
    if isinstance(done, Refusal):
        refused(done, parts.directory)
    return silence_row(done, parts.directory, parts.clock)


@get("/maintenance", opt=needs(Right.READ_ALERTS), responses=may_answer(), summary="Configured maintenance windows", tags=["silences"])
async def maintenance(parts: Given) -> WindowList:
    """The windows of the city's ``noise.yaml`` as they stand; those that people made are silences of the kind maintenance."""
    return WindowList(items=tuple(window_row(view) for view in await parts.noise.maintenance()))


def _draft(data: SilenceRequest) -> SilenceDraft:
    """The draft; an instant without offset means another one at every place, so it is refused."""
    faults = tuple(
        Fault(name, "it has no offset.", "Write it as 2026-03-04T08:00:00+08:00.")
        for name, moment in (("starts_at", data.starts_at), ("ends_at", data.ends_at))
        if moment is not None and moment.tzinfo is None
    )
    if faults:
        raise problem(422, ProblemKind.INVALID, " ".join(f"{one.where}: {one.what} {one.fix}" for one in faults), errors=faults)
    return draft_of(data)
