"""What the engine did, as plain numbers; the shell exports them as metrics."""

from collections.abc import Callable
from dataclasses import dataclass, field

from config.moment import Micros
from rules.state import BEGINNING


@dataclass(slots=True, kw_only=True)
class Counts:
    """Counters of one rule since the process began.

    Attributes:
        evaluated: observations that it looked at.
        matched: matches among them, as the form of condition has them.
        fired: alerts that fired.
        resolved: alerts that resolved.
        undecided: observations that could not be judged.
        late: observations that came too late.
        duplicate: observations that came again.
        crashed: observations and timers that it could not stand.
        missed: dates of a table that were noticed too late to fire.
        unrepeated: times that repetitions of an alert were left out, since a gap in the log made too many of them due at once.
        forgotten: groups that were forgotten, since nothing of them was heard for long.
        fired_at: when an alert fired last, in event time.
        seconds: what its observations took, extrapolated from those that were timed (:mod:`rules.engine.sampling`).
    """

    evaluated: int = 0
    matched: int = 0
    fired: int = 0
    resolved: int = 0
    undecided: int = 0
    late: int = 0
    duplicate: int = 0
    crashed: int = 0
    missed: int = 0
    unrepeated: int = 0
    forgotten: int = 0
    fired_at: Micros = BEGINNING
    seconds: float = 0.0


@dataclass(slots=True, kw_only=True)
class Tally:
    """Counters of an engine, of all its partitions together, since the process began.

    Attributes:
        observations: all that came.
        tests: drills among them, which no rule saw.
        ahead: those among them that were quarantined for being from the future.
        switches: switches to other rules.
        refused: switches that could not be made, since the rules in the log could not be read.
        rules: by rule.
        stopwatch: gives seconds, where somebody wants to know what rules take; nothing else depends on it.
    """

    observations: int = 0
    tests: int = 0
    ahead: int = 0
    switches: int = 0
    refused: int = 0
    rules: dict[str, Counts] = field(default_factory=dict)
    stopwatch: Callable[[], float] | None = None

    def of(self, rule: str) -> Counts:
        """The counters of a rule."""
        return self.rules.setdefault(rule, Counts())
