"""Scenes that are a state of the zone: a bin overflows, laundry hangs, rubbish lies about.

A pure function of (state, what the head said, when). The head judges single looks; the scene believes 3 of the last 5
that could say anything, so that a passer-by, a lorry or a gust of light changes nothing.
"""

from collections.abc import Callable, Mapping

import msgspec

from config.moment import SECOND, Micros
from config.sources import Zone
from detectors.boxes import Box
from detectors.heads.head import Head
from detectors.heads.labels import TAUGHT
from detectors.scenes.port import Look, Need, Sight
from detectors.scenes.stay import Phase, Stay
from detectors.zones import around

OF, AGREE = 5, 3
"""So many of the last looks must agree."""
UNSURE_AFTER = 5
"""So many looks in a row without a verdict make the zone unknown."""


class Policy(msgspec.Struct, frozen=True, kw_only=True):
    """How a state scene is looked at.

    Attributes:
        every: time between two looks.
        median: pictures whose median is looked at; 1 looks at single ones. Whatever moves is not in a median.
        repeat: how often a lasting state is told again.
    """

    every: Micros
    median: int = 1
    repeat: Micros = 60 * SECOND


POLICIES: Mapping[str, Policy] = {
    "bin_overflow": Policy(every=10 * SECOND, median=3),
    "street_drying": Policy(every=10 * SECOND, median=5),
    "exposed_rubbish": Policy(every=10 * SECOND, median=5),
}
"""By scene. People with bags walk through a picture of drying or rubbish, so these look at a median of five; for bins a median of
three takes away rain, which one picture in five was misjudged for (docs/DETECTORS-FIGURES.md), and most passers-by."""


class Opinion(msgspec.Struct, frozen=True):
    """What one look gave: the verdict (``None``: unknown), its probability, and when."""

    verdict: bool | None
    probability: float
    at: Micros


class State(msgspec.Struct, frozen=True, kw_only=True):
    """What is remembered of a zone.

    Attributes:
        opinions: the last looks that had a verdict.
        unsure: looks in a row that had none.
        believed: whether it is so; ``None`` until enough looks agree.
        since: event time of the first of the looks that made it so.
        seen: event time of the last look that said so.
        told: event time of the last thing said; ``None`` while there is nothing to repeat.
    """

    opinions: tuple[Opinion, ...] = ()
    unsure: int = 0
    believed: bool | None = None
    since: Micros = 0
    seen: Micros = 0
    told: Micros | None = None


def step(state: State, policy: Policy, opinion: Opinion) -> tuple[State, Phase | None]:
    """Take one look's opinion.

    Returns:
        The new state, and what there is to tell about it.
    """
    if opinion.verdict is None:
        return msgspec.structs.replace(state, unsure=state.unsure + 1), None
    opinions = (*state.opinions, opinion)[-OF:]
    state = msgspec.structs.replace(state, opinions=opinions, unsure=0, seen=opinion.at if opinion.verdict else state.seen)
    same = [one for one in opinions if one.verdict is opinion.verdict]
    if len(same) >= AGREE and state.believed is not opinion.verdict:
        if not opinion.verdict:
            ended = state.believed is True
            return msgspec.structs.replace(state, believed=False, told=None), Phase.ENDED if ended else None
        return msgspec.structs.replace(state, believed=True, since=same[0].at, told=opinion.at), Phase.CONFIRMED
    if state.believed and opinion.verdict and state.told is not None:
        whole = (opinion.at - state.told) // policy.repeat
        if whole:
            return msgspec.structs.replace(state, told=state.told + whole * policy.repeat), Phase.LASTING
    return state, None


class Taught:
    """A :class:`detectors.scenes.port.Watcher` of a state that a head was taught to see.

    Args:
        zone: with the scene's name.
        head_of: gives the zone's head at present, or ``None``; asked at each look, so that a new teaching holds at once.
    """

    needs = Need.FEATURES

    def __init__(self, zone: Zone, head_of: Callable[[], Head | None]) -> None:
        self._zone = zone
        self._head_of = head_of
        self._state = State()
        self._taught = head_of() is not None
        self.policy = POLICIES[zone.scene]

    @property
    def sight(self) -> Sight:
        """Untaught without a head, unknown while the head cannot say."""
        if not self._taught:
            return Sight.UNTAUGHT
        return Sight.UNKNOWN if self._state.unsure >= UNSURE_AFTER else Sight.CLEAR

    @property
    def standing(self) -> tuple[Stay, ...]:
        """The state, while it is so."""
        return (self._stay(Phase.LASTING),) if self._state.believed else ()

    def look(self, look: Look) -> tuple[Stay, ...]:
        """Look once; without a head there is nothing to say."""
        head = self._head_of()
        self._taught = head is not None
        if head is None or look.features is None:
            return ()
        opinion = Opinion(head.verdict(look.features), head.probability(look.features), look.at)
        self._state, phase = step(self._state, self.policy, opinion)
        return () if phase is None else (self._stay(phase),)

    def blind(self) -> None:
        """The camera sees nothing: looks of before and after do not add up."""
        self._state = msgspec.structs.replace(self._state, opinions=(), unsure=0)

    def _stay(self, phase: Phase) -> Stay:
        state = self._state
        agreeing = [one.probability for one in state.opinions if one.verdict] or [one.probability for one in state.opinions] or [0.0]
        box: Box = around(self._zone.polygon, 0.0)
        return Stay(
            phase=phase, since=state.since, seen=state.seen, first=box, box=box, label=TAUGHT[self._zone.scene].there[0],
            confidence=round(sorted(agreeing)[len(agreeing) // 2], 4),
        )  # fmt: skip
