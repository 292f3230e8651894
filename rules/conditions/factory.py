"""A rule's evaluator: one row a form."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from config.kinds import Kind
from config.moment import Micros
from rules.conditions.absent import AbsentEvaluator
from rules.conditions.cluster import ClusterEvaluator
from rules.conditions.count import CountEvaluator
from rules.conditions.distinct import DistinctEvaluator
from rules.conditions.level import LevelEvaluator
from rules.conditions.matching import Matcher
from rules.conditions.port import Evaluator
from rules.conditions.rate import RateEvaluator
from rules.conditions.schedule import ScheduleEvaluator
from rules.conditions.sequence import SequenceEvaluator, StepMatcher, UnansweredEvaluator
from rules.model import Absent, Cluster, Count, Level, Predicate, Rate, Rule, Schedule, Sequence, Step, Unanswered
from rules.predicates import compile_predicate

Kinds = Mapping[str, Kind]


def evaluator_of(rule: Rule, kinds: Kinds) -> Evaluator:
    """Compile a rule that was checked.

    Raises:
        ProblemsError: it was not, and a predicate of it is wrong.
    """
    return _MAKERS[type(rule.condition)](rule, rule.condition, kinds)


def _matcher(predicate: Predicate | None, names: Iterable[str], kinds: Kinds) -> Matcher:
    compiled = None if predicate is None else compile_predicate(predicate, [kinds.get(name) for name in names])
    return Matcher(predicate, compiled)


def believed_for(rule: Rule, condition: Level, kinds: Kinds) -> Micros | None:
    """How long one match of a level is believed; ``None``: for ever. A match of pulse kinds is over at once."""
    known = [kinds[name] for name in rule.kinds if name in kinds]
    if condition.stale_after is None and known and all(kind.pulse for kind in known):
        return 0
    return condition.stale_after


def _level(rule: Rule, condition: Level, kinds: Kinds) -> Evaluator:
    clear = None if condition.clear is None else _matcher(condition.clear, rule.kinds, kinds)
    return LevelEvaluator(condition, _matcher(rule.where, rule.kinds, kinds), clear, believed_for(rule, condition, kinds))


def _count(rule: Rule, condition: Count, kinds: Kinds) -> Evaluator:
    where = _matcher(rule.where, rule.kinds, kinds)
    return CountEvaluator(condition, where) if condition.distinct is None else DistinctEvaluator(condition, condition.distinct, where)


def _step(step: Step, kinds: Kinds) -> StepMatcher:
    return StepMatcher(step, _matcher(step.where, step.kinds, kinds))


_MAKERS: Mapping[type, Callable[[Rule, Any, Kinds], Evaluator]] = {
    Level: _level,
    Count: _count,
    Absent: lambda rule, condition, kinds: AbsentEvaluator(condition, _matcher(rule.where, rule.kinds, kinds)),
    Sequence: lambda _, condition, kinds: SequenceEvaluator(condition, _step(condition.first, kinds), _step(condition.second, kinds)),
    Unanswered: lambda _, condition, kinds: UnansweredEvaluator(condition, _step(condition.first, kinds), _step(condition.answer, kinds)),
    Cluster: lambda rule, condition, kinds: ClusterEvaluator(condition, _matcher(rule.where, rule.kinds, kinds)),
    Rate: lambda rule, condition, kinds: RateEvaluator(condition, _matcher(rule.where, rule.kinds, kinds)),
    Schedule: lambda _, condition, __: ScheduleEvaluator(condition),
}
