"""The port between the engine and a form of condition."""

from collections.abc import Callable
from typing import Any, NamedTuple, Protocol, runtime_checkable

from config.moment import Micros
from rules.model import Member
from rules.predicates import Undecided
from rules.predicates.fields import Run
from rules.state import Group, Opening, Signal, Silence
from streams.observation import Observation

Match = Callable[[Group, Observation], Signal | Undecided]
"""Applies an observation that is a match."""


class Idle(NamedTuple):
    """What is enough to apply an observation while the condition does not hold.

    Attributes:
        judge: a predicate; where it gives False the observation changes nothing, and where it gives :class:`Undecided` neither.
        refuted: the value of an observation of which it gives False for certain.
        match: applies an observation of which it gave True.
    """

    judge: Run
    refuted: object
    match: Match


class Evaluator(Protocol):
    """Turns the observations of a group, in the order of time, into one condition that holds or does not.

    It keeps what it must know in ``group.memory``, of the type :attr:`memory_type`, and the instant at which the
    condition changes by itself in ``group.condition_due``. It never looks at a clock.

    Attributes:
        memory_type: the type of ``group.memory``, for reading a checkpoint.
        idle: a shorter way to what :meth:`sample` does while the condition does not hold; ``None`` where there is none.
    """

    memory_type: Any
    idle: Idle | None

    def sample(self, group: Group, observation: Observation) -> Signal | Undecided:
        """Apply an observation."""

    def ripen(self, group: Group, due: Micros) -> Signal:
        """Run the timer of the condition, which was due at this instant."""

    def opening(self, group: Group, at: Micros, observation: Observation | None) -> Opening:
        """What the episode that begins now begins with."""

    def why(self, first: Observation | None) -> dict[str, Any]:
        """The condition as a tree with the values that made it hold."""


@runtime_checkable
class Silent(Evaluator, Protocol):
    """A form whose timer ripens because nothing came, so that it must not be run while nothing could come.

    Attributes:
        silence: whether the condition then rises or falls; ``None``: this one's timer has nothing to do with silence.
    """

    silence: Silence | None

    def resume(self, at: Micros) -> Micros:
        """When the timer would ripen if silence had begun at an instant."""


@runtime_checkable
class Enrolling(Protocol):
    """A form that has groups before anything of them was seen: they are on the register of its rule."""

    def enrol(self, group: Group, member: Member, at: Micros) -> None:
        """Set the timer of a group that is on the register now, and may have been before.

        Args:
            group: the group, new or not.
            member: what the register has about it.
            at: the clock of the stream when the rule set first held.
        """


@runtime_checkable
class Dated(Enrolling, Protocol):
    """A form whose timers are dates, which come too late to be worth a word when nobody noticed them for long."""

    def passes_over(self, group: Group, due: Micros, clock: Micros) -> bool:
        """Give up a date that is noticed too late, and say so; else change nothing."""
