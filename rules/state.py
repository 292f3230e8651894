"""What the engine remembers of one group of one rule: plain mutable values that msgpack can write and read back exactly."""

from collections.abc import Mapping
from enum import IntEnum
from typing import Any, Final

import msgspec

from config.moment import Micros
from streams.observation import Observation, Position

NEVER: Micros = 2**62
"""A timer that is not set."""
BEGINNING: Micros = -(2**62)
"""Before every instant."""


class Phase(IntEnum):
    """Where the episode of a group stands; the condition holds while PENDING or FIRING."""

    IDLE = 0
    PENDING = 1
    FIRING = 2
    QUIET = 3


IDLE: Final = Phase.IDLE
PENDING: Final = Phase.PENDING
FIRING: Final = Phase.FIRING
QUIET: Final = Phase.QUIET
# Names of their own, since Python 3.11 takes ten times as long to find a member through its class.


class Signal(IntEnum):
    """What a condition says about one observation or timer."""

    NOTHING = 0
    MATCH = 1
    RISE = 2
    FALL = 3
    FALL_BY_MATCH = 4
    FALL_BY_SILENCE = 5


NOTHING: Final = Signal.NOTHING
MATCH: Final = Signal.MATCH
RISE: Final = Signal.RISE
FALL: Final = Signal.FALL
FALL_BY_MATCH: Final = Signal.FALL_BY_MATCH
FALL_BY_SILENCE: Final = Signal.FALL_BY_SILENCE


class Silence(IntEnum):
    """What a condition does when nothing came for long enough."""

    RISES = 1
    FALLS = 2


class Episode(msgspec.Struct, array_like=True, gc=False):
    """One episode, from the first instant at which the condition held.

    Attributes:
        starts_at: that instant.
        fired_at: when it fired; ``NEVER`` while pending.
        ended_at: when the condition ceased, while quiet; else ``NEVER``.
        last_seen: the last match.
        count: matches so far.
        sources: their sources (a dictionary, since the order of a set would differ from run to run).
        first: the match that made the condition hold, where there was one.
        last: the last match, where there was one.
        evidence: references, newest last.
        repeat_due: when it says so again.
        stale: whether the condition ceased since nothing was heard, rather than because a sample said so, or cannot be
            seen now.
        position: of the last match that had one.
        row: cells by column, where the episode is that of a row of a table.
        unseen_until: the end of the last hole in sight in which it was quiet: quiet time counts from there.
    """

    starts_at: Micros
    last_seen: Micros
    count: int
    sources: dict[str, None]
    first: Observation | None
    last: Observation | None
    evidence: tuple[str, ...]
    fired_at: Micros = NEVER
    ended_at: Micros = NEVER
    repeat_due: Micros = NEVER
    stale: bool = False
    position: Position | None = None
    row: dict[str, str] = {}
    unseen_until: Micros = BEGINNING


class Group(msgspec.Struct, array_like=True, gc=False):
    """The state of one group.

    Attributes:
        key: the group key.
        bucket: which section of a checkpoint it is written in.
        last_at: ``at`` of the last observation applied.
        ran_at: the latest instant of which a timer was run.
        ids: ids of the last observations, oldest first; all those of ``last_at`` are among them.
        tied: how many ids were added since ``last_at`` was reached; none of these may be forgotten.
        phase: where the episode stands.
        condition_due: when the condition changes by itself.
        alert_due: when the alert changes by itself.
        memory: what the form of condition remembers.
        episode: the episode, unless idle.
        registered: from when on it counts although nothing of it was seen; ``BEGINNING`` where something was seen before,
            ``None`` for a group that is on no register.
    """

    key: Any
    bucket: int
    last_at: Micros = BEGINNING
    ran_at: Micros = BEGINNING
    tied: int = 0
    ids: tuple[str, ...] = ()
    phase: Phase = IDLE
    condition_due: Micros = NEVER
    alert_due: Micros = NEVER
    memory: Any = None
    episode: Episode | None = None
    registered: Micros | None = None

    @property
    def holds(self) -> bool:
        """Whether the condition is true."""
        phase = self.phase
        return phase is PENDING or phase is FIRING


class Opening(msgspec.Struct, frozen=True, gc=False):
    """What an episode begins with.

    Attributes:
        count: matches that belong to it already, the one that made the condition hold included.
        last_seen: the last match.
        sources: their sources.
        last: the last match itself, where there was one.
        row: of a table, where the episode is that of a row.
        position: where that row's thing is.
    """

    count: int
    last_seen: Micros
    sources: tuple[str, ...]
    last: Observation | None
    row: Mapping[str, str] = {}
    position: Position | None = None
