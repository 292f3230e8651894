"""A rule at work on a recording, which is finite: it remembers every id that a group has seen, and not the last few only."""

from rules.conditions.port import Evaluator
from rules.engine.bearer import RuleBearer
from rules.engine.counts import Counts
from rules.engine.lane import Lane
from rules.engine.ledger import Ledger
from rules.engine.limits import Limits
from rules.engine.outcome import Note
from rules.grouping import Key, key_getter
from rules.model import Rule
from streams.observation import Observation


class RecallingBearer(RuleBearer):
    """The same judgement behind a memory without bounds.

    A repetition from long ago is then a duplicate (SEMANTICS, section 1), even one that carries another time than the first.
    The memory grows by some hundred bytes for each observation and rule, and no checkpoint holds it.
    """

    def __init__(self, rule: Rule, evaluator: Evaluator, lane: Lane, limits: Limits, counts: Counts) -> None:
        super().__init__(rule, evaluator, lane, limits, counts)
        self._key = key_getter(rule.by)
        self._seen: dict[Key, set[str]] = {}
        self._judge = self.apply
        self.apply = self._first_time  # Whoever applies takes it from the instance.

    def _first_time(self, observation: Observation, ledger: Ledger) -> None:
        """Judge an observation unless its group has seen its id; what came too late was not seen."""
        key = self._key(observation)
        seen = self._seen.get(key)
        if seen is None:
            seen = self._seen[key] = set()
        if observation.id in seen:
            self.counts.evaluated += 1
            self.counts.duplicate += 1
            self._note(Note.DUPLICATE, observation, "the same id came before", key, ledger)
            return
        self._judge(observation, ledger)
        group = self.groups.get(key)
        if group is not None and observation.id in group.ids:
            seen.add(observation.id)
