"""Wakes who waits for something to send, in the same event loop: sending on begins with the commit, not with the next look."""

import asyncio
import contextlib


class Bell:
    """Rung after each commit; every listener hears it once, also when it was rung before they waited."""

    def __init__(self) -> None:
        self._listeners: list[asyncio.Event] = []

    def listen(self) -> asyncio.Event:
        """A listener of its own; clear it before looking for work, so that a ring in between is not missed."""
        listener = asyncio.Event()
        self._listeners.append(listener)
        return listener

    def ring(self) -> None:
        """Wake every listener."""
        for listener in self._listeners:
            listener.set()


async def wait_for(listener: asyncio.Event, seconds: float) -> None:
    """Wait for the bell, but not longer than so many seconds."""
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(listener.wait(), seconds)
