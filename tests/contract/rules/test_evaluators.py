"""One behaviour for every form of condition, whatever it looks for."""

import random
from typing import Any

import msgspec
import pytest

from rules.conditions.factory import evaluator_of
from rules.conditions.port import Evaluator
from rules.predicates import Undecided
from rules.state import NEVER, Group, Phase, Signal
from streams.observation import Observation, Position
from tests.fakes.rulekit import KINDS, rules_of, seen
from tests.fakes.ruletraffic import dice

SURE = "value == true && confidence > 0.5"
RULES: dict[str, dict[str, Any]] = {
    "level": {"kind": "door", "where": SURE},
    "stale level": {"kind": "door", "where": SURE, "stale_after": "3s"},
    "cleared level": {"kind": "door", "where": SURE, "clear": "value == false"},
    "pulse": {"kind": "motion", "where": SURE},
    "count": {"kind": "door", "where": SURE, "count": 2, "within": "5s"},
    "distinct": {"kind": "door", "where": SURE, "count": 2, "within": "5s", "distinct": "zone"},
    "absent": {"kind": "door", "where": SURE, "absent": "4s"},
    "active absence": {"kind": "door", "where": SURE, "absent": "4s", "active": {"zone": "UTC"}},
    "sequence": {"sequence": [{"kind": "door", "where": SURE}, {"kind": "motion", "where": SURE}], "within": "5s"},
    "unanswered": {"sequence": [{"kind": "door", "where": SURE}, {"not": {"kind": "motion", "where": SURE}}], "within": "5s"},
    "cluster": {"kind": "door", "where": SURE, "cluster": {"sources": 2, "radius": "500m"}, "within": "5s"},
    "rate": {"kind": "level", "where": "confidence > 0.5", "rate": {"above": 1, "per": "1s"}, "within": "5s"},
}
FORMS = pytest.mark.parametrize("form", list(RULES))


class Bench:
    """Drives one evaluator as the engine would, and keeps what it said.

    Attributes:
        group: the state of the one group.
        said: each signal that changed the condition, with its instant.
        held: whether the condition holds.
    """

    def __init__(self, form: str) -> None:
        self.rule = rules_of(RULES[form]).rules[0]
        self.evaluator: Evaluator = evaluator_of(self.rule, KINDS)
        self.group = Group(key="g", bucket=0)
        self.said: list[tuple[Signal, int]] = []

    @property
    def held(self) -> bool:
        """Whether the condition holds."""
        return self.group.holds

    def feed(self, observation: Observation) -> Signal | Undecided:
        """Run the timers before an observation, then apply it."""
        while self.group.condition_due < observation.at:
            due = self.group.condition_due
            self.take(self.evaluator.ripen(self.group, due), due)
        signal = self.evaluator.sample(self.group, observation)
        if not isinstance(signal, Undecided):
            self.take(signal, observation.at)
        return signal

    def take(self, signal: Signal, at: int) -> None:
        """Do to the group what the engine's episodes do."""
        if signal is Signal.RISE:
            assert not self.held
            self.group.phase = Phase.FIRING
        elif signal in (Signal.FALL, Signal.FALL_BY_MATCH, Signal.FALL_BY_SILENCE):
            assert self.held
            self.group.phase = Phase.QUIET
        if signal not in (Signal.NOTHING, Signal.MATCH):
            self.said.append((signal, at))


def history(chance: random.Random, form: str, length: int = 40) -> list[Observation]:
    """Traffic that every form has something to say about."""
    kinds = rules_of(RULES[form]).rules[0].kinds
    found = []
    at = 0
    for number in range(length):
        at += chance.randint(0, 3)
        kind = chance.choice(kinds)
        value: Any = chance.randint(0, 9) if kind == "level" else chance.random() < 0.7
        fields = {"zone": f"z{chance.randint(1, 2)}", "position": Position(121.0, 31.0), "source": f"sensor/{chance.randint(1, 3)}"}
        found.append(seen(at, value, kind=kind, id=f"{number:03}", confidence=0.9, **fields))
    return found


