"""The live feed as server-sent events."""

from collections.abc import AsyncIterator
from typing import Annotated

from litestar import get
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import HeaderParameter, QueryParameter
from litestar.response import ServerSentEvent, ServerSentEventMessage

from console.answers import may_answer
from console.auth.caller import Caller, Credential
from console.auth.recognise import by_key, by_session
from console.auth.rights import Right
from console.feed.change import FeedChange
from console.feed.watch import watch
from console.gate.asked import Asked, Given
from console.gate.guards import needs

Position = Annotated[int | None, QueryParameter(ge=0, le=2**62, description="Begin after this sequence; `Last-Event-ID` wins over it.")]
LastId = Annotated[str | None, HeaderParameter(name="Last-Event-ID", description="The last id that was received.")]
ANSWERS = may_answer(422) | {
    200: ResponseSpec(FeedChange, generate_examples=False, description="Events whose data is a change", media_type="text/event-stream")
}


@get(
    "/stream",
    opt=needs(Right.WATCH),
    responses=ANSWERS,
    summary="Live changes (server-sent events)",
    tags=["feed"],
    media_type="text/event-stream",
)
async def stream(request: Asked, parts: Given, last_event_id: LastId = None, after: Position = None) -> ServerSentEvent:
    """Changes as they happen: `hello`, then `change` events with the row they are about, and a `beat` when nothing happens.

    An id that is not a number is as none: the stream begins at the present, and `hello` says that nothing was resumed.
    """
    last = int(last_event_id) if last_event_id is not None and last_event_id.isascii() and last_event_id.isdigit() else after
    return ServerSentEvent(_counted(parts, request.user, last))


async def _counted(parts: Given, caller: Caller, last: int | None) -> AsyncIterator[ServerSentEventMessage]:
    async def still() -> Caller | None:
        now = parts.clock()
        session = caller.credential is Credential.SESSION
        found = await (
            by_session(parts.accounts, parts.catalogue, now, caller.token) if session else by_key(parts.accounts, now, caller.token, None)
        )
        return found if isinstance(found, Caller) else None

    parts.metrics.streams.inc()
    try:
        async for message in watch(parts.hub, caller, still, last):
            if message.event == "change":
                parts.metrics.pushed.inc()
            yield message
    finally:
        parts.metrics.streams.dec()
