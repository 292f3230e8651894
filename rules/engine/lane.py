"""Everything that waits under one lateness: timers by due, and observations that may still be overtaken, by (at, id).

Rules of one lateness share a lane, so that a thousand rules cost one comparison for each observation.
"""

from heapq import heappop, heappush
from itertools import count
from typing import Protocol

from config.moment import Micros
from rules.engine.guard import Held
from rules.engine.ledger import Ledger
from rules.engine.shelves import GONE
from rules.grouping import Key
from rules.model import Rule
from rules.state import NEVER, Group
from streams.observation import Observation


class Timed(Protocol):
    """What a lane calls when time has passed: a rule with its groups, or a chore of the engine's own.

    Attributes:
        armed: by group key, the due of the one entry of the lane that stands for the group.
        held: by group key, timers that are due and must not run yet.
    """

    armed: dict[Key, Micros]
    held: dict[Key, Held]

    def due_of(self, group: Group) -> Micros:
        """The next timer of a group that may run."""

    def ripen(self, group: Group, due: Micros, ledger: Ledger) -> None:
        """Run the group's timer that was due at this instant."""


class Bearer(Timed, Protocol):
    """What a lane calls when an observation cannot be overtaken any more: one rule.

    Attributes:
        rule: the rule.
    """

    rule: Rule

    def apply(self, observation: Observation, ledger: Ledger) -> None:
        """Apply an observation."""


class Alarm:
    """The earliest clock of the stream at which any lane of a partition needs attention: one comparison for each observation.

    Attributes:
        at: no clock below this needs attention; a lane may find that it was woken for nothing.
    """

    __slots__ = ("at",)

    def __init__(self) -> None:
        self.at: Micros = NEVER


class Lane:
    """The waiting room of one lateness.

    A timer due at x runs when the clock of the stream exceeds x + lateness; an observation is applied when it reaches
    ``at`` + lateness. So at one instant observations come before timers.

    Attributes:
        lateness: of its rules.
        wake: no clock of the stream below this needs attention.
        changed: whether what waits is other than when it was last written.
    """

    def __init__(self, lateness: Micros, alarm: Alarm | None = None) -> None:
        self.lateness = lateness
        self._alarm = Alarm() if alarm is None else alarm
        self.wake: Micros = NEVER
        self.changed = False
        self._bearers: dict[str, tuple[Bearer, ...]] = {}
        self._timers: list[tuple[Micros, int, Group, Timed]] = []
        self._waiting: list[tuple[Micros, str, int, Observation, tuple[Bearer, ...] | None]] = []
        self._order = count()

    def serve(self, kind: str, bearer: Bearer) -> None:
        """Let a rule have the observations of a kind."""
        self._bearers[kind] = (*self._bearers.get(kind, ()), bearer)

    def wait(self, observation: Observation, bearers: tuple[Bearer, ...] | None = None) -> None:
        """Keep an observation until nothing can overtake it any more.

        Args:
            observation: what waits.
            bearers: the rules that wait for it, where these are not all that look at its kind: one whose lateness was
                changed brings along what waited for it.
        """
        if bearers is not None and bearers == self._bearers.get(observation.kind):
            bearers = None
        heappush(self._waiting, (observation.at, observation.id, next(self._order), observation, bearers))
        self.changed = True
        self._wake_at(observation.at + self.lateness)

    @property
    def waiting(self) -> list[tuple[Observation, tuple[Bearer, ...] | None]]:
        """The observations that wait, in their order, with the rules that wait for them where these are not all."""
        return [(entry[3], entry[4]) for entry in sorted(self._waiting, key=_order)]

    def arm(self, group: Group, bearer: Timed) -> None:
        """See that the group's next timer will run.

        One entry stands for a group. It is replaced when an earlier timer is set; when the timer that it was made for
        was put off or given up, it is put right as it comes up. So a timer that moves with each sample costs nothing.
        """
        if bearer.held:
            due = bearer.due_of(group)
        else:
            due, alert_due = group.condition_due, group.alert_due
            if alert_due < due:  # noqa: PLR1730  # Thrice as fast as min(), and done for each match.
                due = alert_due
        if due < bearer.armed.get(group.key, NEVER):
            bearer.armed[group.key] = due
            heappush(self._timers, (due, next(self._order), group, bearer))
            self._wake_at(due + self.lateness + 1)

    def _wake_at(self, now: Micros) -> None:
        """Need attention at this clock at the latest."""
        if now < self.wake:
            self.wake = now
            self._alarm.at = min(self._alarm.at, now)

    def advance(self, now: Micros, ledger: Ledger) -> None:
        """Run everything that is due when the clock of the stream shows ``now``."""
        ledger.clock, ledger.end = now, now - self.lateness
        self._run(now - self.lateness, now - self.lateness - 1, ledger)
        at = self._waiting[0][0] + self.lateness if self._waiting else NEVER
        due = self._timers[0][0] + self.lateness + 1 if self._timers else NEVER
        self.wake = min(at, due)

    def finish(self, until: Micros, ledger: Ledger) -> None:
        """Apply everything that waits, then run timers up to an instant and including it."""
        if self._waiting:
            ledger.end = max(entry[0] for entry in self._waiting)
            self._run(NEVER - 1, ledger.end - 1, ledger)
        ledger.end = until + 1
        self._run(NEVER - 1, until, ledger)
        self.wake = self._timers[0][0] + self.lateness + 1 if self._timers else NEVER

    def _run(self, last_at: Micros, last_due: Micros, ledger: Ledger) -> None:
        """Observations up to one instant and timers up to another, in the order of time, observations first."""
        timers, waiting = self._timers, self._waiting
        while True:
            at = waiting[0][0] if waiting else NEVER
            due = timers[0][0] if timers else NEVER
            if at <= last_at and at <= due:
                _, _, _, observation, bearers = heappop(waiting)
                self.changed = True
                for rule in self._bearers.get(observation.kind, ()) if bearers is None else bearers:
                    rule.apply(observation, ledger)
            elif due <= last_due:
                _, _, group, bearer = heappop(timers)
                if bearer.armed.get(group.key) != due or group.bucket == GONE:
                    continue  # An earlier timer was set after this entry was made and stands for the group, or the group is gone.
                del bearer.armed[group.key]
                if due in (group.condition_due, group.alert_due):
                    bearer.ripen(group, due, ledger)
                self.arm(group, bearer)
            else:
                return


def _order(entry: tuple[Micros, str, int, Observation, object]) -> tuple[Micros, str, int]:
    return entry[:3]
