"""Sequence: A then B is a pulse at B; A then not B holds from A + within until the next B."""

from typing import Any

import msgspec

from config.duration import render_duration
from config.moment import Micros
from rules.conditions.matching import Matcher
from rules.conditions.port import Idle
from rules.model import Sequence, Step, Unanswered
from rules.predicates import Undecided
from rules.predicates.fields import Run
from rules.state import FALL, FALL_BY_MATCH, MATCH, NEVER, NOTHING, RISE, Group, Opening, Signal, Silence
from streams.observation import Observation


class StepMatcher:
    """A step: the kinds that it looks at and its predicate."""

    def __init__(self, step: Step, where: Matcher) -> None:
        self._kinds = frozenset(step.kinds)
        self._run: Run = where.run
        self.where = where

    def verdict(self, observation: Observation) -> bool | Undecided:
        """Whether the observation is this step."""
        if observation.kind not in self._kinds:
            return False
        found: bool | Undecided = self._run(observation)
        return found


class Firsts(msgspec.Struct, array_like=True, gc=False):
    """First steps that wait for their second: the latest before the present instant, and the latest at it.

    Attributes:
        answered: source of the first step that was used up last, which the alert counts beside that of the second.
    """

    before: Observation | None = None
    latest: Observation | None = None
    answered: str | None = None


class SequenceEvaluator:
    """See SEMANTICS, section 2, row ``sequence: [A, B]``.

    The latest first step that lies strictly before the second decides: if it is too old, all are. It and all earlier
    ones are used up then; one of the very same instant is not. An observation that is both steps answers first.
    """

    memory_type: Any = Firsts | None
    idle: Idle | None = None

    def __init__(self, condition: Sequence, first: StepMatcher, second: StepMatcher) -> None:
        self._within = condition.within
        self._first = first
        self._second = second

    def sample(self, group: Group, observation: Observation) -> Signal | Undecided:
        """A second step may complete the sequence; a first step may begin one."""
        second, first = self._second.verdict(observation), self._first.verdict(observation)
        if isinstance(second, Undecided):
            return second
        if isinstance(first, Undecided):
            return first
        signal = NOTHING
        if second and self._completes(group, observation.at):
            group.condition_due = observation.at
            signal = MATCH if group.holds else RISE
        if first:
            self._begin(group, observation)
        return signal

    def ripen(self, group: Group, due: Micros) -> Signal:  # The port's signature.
        """The pulse is over."""
        group.condition_due = NEVER
        return FALL

    def opening(self, group: Group, at: Micros, observation: Observation | None) -> Opening:  # The port's signature.
        """Two matches, of one source or of two."""
        firsts: Firsts = group.memory
        ends = (firsts.answered, None if observation is None else observation.source)
        return Opening(2, at, tuple(source for source in ends if source is not None), observation)

    def why(self, first: Observation | None) -> dict[str, Any]:
        """The step that completed it."""
        told: dict[str, Any] = {"form": "sequence", "within": render_duration(self._within), "first": self._first.where.why(None)}
        return {**told, "second": self._second.where.why(first)}

    def _begin(self, group: Group, observation: Observation) -> None:
        firsts: Firsts | None = group.memory
        if firsts is None:
            group.memory = Firsts(latest=observation)
        elif firsts.latest is not None and firsts.latest.at < observation.at:
            firsts.before, firsts.latest = firsts.latest, observation
        else:
            firsts.latest = observation

    def _completes(self, group: Group, at: Micros) -> bool:
        """Whether a first step lies in [at - within, at); if so it and the earlier ones are used up."""
        firsts: Firsts | None = group.memory
        if firsts is None:
            return False
        same_instant = firsts.latest is not None and firsts.latest.at == at
        used = firsts.before if same_instant else firsts.latest
        if used is None or used.at < at - self._within:
            return False
        firsts.before, firsts.answered = None, used.source
        if not same_instant:
            firsts.latest = None
        return True


class UnansweredEvaluator:
    """See SEMANTICS, section 2, row ``sequence: [A, {not: B}]``.

    The memory is the first step that waits while the timer is set, or that waited last.

    A first step may wait while the condition still holds from an earlier one: an answer at its very instant ends the
    condition and does not answer it.
    """

    memory_type: Any = Observation | None
    silence: Silence | None = Silence.RISES
    idle: Idle | None = None

    def __init__(self, condition: Unanswered, first: StepMatcher, answer: StepMatcher) -> None:
        self._within = condition.within
        self._first = first
        self._answer = answer

    def sample(self, group: Group, observation: Observation) -> Signal | Undecided:
        """An answer ends the waiting and the condition; a first step begins to wait unless one waits already."""
        answer, first = self._answer.verdict(observation), self._first.verdict(observation)
        if isinstance(answer, Undecided):
            return answer
        if isinstance(first, Undecided):
            return first
        waiting: Observation | None = group.memory if group.condition_due != NEVER else None
        if answer and waiting is not None and waiting.at < observation.at:
            waiting = None
            group.condition_due = NEVER
        if first and waiting is None:
            group.memory = observation
            group.condition_due = observation.at + self._within
        if answer and group.holds:
            return FALL_BY_MATCH if first else FALL
        return MATCH if first else NOTHING

    def ripen(self, group: Group, due: Micros) -> Signal:  # The port's signature.
        """No answer came in time."""
        group.condition_due = NEVER
        return NOTHING if group.holds else RISE

    def opening(self, group: Group, at: Micros, observation: Observation | None) -> Opening:  # The port's signature.
        """No match since the episode began; what is told is the step that was not answered."""
        waited: Observation = group.memory
        return Opening(0, waited.at, (), waited)

    def why(self, first: Observation | None) -> dict[str, Any]:
        """The step that was not answered, and what did not come."""
        told: dict[str, Any] = {"form": "sequence", "within": render_duration(self._within), "first": self._first.where.why(first)}
        return {**told, "not": self._answer.where.why(None)}

    def resume(self, at: Micros) -> Micros:
        """When the answer would be overdue if the first step had come at an instant."""
        return at + self._within
