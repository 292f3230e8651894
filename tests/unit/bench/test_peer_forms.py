"""The forms that were written by hand for the peers mean what SEMANTICS says, one by one and against the engine."""

from typing import Any, NamedTuple

import pytest

from bench.city import City, city_observations
from bench.peers.expected import expected_alerts
from bench.peers.forms import HOUR, SECOND, Absent, Distinct, Level, absent, distinct, level
from bench.peers.judge import compare
from bench.peers.measure import CHECK, CHECKED
from bench.peers.pack import LEVELS, RULES, Alert, Said, judge_source, judge_symptom, observations_of
from bench.ruleset import pack_rules
from streams.envelope import Envelope
from streams.observation import Observation

DAY = 24 * HOUR


class Sample(NamedTuple):
    """A value at a second."""

    at: int
    value: Any
    source: str = "sensor/a"


def told(rule: Level, *samples: tuple[int, float]) -> list[tuple[str, float, float]]:
    """What a rule says of samples (second, value), in seconds."""
    state: list[Any] | None = None
    said: list[tuple[str, float, float]] = []
    for second, value in samples:
        state, more = level(rule, state, Sample(second * SECOND, value))
        said.extend((event, at / SECOND, since / SECOND) for event, at, since in more)
    return said


def above(one: Any) -> bool:
    """The condition of SEMANTICS, section 5."""
    return bool(one.value > 5)


@pytest.mark.parametrize(
    ("rule", "samples", "said"),
    [
        (Level("r", above, lasts=10 * SECOND), [(0, 9), (4, 9), (10, 1), (90, 1)], []),
        (Level("r", above, lasts=10 * SECOND), [(0, 9), (4, 9), (11, 1)], [("firing", 10, 0), ("resolved", 11, 0)]),
        (
            Level("r", above, lasts=10 * SECOND, keep=5 * SECOND),
            [(0, 9), (12, 1), (17, 9), (30, 1), (90, 1)],
            [("firing", 10, 0), ("resolved", 35, 0)],
        ),
        (Level("r", above, lasts=10 * SECOND, stale=6 * SECOND), [(0, 9), (4, 9), (12, 9), (20, 1)], []),
        (Level("r", above, clear=lambda one: one.value < 3), [(0, 9), (1, 4), (2, 2)], [("firing", 0, 0), ("resolved", 2, 0)]),
        (Level("r", above, stale=6 * SECOND), [(0, 9), (7, 1)], [("firing", 0, 0), ("resolved", 6, 0)]),
        (Level("r", above, repeat=5 * SECOND), [(0, 9), (11, 9)], [("firing", 0, 0), ("updated", 5, 0), ("updated", 10, 0)]),
    ],
)
def test_a_level_is_judged_as_the_specification_says(
    rule: Level, samples: list[tuple[int, float]], said: list[tuple[str, float, float]]
) -> None:
    """The examples of SEMANTICS, section 5, and those of staleness and repetition."""
    assert told(rule, *samples) == said


def test_an_absence_is_told_when_the_match_comes_after_all() -> None:
    """Nobody wakes a peer: the absence that began at 90 is told at 200."""
    rule = Absent("r", lambda _: True, after=60 * SECOND)
    last, said = None, []
    for second in (0, 30, 200):
        last, more = absent(rule, last, Sample(second * SECOND, value=True))
        said += more
    assert said == [("firing", 90 * SECOND, 90 * SECOND), ("resolved", 200 * SECOND, 90 * SECOND)]


def test_absence_counts_active_hours_only() -> None:
    """Six hours from 20:00, of which the night from 21:00 to 06:00 does not count, end at 11:00."""
    rule = Absent("r", lambda _: True, after=6 * HOUR, hours=(6, 21), zone="UTC")
    _, said = absent(rule, 20 * HOUR, Sample(DAY + 12 * HOUR, value=True))
    assert said[0] == ("firing", DAY + 11 * HOUR, DAY + 11 * HOUR)
    assert absent(rule, 20 * HOUR, Sample(DAY + 11 * HOUR, value=True))[1] == []


