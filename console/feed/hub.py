"""Reads the feed once and hands it to everybody who watches; keeps the latest changes for those who come back."""

import asyncio
from collections import deque
from contextlib import suppress

import structlog

from console.feed.change import Entry
from console.feed.describe import Describe
from dispatch.actor import SYSTEM
from dispatch.ports import CaseBook

log = structlog.get_logger(__name__)
PAGE = 500
PATIENCE_SECONDS = 1.0
"""How long a case book that did not answer is left alone."""


class Hub:
    """The live feed of one console process.

    Args:
        casebook: whose feed is read.
        describe: fills an item with its row.
        poll_seconds: how often the head of the feed is asked for.
        kept: how many of the latest changes stay in memory; who missed more is served from the case book.
    """

    def __init__(self, casebook: CaseBook, describe: Describe, *, poll_seconds: float = 0.2, kept: int = 2000) -> None:
        self._casebook = casebook
        self._describe = describe
        self._poll_seconds = poll_seconds
        self._latest: deque[Entry] = deque(maxlen=kept)
        self._floor = 0
        self._head = 0
        self._grown = asyncio.Event()
        self._over = asyncio.Event()
        self.fault: str | None = "The live feed has not been read yet."

    @property
    def head(self) -> int:
        """The sequence up to which the feed has been read."""
        return self._head

    def closed(self) -> bool:
        """Whether watchers must go."""
        return self._over.is_set()

    async def start(self) -> None:
        """Begin at the present end of the feed."""
        self._head = self._floor = await self._casebook.feed_head()
        self.fault = None

    def close(self) -> None:
        """Send every watcher away at once, so that the process can stop; they come back with their last id."""
        self._over.set()
        self._wake()

    async def run(self) -> None:
        """Read on until closed. A case book that does not answer is told in ``fault`` and asked again."""
        while not self.closed():
            try:
                await self.read_on()
                self.fault = None
            except Exception as error:  # noqa: BLE001  # Whatever a store raises, the feed must outlive it: it says so and goes on.
                if self.fault is None:
                    log.warning("live feed cannot be read", error=repr(error))
                self.fault = f"The case book does not answer: {error}"
                await self._rest(PATIENCE_SECONDS)
            await self._rest(self._poll_seconds)

    async def read_on(self) -> None:
        """Take in what is new."""
        head = await self._casebook.feed_head()
        if head < self._head:
            # Another database than before: what watchers know is void, and they are told so when they come back.
            self._latest.clear()
            self._head = self._floor = head
            self._wake()
        while head > self._head:
            items = await self._casebook.feed(SYSTEM, self._head, PAGE)
            if not items:
                break
            for item in items:
                entry = await self._describe(item)
                if len(self._latest) == self._latest.maxlen:
                    self._floor = self._latest[0].sequence
                self._latest.append(entry)
                self._head = entry.sequence
            self._wake()

    async def after(self, position: int, wait_seconds: float) -> tuple[Entry, ...]:
        """What comes after a position, in order; empty when nothing came in time, or the hub was closed."""
        if position < self._floor:
            items = await self._casebook.feed(SYSTEM, position, PAGE)
            return tuple([await self._describe(item) for item in items])
        if position >= self._head and not self.closed():
            grown = self._grown
            try:
                await asyncio.wait_for(grown.wait(), wait_seconds)
            except TimeoutError:
                return ()
        return tuple(entry for entry in self._latest if entry.sequence > position)

    async def _rest(self, seconds: float) -> None:
        """Sleep, but not through the end."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._over.wait(), seconds)

    def _wake(self) -> None:
        grown, self._grown = self._grown, asyncio.Event()
        grown.set()
