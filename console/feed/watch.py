"""One watcher's stream of server-sent events (WHATWG HTML, 9.2)."""

from collections.abc import AsyncIterator, Awaitable, Callable

import msgspec
from litestar.response import ServerSentEventMessage

from console.auth.caller import Caller
from console.feed.change import visible
from console.feed.hub import Hub

BEAT_SECONDS = 10.0
"""How often a quiet stream says that it lives; also how often the caller's right to watch is looked at again."""
RETRY_MILLISECONDS = 1000

Still = Callable[[], Awaitable[Caller | None]]
"""Looks again whether the caller may still watch."""


class Hello(msgspec.Struct, frozen=True):
    """The first event of a stream.

    Attributes:
        head: the position at which the stream begins.
        resumed: everything since the caller's last id follows; else the page must load its lists anew.
    """

    head: int
    resumed: bool


def begin(last: int | None, head: int) -> Hello:
    """Where a stream begins: after the caller's last id where that is possible (an id beyond the head is another database's)."""
    if last is not None and 0 <= last <= head:
        return Hello(last, resumed=True)
    return Hello(head, resumed=False)


async def watch(
    hub: Hub, caller: Caller, still: Still, last: int | None, beat_seconds: float = BEAT_SECONDS
) -> AsyncIterator[ServerSentEventMessage]:
    """Everything that the caller may see from here on, and a beat when nothing happens."""
    hello = begin(last, hub.head)
    position = hello.head
    yield ServerSentEventMessage(event="hello", data=msgspec.json.encode(hello), id=position, retry=RETRY_MILLISECONDS)
    while not hub.closed():
        entries = await hub.after(position, beat_seconds)
        if hub.closed():
            return
        now = await still()
        if now is None:
            yield ServerSentEventMessage(event="bye", data="{}")
            return
        for entry in entries:
            position = entry.sequence
            if visible(now, entry):
                yield ServerSentEventMessage(event="change", data=entry.body, id=entry.sequence)
        if not entries:
            if position > hub.head:
                return
            yield ServerSentEventMessage(event="beat", data="{}", id=position)