def test_a_sample_that_is_no_match_ends_no_absence() -> None:
    """What the predicate does not hold for leaves the last match where it was."""
    assert absent(Absent("r", lambda _: False, after=1), 5, Sample(100, value=False)) == (5, [])


def test_several_sources_fire_and_resolve_when_the_window_is_left() -> None:
    """Three different sources within ten seconds fire; the same one three times does not."""
    rule = Distinct("r", sources=3, within=10 * SECOND, keep=5 * SECOND)
    state: dict[str, Any] | None = None
    said: list[tuple[str, int, int]] = []
    for second, source in [(0, "a"), (1, "a"), (2, "a"), (4, "b"), (9, "c"), (60, "a")]:
        state, more = distinct(rule, state, Sample(second * SECOND, value=True, source=source))
        said += more
    assert said == [("firing", 9 * SECOND, 9 * SECOND), ("resolved", 17 * SECOND, 9 * SECOND)]


def test_within_its_quiet_time_the_same_episode_goes_on() -> None:
    """A third source that comes back before the end of ``keep`` begins no new episode."""
    rule = Distinct("r", sources=2, within=10 * SECOND, keep=30 * SECOND)
    state: dict[str, Any] | None = None
    said: list[tuple[str, int, int]] = []
    for second, source in [(0, "a"), (1, "b"), (20, "a"), (25, "b")]:
        state, more = distinct(rule, state, Sample(second * SECOND, value=True, source=source))
        said += more
    assert [event for event, _, _ in said] == ["firing"]


def test_every_rule_of_the_shipped_pack_is_written_out() -> None:
    """A rule on observations that is added to the pack is missing here until it is written for the peers too; dates in tables have none."""
    assert set(RULES) == {rule.name for rule in pack_rules().rules if rule.kinds}


def test_drills_and_healthy_sources_leave_nothing_behind() -> None:
    """A drill is seen by no rule, and a closed door is not remembered."""
    closed = Observation(id="1", source="sensor/d", kind="door", at=0, value=False)
    drill = Observation(id="2", source="sensor/d", kind="door", at=0, value=True, attributes={"test": True})
    assert list(observations_of(Envelope(sent_at=0, writer="w", observations=(closed, drill)))) == [closed]
    state: dict[str, Any] = {}
    assert judge_source(state, closed) == (False, [])
    assert state == {}


def test_a_group_is_named_with_its_zone_where_the_rule_is_by_zone() -> None:
    """A camera's zones are groups of their own."""
    parked = Observation(id="1", source="camera/c", kind="illegal_parking", at=7, value=True, zone="z1")
    assert judge_source({}, parked) == (True, [Alert("illegal-parking-motor", ("camera/c", "z1"), "firing", 7, 7)])
    assert LEVELS["illegal_parking"][0].zoned


def test_by_hand_says_what_the_engine_says_where_the_next_observation_comes() -> None:
    """Over a day of a small city nothing is told that the engine did not tell, and what is missing had no later observation."""
    found = list(city_observations(12_000, City(sources=120, begins=0.03, silences=0.003)))
    states: dict[str, Any] = {}
    said: list[Said] = []
    for one in found:
        if one.kind == "symptom":
            symptom = str(one.value)
            states[symptom], alerts = judge_symptom(states.get(symptom), one)
        else:
            _, alerts = judge_source(states.setdefault(one.source, {}), one)
        said += [Said(alert=alert, noticed_at=one.at) for alert in alerts]
    verdicts = compare(expected_alerts(pack_rules(), found), said, RULES)
    assert sum(verdict.expected for verdict in verdicts) > 300
    assert [verdict for verdict in verdicts if verdict.extra] == []
    assert sum(verdict.missing for verdict in verdicts) < 30
    late = {verdict.rule: verdict.noticed_after for verdict in verdicts}
    assert late["door-left-open"] > 0


def test_the_check_makes_every_rule_of_the_pack_speak() -> None:
    """A rule that has nothing to say in the check proves nothing about a peer."""
    expected = expected_alerts(pack_rules(), city_observations(CHECKED, CHECK))
    assert {alert.rule for alert in expected} == set(RULES)
