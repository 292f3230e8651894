"""Where a step writes down what comes of it."""

from collections.abc import Sequence

from config.moment import Micros
from rules.engine.outcome import Outcome
from rules.state import BEGINNING
from streams.ids import canonical


class Ledger:
    """One a partition, so that an observation that nothing comes of allocates nothing.

    Attributes:
        noticed: the clock of the log during this step.
        clock: the clock of the stream when timers were last run.
        outcomes: of this step so far.
    """

    __slots__ = ("clock", "noticed", "outcomes")

    def __init__(self) -> None:
        self.noticed: Micros = 0
        self.clock: Micros = BEGINNING
        self.outcomes: list[Outcome] = []

    def close(self) -> Sequence[Outcome]:
        """The outcomes by (at, rule, group); what one group says at one instant stays in its order."""
        outcomes = self.outcomes
        if not outcomes:
            return ()
        self.outcomes = []
        if len(outcomes) > 1:
            outcomes.sort(key=_rank)
        return outcomes


def _rank(outcome: Outcome) -> tuple[Micros, str, str]:
    return outcome.at, outcome.rule, canonical(outcome.group)
