"""Answers remembered by ``Idempotency-Key``, so that a request repeated after a lost answer gets the same answer."""

from collections import OrderedDict
from enum import StrEnum

import msgspec

from config.moment import SECOND, Micros

WINDOW: Micros = 600 * SECOND
"""How long an answer is remembered."""
CAPACITY = 10_000
"""How many answers are remembered at most; the oldest go first. Forgetting is harmless: ids are deterministic."""
CAPACITY_BYTES = 32 * 1024 * 1024
"""How many bytes of answers are remembered at most."""


class Answer(msgspec.Struct, frozen=True):
    """An answer as it was sent."""

    status: int
    body: bytes
    media_type: str


class Clash(StrEnum):
    """Why a repeated key gets no remembered answer."""

    IN_PROGRESS = "in_progress"
    OTHER_BODY = "other_body"


class _Entry(msgspec.Struct):
    fingerprint: bytes
    began: Micros
    answer: Answer | None = None


class Answers:
    """A bounded memory of answers. Time is given by the caller."""

    def __init__(self, window: Micros = WINDOW, capacity: int = CAPACITY, capacity_bytes: int = CAPACITY_BYTES) -> None:
        self._window = window
        self._capacity = capacity
        self._capacity_bytes = capacity_bytes
        self._bytes = 0
        self._entries: OrderedDict[tuple[str, str], _Entry] = OrderedDict()

    def begin(self, owner: str, key: str, fingerprint: bytes, now: Micros) -> Answer | Clash | None:
        """Announce a request.

        Returns:
            The answer to send again; why the request clashes with another; or ``None``: handle it, then call
            :meth:`finish` or :meth:`forget`.
        """
        self._expire(now)
        entry = self._entries.get((owner, key))
        if entry is None:
            self._entries[owner, key] = _Entry(fingerprint, now)
            self._shrink()
            return None
        if entry.fingerprint != fingerprint:
            return Clash.OTHER_BODY
        return entry.answer or Clash.IN_PROGRESS

    def finish(self, owner: str, key: str, answer: Answer) -> None:
        """Remember the answer."""
        if (entry := self._entries.get((owner, key))) is not None:
            entry.answer = answer
            self._bytes += len(answer.body)
            self._shrink()

    def forget(self, owner: str, key: str) -> None:
        """Let the request be tried again: it ended without a final answer."""
        self._drop((owner, key))

    def __len__(self) -> int:
        """How many are remembered."""
        return len(self._entries)

    def _expire(self, now: Micros) -> None:
        """Drop what is older than the window; entries lie in the order in which they began."""
        while self._entries:
            oldest, entry = next(iter(self._entries.items()))
            if now - entry.began < self._window:
                return
            self._drop(oldest)

    def _shrink(self) -> None:
        """Drop the oldest until the rest fits."""
        while len(self._entries) > self._capacity or self._bytes > self._capacity_bytes:
            self._drop(next(iter(self._entries)))

    def _drop(self, which: tuple[str, str]) -> None:
        entry = self._entries.pop(which, None)
        if entry is not None and entry.answer is not None:
            self._bytes -= len(entry.answer.body)
