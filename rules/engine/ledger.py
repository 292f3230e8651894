"""Where a step writes down what comes of it."""

from collections.abc import Sequence

from config.moment import Micros
from rules.engine.outcome import Outcome
from rules.state import BEGINNING
from streams.ids import canonical

MOST_REPEATS = 100_000
"""Repetitions (``repeat``) that one step says one by one. A gap in the log makes all that lie in it due at once, and a process
that dies of writing them would meet the same gap again when it is restarted."""


class Ledger:
    """One a partition, so that an observation that nothing comes of allocates nothing.

    Attributes:
        noticed: the clock of the log during this step.
        clock: the clock of the stream when timers were last run.
        outcomes: of this step so far.
        repeats: how many more repetitions of alerts this step may say.
        end: no timer at or after this instant is run in this step.
    """

    __slots__ = ("clock", "end", "noticed", "outcomes", "repeats")

    def __init__(self) -> None:
        self.noticed: Micros = 0
        self.clock: Micros = BEGINNING
        self.outcomes: list[Outcome] = []
        self.repeats = MOST_REPEATS
        self.end: Micros = BEGINNING

    def open(self, noticed: Micros) -> None:
        """Begin a step.

        Args:
            noticed: the clock of the log during it.
        """
        self.noticed = noticed
        self.repeats = MOST_REPEATS

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
