"""Blindness where sources meet: what was not seen is judged alike, whichever partition is faster."""

import pytest

from config.moment import SECOND
from streams.alert import AlertEvent, Change
from streams.envelope import FeedState
from streams.observation import Observation
from tests.fakes.rulekit import EPOCH, alerts, rules_of, seen
from tests.fakes.ruletraffic import dice
from tests.fakes.sightkit import Step, Tick, Word, instant, run_steps, table
from tests.fakes.twofolds import TwoFolds, said

SOURCES = ("sensor/elder", "sensor/hospital-1", "sensor/hall", "sensor/stairs", "sensor/roof")
DOOR = {"kind": "door", "where": "value == true"}
RULES = rules_of(
    DOOR | {"rule": "quiet-zone", "by": ["zone"], "absent": "7s", "keep_firing_for": "2s"},
    DOOR | {"rule": "quiet-all", "by": [], "absent": "4s", "for": "1s"},
    DOOR | {"rule": "stale", "by": ["zone"], "stale_after": "4s", "keep_firing_for": "3s"},
    {"rule": "unanswered", "by": ["zone"], "sequence": [DOOR, {"not": {"kind": "motion"}}], "within": "5s"},
    DOOR | {"rule": "alone", "absent": "9s"},
    DOOR | {"rule": "open", "by": ["zone"], "keep_firing_for": "6s", "repeat": "4s"},
    DOOR | {"rule": "busy", "by": ["zone"], "count": 2, "within": "4s"},
    DOOR | {"rule": "often", "by": [], "count": 3, "within": "6s", "distinct": "source", "keep_firing_for": "3s", "lateness": "2s"},
)


def story(seed: int, *, words: bool) -> list[Step]:
    """A minute in which the gateway is away for a while, and a feed falls silent; with words, cameras go on and say so."""
    chance = dice(f"story {seed}")
    gone, away = chance.randint(15, 30), chance.randint(3, 14)
    first, last = sorted(chance.sample(range(5, 58), 2))
    steps: list[Step] = []
    heard = dict.fromkeys(("mqtt", "http", "hospital", "cameras"), 0.0)
    for second in range(60):
        out = gone <= second < gone + away
        seconds = sorted(second + chance.uniform(0.01, 0.9) for _ in range(chance.choice([0, 0, 1, 2])))
        sources = ("camera/gate", "camera/yard") if out else (*SOURCES, "camera/gate")
        if not out or words:
            steps += [_report(chance.choice(sources), at, chance.random() < 0.7, f"z{chance.randint(1, 2)}") for at in seconds]
        now = second + 0.95
        heard["cameras"] = now
        if not out:
            heard.update(dict.fromkeys(("http", "hospital", *(() if first <= second < last else ("mqtt",))), now))
            steps.append(Tick(now, dict(heard)))
        elif words:
            steps.append(Word(now, {"gateway": gone - 0.05, "cameras": now}))
    return [*steps, Tick(400, dict.fromkeys(heard, 400.0))]


def _report(source: str, at: float, value: bool, zone: str) -> Observation:
    one = seen(at, value, kind="door", source=source, zone=zone, id=f"{at}")
    return Observation(**{name: getattr(one, name) for name in one.__struct_fields__} | {"received_at": one.at + SECOND // 100})


def _heard(feeds: dict[str, float]) -> tuple[FeedState, ...]:
    return tuple(FeedState(name, instant(second)) for name, second in feeds.items())


def told(steps: list[Step], partitions: int, order: str) -> list[tuple[str, bytes]]:
    """What both folds say of a story."""
    folds = TwoFolds(RULES, partitions, dice(order), table())
    write(folds, steps)
    folds.run()
    return said(folds.events())


def write(folds: TwoFolds, steps: list[Step]) -> None:
    """Write a story into the logs."""
    for step in steps:
        match step:
            case Observation():
                folds.see(step)
            case Tick():
                folds.tick(instant(step.at), _heard(step.heard))
            case Word():
                folds.tick(instant(step.at), _heard(step.heard), word=True)


@pytest.mark.parametrize("partitions", [1, 4, 12])
@pytest.mark.parametrize("seed", [0, 1, 14, 49])
def test_outages_are_judged_as_in_one_stream(partitions: int, seed: int) -> None:
    """Absences over several sources are held, begin anew or fire as one stream has it, and monitoring-blind is said once."""
    steps = story(seed, words=False)
    expected = said(alerts(run_steps(RULES, steps, table())))
    assert told(steps, partitions, f"order {seed}") == expected
    assert len({identity for identity, _ in expected}) > 5


@pytest.mark.parametrize("seed", range(3))
def test_it_does_not_matter_who_is_faster(seed: int) -> None:
    """Words of whoever misses the gateway included, any order in which partitions get on gives the same events."""
    steps = story(seed, words=True)
    found = [told(steps, 4, f"order {order}") for order in range(4)]
    assert found[0] == found[1] == found[2] == found[3] != []


@pytest.mark.parametrize("seed", range(4))
def test_while_ticks_are_missing_alerts_begin_and_end_as_in_one_stream(seed: int) -> None:
    """Cameras go on while the gateway is away: what they say over several partitions waits for it, and fires and resolves as in one."""
    steps = story(seed, words=True)

    def changes(events: list[AlertEvent]) -> list[tuple[object, ...]]:
        """Without updates: whether an alert says ``stale`` in the dark depends on how far its rule has come."""
        found = [(one.event_id, one.at, one.starts_at, one.ends_at or 0, one.count) for one in events if one.event is not Change.UPDATED]
        return sorted(found)

    folds = TwoFolds(RULES, 3, dice(f"words {seed}"), table())
    write(folds, steps)
    folds.run()
    assert changes(folds.events()) == changes(alerts(run_steps(RULES, steps, table()))) != []


def test_an_absence_over_several_sources_is_held_while_nobody_sees() -> None:
    """The gateway is gone for longer than its heartbeat: the zone's silence counts from its return, and nothing fires in between."""
    steps: list[Step] = [
        _report("sensor/hall", 1.5, True, "z1"),
        *(Tick(second, {"http": second}) for second in range(2, 5)),
        Tick(20, {"http": 20}),
    ]
    steps += [Tick(second, {"http": second}) for second in range(21, 40)]
    events = [event for event in alerts(run_steps(RULES, steps, table())) if event.rule == "quiet-zone"]
    assert [(event.event.value, (event.at - EPOCH) / SECOND) for event in events] == [("firing", 27.0)]
    assert [one for one in told(steps, 4, "held") if b'"quiet-zone"' in one[1]] == said(events)


def test_a_report_that_is_no_match_is_a_sign_of_life_in_every_partition() -> None:
    """What makes nothing of the rule shows that its feed was alive: the absence before it is told, and not lost in the hole after it."""
    steps: list[Step] = [_report("sensor/hall", 1.5, True, "z1"), *(Tick(second, {"http": second}) for second in range(2, 9))]
    steps += [_report("sensor/hall", 8.6, False, "z1"), Tick(30, {"http": 30}), Tick(31, {"http": 31})]
    events = [event for event in alerts(run_steps(RULES, steps, table())) if event.rule == "quiet-zone"]
    assert [(event.event.value, (event.at - EPOCH) / SECOND) for event in events] == [("firing", 8.5)]
    for partitions in (1, 4):
        assert [one for one in told(steps, partitions, "alive") if b'"quiet-zone"' in one[1]] == said(events)
