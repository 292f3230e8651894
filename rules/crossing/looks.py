"""What the upstream partitions heard of the gateway and of feeds, kept until the clock comes to where they heard it.

All partitions hear the same; a fast one must not tell what the others do not know yet, or silence would be judged by what came later.
"""

from collections.abc import Iterator, Sequence

import msgspec

from config.moment import Micros
from rules.state import BEGINNING
from streams.envelope import FeedState

TICK = ""
"""In a record of an upstream fold, the name under which the gateway's own tick stands before the feeds; no feed has it."""


class Look(msgspec.Struct, frozen=True, array_like=True):
    """One tick, or one word of a feed.

    Attributes:
        at: at which clock it is known.
        word: it is no tick: the clock stands, and only the feeds are told of.
        sent_at: the clock of whoever said it.
        feeds: which feed was heard up to when.
    """

    at: Micros
    word: bool
    sent_at: Micros
    feeds: tuple[FeedState, ...]


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(list[Look]).decode
_Key = tuple[Micros, bool, Micros]


class Looks:
    """Those that the clock has not come to; the same of several partitions is one."""

    def __init__(self) -> None:
        self._waiting: dict[_Key, Look] = {}

    def add(self, signs: Sequence[FeedState], clock: Micros | None, sent_at: Micros) -> None:
        """Keep what an upstream record says.

        Args:
            signs: the record's feeds, the gateway's tick before them.
            clock: the upstream partition's clock.
            sent_at: the record's own.
        """
        if not signs:
            return
        word = signs[0].name != TICK
        at = (BEGINNING if clock is None else clock) if word else signs[0].heard_at
        key = (at, word, sent_at)
        heard = {state.name: state.heard_at for state in self._waiting[key].feeds} if key in self._waiting else {}
        for state in signs if word else signs[1:]:
            heard[state.name] = max(heard.get(state.name, state.heard_at), state.heard_at)
        self._waiting[key] = Look(at, word, sent_at, tuple(FeedState(name, heard[name]) for name in sorted(heard)))

    def due(self, clock: Micros) -> Iterator[Look]:
        """Those that the clock has come to, in order; once given out they are no longer kept."""
        for key in sorted(key for key in self._waiting if key[0] <= clock):
            yield self._waiting.pop(key)

    def section(self) -> bytes:
        """Everything, for a checkpoint."""
        return _encode([self._waiting[key] for key in sorted(self._waiting)])

    def restore(self, section: bytes) -> None:
        """Keep what a checkpoint kept."""
        self._waiting = {(look.at, look.word, look.sent_at): look for look in _decode(section)}
