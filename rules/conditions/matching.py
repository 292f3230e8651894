"""What most forms share: which observations match, and how that is told."""

from typing import Any

from config.duration import render_duration
from config.moment import render
from rules.conditions.port import Idle, Match
from rules.model import Predicate
from rules.predicates import Compiled, Undecided
from rules.predicates.direct import NO_VALUE
from rules.predicates.fields import Run
from streams.observation import Observation


class Matcher:
    """A predicate, or the absence of one: then every observation matches.

    Attributes:
        run: gives True, False or :class:`Undecided`.
        may_reject: whether it may give False.
        refuted: the value of an observation that alone makes it give False.
    """

    def __init__(self, predicate: Predicate | None, compiled: Compiled | None) -> None:
        self._text = "true" if predicate is None else predicate.text
        self._compiled = compiled
        self.run: Run = _always if compiled is None else compiled.run
        self.may_reject = compiled is not None
        self.refuted = NO_VALUE if compiled is None else compiled.refuted

    def idle(self, match: Match) -> Idle | None:
        """For a form that nothing but a match changes while it does not hold (:class:`rules.conditions.port.Evaluator`)."""
        return Idle(self.run, self.refuted, match) if self.may_reject else None

    def why(self, observation: Observation | None) -> dict[str, Any]:
        """The predicate with the values of an observation; its text alone where there was none."""
        if observation is None:
            return {"where": self._text}
        seen = {"id": observation.id, "source": observation.source, "kind": observation.kind, "at": render(observation.at)}
        tree = {"condition": "true", "values": {}, "is": True} if self._compiled is None else self._compiled.explain(observation)
        return {"where": tree, "observation": {**seen, "value": observation.value}}


def _always(_: Observation) -> bool | Undecided:
    return True


def length(micros: int) -> str:
    """A length of time for people."""
    return render_duration(micros)
