"""Where time goes, by rule: one envelope of many is applied with a stopwatch, so that the others cost nothing more."""

from collections.abc import Callable, Iterable, Mapping

from rules.engine.counts import Counts
from rules.engine.fastpath import Apply
from rules.engine.ledger import Ledger
from streams.observation import Observation

Stopwatch = Callable[[], float]
"""Gives seconds; whoever wants to know puts one in, and nothing that the engine says depends on it."""

EVERY = 256
"""One of so many envelopes is timed."""


class Sampler:
    """Times rules for one partition.

    Args:
        counts: by the function that applies the rule.
    """

    def __init__(self, counts: Mapping[Apply, Counts]) -> None:
        self._counts = counts
        self._turn = 0

    def is_next(self) -> bool:
        """Whether the present envelope is to be timed."""
        self._turn = (self._turn + 1) % EVERY
        return self._turn == 0

    def timed(self, rules: Iterable[Apply], stopwatch: Stopwatch) -> tuple[Apply, ...]:
        """The same rules, each adding what it takes to its counters, times :data:`EVERY`; what is no rule stays as it is."""
        counts = self._counts
        return tuple(_timed(apply, counts[apply], stopwatch) if apply in counts else apply for apply in rules)


def _timed(apply: Apply, counts: Counts, stopwatch: Stopwatch) -> Apply:
    def run(observation: Observation, ledger: Ledger) -> None:
        began = stopwatch()
        apply(observation, ledger)
        counts.seconds += (stopwatch() - began) * EVERY

    return run