@FORMS
def test_it_rises_and_falls_in_turn(form: str) -> None:
    """Never does it rise while it holds or fall while it does not; over a long history it does both."""
    bench = Bench(form)
    for observation in history(dice(form), form, 300):
        bench.feed(observation)
    assert {Signal.RISE} < {signal for signal, _ in bench.said} or form in ("absent", "active absence")
    assert len(bench.said) > 4
    assert all(one[1] <= other[1] for one, other in zip(bench.said, bench.said[1:], strict=False))


@FORMS
def test_what_is_undecided_changes_nothing(form: str) -> None:
    """An observation that cannot be judged leaves the whole group as it was, timer and memory included."""
    bench = Bench(form)
    for observation in history(dice(form), form):
        bench.feed(observation)
        before = msgspec.msgpack.encode(bench.group)
        unsure = msgspec.structs.replace(observation, confidence=None, value=observation.value if form == "rate" else True, id="unsure")
        assert isinstance(bench.evaluator.sample(bench.group, unsure), Undecided)
        assert msgspec.msgpack.encode(bench.group) == before


@FORMS
def test_its_memory_can_be_written_and_read_back(form: str) -> None:
    """At any point the memory comes back from msgpack as it was, by the type that the form names, and goes on alike."""
    straight, restarted = Bench(form), Bench(form)
    for observation in history(dice(f"memory {form}"), form):
        straight.feed(observation)
        restarted.feed(observation)
        group = msgspec.msgpack.decode(msgspec.msgpack.encode(restarted.group), type=Group)
        if group.memory is not None:
            group.memory = msgspec.convert(group.memory, restarted.evaluator.memory_type)
        assert group == restarted.group
        restarted.group = group
    assert restarted.said == straight.said


@FORMS
def test_its_timer_is_set_to_a_coming_instant_or_not_at_all(form: str) -> None:
    """After each observation the timer is NEVER or not in the past; a timer that ran is not set to the same instant again."""
    bench = Bench(form)
    for observation in history(dice(f"timer {form}"), form):
        bench.feed(observation)
        assert bench.group.condition_due >= observation.at
    due = bench.group.condition_due
    if due != NEVER:
        bench.take(bench.evaluator.ripen(bench.group, due), due)
        assert bench.group.condition_due == NEVER


@FORMS
def test_it_explains_itself(form: str) -> None:
    """With the observation that made it hold and without, ``why`` is plain JSON that names the form."""
    bench = Bench(form)
    (last,) = history(dice(form), form, 1)
    for given in (last, None):
        told = bench.evaluator.why(given)
        assert msgspec.json.decode(msgspec.json.encode(told)) == told
        assert told["form"] in ("level", "count", "absent", "sequence", "cluster", "rate")


@FORMS
def test_it_says_what_an_episode_begins_with(form: str) -> None:
    """Whenever it rises, the opening counts what belongs to the episode and never lies in the future."""
    bench = Bench(form)
    rises = 0
    for observation in history(dice(f"opening {form}"), form, 120):
        while bench.group.condition_due < observation.at:
            due = bench.group.condition_due
            signal = bench.evaluator.ripen(bench.group, due)
            rises += signal is Signal.RISE and _opens(bench, due, None)
            bench.take(signal, due)
        found = bench.evaluator.sample(bench.group, observation)
        assert isinstance(found, Signal)
        rises += found is Signal.RISE and _opens(bench, observation.at, observation)
        bench.take(found, observation.at)
    assert rises > 0


def _opens(bench: Bench, at: int, observation: Observation | None) -> bool:
    opening = bench.evaluator.opening(bench.group, at, observation)
    assert opening.last_seen <= at
    assert (opening.count == 0) == (observation is None)
    assert len(opening.sources) <= opening.count
    assert opening.last is not None
    return True
