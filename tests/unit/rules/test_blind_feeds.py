"""The alert ``monitoring-blind``, what firing alerts say meanwhile, and the sight that a checkpoint keeps."""

from typing import Any

import msgspec
import pytest

from config.feeds import Door, FeedTable
from config.moment import SECOND
from config.problem import ProblemsError
from rules.engine import Partition, snapshot
from rules.fold import RuleFold
from rules.sight import Hole
from streams.alert import AlertEvent
from streams.codec import ENVELOPE_HEADERS, encode_envelope
from streams.envelope import Envelope, FeedState
from streams.fold import Record
from streams.topics import OBSERVATIONS, URGENT
from tests.fakes.rulekit import alerts, laid, rules_of, seen, told
from tests.fakes.sightkit import ELDER, Step, Tick, Word, feed, instant, merged, of_rules, run_steps, short, table, take, ticks

OVER = {"rule": "over", "kind": "level", "where": "value > 5"}
ABSENT = {"rule": "inactive", "kind": "motion", "where": "value == true", "absent": "20s"}


def high(at: float, value: float = 9, **fields: Any) -> Step:
    return seen(at, value, source=ELDER, received_at=instant(at), **fields)


def test_missing_ticks_are_told_while_they_are_missing() -> None:
    """Whoever misses the ticks says so in the log, and the alert comes before the gateway does."""
    engine = Partition(rules_of(OVER), feeds=table(), speaks=True)
    for step in ticks(0, 12, "mqtt"):
        take(engine, step)
    assert not take(engine, Word(17, {"gateway": 12}))
    (event,) = alerts(take(engine, Word(18, {"gateway": 12})))
    assert (event.rule, event.group, event.event.value, event.at) == ("monitoring-blind", {"feed": "gateway"}, "firing", instant(17))
    assert not take(engine, Word(30, {"gateway": 12}))
    (event,) = alerts(take(engine, Tick(60, {"mqtt": 60})))
    assert (event.event.value, event.at, event.ends_at, event.starts_at) == ("resolved", instant(60), instant(60), instant(17))


def test_one_outage_is_told_once() -> None:
    """The feeds behind a gateway that is gone are not told one by one, and have their heartbeat's time when it is back."""
    engine = Partition(rules_of(OVER), feeds=table(), speaks=True)
    steps: list[Step] = [*ticks(0, 12, "mqtt", "http", "hospital"), Word(18, {"gateway": 12}), Word(300, {"gateway": 12})]
    steps += [Tick(second, {"http": second, "mqtt": 12 if second < 304 else second}) for second in range(300, 320)]
    told_so = [outcome for step in steps for outcome in take(engine, step)]
    assert short(told_so) == [("monitoring-blind", "firing", 17), ("monitoring-blind", "resolved", 300)]


def test_a_feed_that_does_not_come_back_with_the_gateway_is_told_for_itself() -> None:
    """Its silence is counted from the gateway's return."""
    steps: list[Step] = [*ticks(0, 12, "mqtt"), *(Tick(second, {"mqtt": 12}) for second in range(40, 60))]
    events = alerts(run_steps(rules_of(OVER), steps, table()))
    assert [(event.group["feed"], event.event.value, event.at) for event in events] == [
        ("gateway", "firing", instant(17)),
        ("gateway", "resolved", instant(40)),
        ("mqtt", "firing", instant(45)),
    ]


def test_a_feed_that_was_blind_before_stays_blind_when_the_gateway_returns() -> None:
    """Only its own sign of life ends its blindness."""
    steps: list[Step] = [*ticks(0, 12, "mqtt"), *(Tick(second, {"mqtt": 12}) for second in range(13, 20)), *ticks(60, 62)]
    steps += ticks(63, 64, "mqtt")
    events = alerts(run_steps(rules_of(OVER), steps, table()))
    assert [(event.group["feed"], event.event.value, event.at) for event in events] == [
        ("mqtt", "firing", instant(17)),
        ("gateway", "firing", instant(24)),
        ("gateway", "resolved", instant(60)),
        ("mqtt", "resolved", instant(63)),
    ]


def test_a_heartbeat_that_was_just_in_time_is_no_blindness() -> None:
    """The bound itself is still in sight; beyond it is not."""
    on_time: list[Step] = [*ticks(0, 12, "mqtt"), *ticks(17, 18, "mqtt")]
    assert short(run_steps(rules_of(OVER), on_time, table())) == []


def test_a_silence_that_ended_before_anybody_could_tell_is_told_afterwards() -> None:
    """A heartbeat that comes at the very tick that would have shown its lack ends a hole that is told whole."""
    steps = [*ticks(0, 12, "mqtt"), *ticks(13, 17), *ticks(18, 20, "mqtt")]
    assert short(run_steps(rules_of(OVER), steps, table())) == [("monitoring-blind", "firing", 17), ("monitoring-blind", "resolved", 18)]


def test_a_feed_is_expected_from_the_first_tick_that_names_it() -> None:
    """A feed of which nothing was ever heard is told like one that fell silent; one that nobody names is not."""
    steps = [Tick(second, {"hospital": 0}) for second in range(10, 80)]
    events = alerts(run_steps(rules_of(OVER), steps, table()))
    assert [(event.group, event.at) for event in events] == [({"feed": "hospital"}, instant(70))]
    unknown = [Tick(second, {"nobody": 0}) for second in range(10, 80)]
    assert short(run_steps(rules_of(OVER), unknown, table())) == []


def test_the_alert_says_what_is_known() -> None:
    """Severity, category and ticket are the feed's; the text is in both languages, and why names the last sign of life."""
    feeds = FeedTable([feed("mqtt", Door.MQTT, severity="critical", category="10997", ticket="confirm")])
    (event,) = alerts(run_steps(rules_of(OVER), [*ticks(0, 12, "mqtt"), *ticks(13, 20)], feeds))
    assert (event.severity, event.category, event.ticket, event.source) == ("critical", "10997", "confirm", "feed/mqtt")
    assert event.summary.en == "Monitoring blind: nothing is heard of mqtt; absence alerts are held"
    assert event.summary.zh == "监测失明：mqtt无信号，缺失类告警暂缓"
    assert event.why == {"form": "absent", "after": "5s", "feed": "mqtt", "heard_at": "2026-03-02T04:00:12Z", "replays": False}
    assert (event.starts_at, event.fired_at, event.last_seen, event.detected_at) == (*(instant(17),) * 2, instant(12), instant(18))


def test_a_firing_alert_says_that_nobody_looks_any_more() -> None:
    """It stays firing with the flag ``stale`` until its feed is heard again; what its own source says then decides."""
    steps = merged([high(10), high(41, 1)], ticks(0, 12, "mqtt"), [Word(18, {"gateway": 12})], ticks(40, 42, "mqtt"))
    events = of_rules(run_steps(rules_of(OVER), steps, table()))
    assert [(event.event.value, event.stale, event.at) for event in events] == [
        ("firing", False, instant(10)),
        ("updated", True, instant(17)),
        ("updated", False, instant(40)),
        ("resolved", False, instant(41)),
    ]


def test_alerts_of_other_feeds_stay_fresh() -> None:
    """Only what can no longer be seen is stale."""
    other = seen(10, 9, source="sensor/other", received_at=instant(10))
    steps = merged([other], ticks(0, 12, "mqtt", "http"), ticks(13, 30, "http"))
    assert [event.stale for event in of_rules(run_steps(rules_of(OVER), steps, table()))] == [False]


def test_an_alert_that_fires_blindly_says_so() -> None:
    """What was believed before the hole goes on being believed, and the alert that comes of it is stale from the beginning."""
    steps = merged([high(10)], ticks(0, 12, "mqtt"), ticks(13, 30))
    events = of_rules(run_steps(rules_of(OVER | {"for": "15s"}), steps, table()))
    assert [(event.event.value, event.stale, event.at) for event in events] == [("firing", True, instant(25))]


def test_a_match_is_believed_while_nobody_could_contradict_it() -> None:
    """``stale_after`` ends a condition by silence; in a hole there is no silence, and belief runs anew from the return."""
    rule = OVER | {"stale_after": "20s"}
    steps = merged([high(10)], ticks(0, 12, "mqtt"), ticks(60, 90, "mqtt"))
    events = of_rules(run_steps(rules_of(rule), steps, table()))
    assert [(event.event.value, event.at, event.stale) for event in events] == [
        ("firing", instant(10), False),
        ("resolved", instant(80), True),
    ]
    seen_all = merged([high(10)], ticks(0, 40, "mqtt"))
    assert told(of_rules(run_steps(rules_of(rule), seen_all, table())))[-1][:2] == ("resolved", 30)


def test_a_pulse_is_over_whoever_looks() -> None:
    """A pulse ends at its own instant, and its alert resolves in the blind too."""
    steps = merged([seen(12, True, kind="motion", source=ELDER, received_at=instant(12))], ticks(0, 12, "mqtt"), ticks(13, 20))
    assert short(of_rules(run_steps(rules_of({"rule": "moved", "kind": "motion"}), steps, table()))) == [
        ("moved", "firing", 12),
        ("moved", "resolved", 12),
    ]


def test_groups_of_several_sources_go_by_the_last_one() -> None:
    """A zone is blind when the source that was seen there last is."""
    zone = {"rule": "empty", "kind": "motion", "where": "value == true", "absent": "20s", "by": ["zone"]}
    present = seen(10, True, kind="motion", source=ELDER, zone="hall", received_at=instant(10))
    assert of_rules(run_steps(rules_of(zone), merged([present], ticks(0, 12, "mqtt"), ticks(13, 60)), table())) == []
    both = zone | {"by": ["zone", "source"]}
    assert of_rules(run_steps(rules_of(both), merged([present], ticks(0, 12, "mqtt"), ticks(13, 60)), table())) == []


def test_only_one_partition_speaks_of_feeds() -> None:
    """All partitions hold; the first one of the observations tells, so that one outage is one alert."""
    steps = [*ticks(0, 12, "mqtt"), *ticks(40, 41, "mqtt")]
    quiet = Partition(rules_of(OVER), feeds=table())
    assert [outcome for step in steps for outcome in take(quiet, step)] == []
    fold = RuleFold(rules_of(OVER), feeds=table())
    said = {}
    for topic, number in ((OBSERVATIONS, 0), (OBSERVATIONS, 1), (URGENT, 0)):
        held = fold.restore(topic, number, {})
        outputs = [output for offset, at in enumerate((0, 1, 60)) for output in held.step(tick_record(topic, number, offset, at))]
        said[topic, number] = [msgspec.json.decode(output.value, type=AlertEvent).event.value for output in outputs]
    assert said == {(OBSERVATIONS, 0): ["firing", "resolved"], (OBSERVATIONS, 1): [], (URGENT, 0): []}


def test_signs_of_life_without_a_tick_are_folded() -> None:
    """An envelope of nothing but feeds is heard: the watch that misses the ticks, and the cameras' own."""
    held = RuleFold(rules_of(OVER), feeds=table()).restore(OBSERVATIONS, 0, {})
    held.step(tick_record(OBSERVATIONS, 0, 0, 10))
    word = Envelope(sent_at=instant(30), writer="watch", feeds=(FeedState("gateway", instant(10)),))
    (output,) = held.step(record(OBSERVATIONS, 0, 1, word))
    event = msgspec.json.decode(output.value, type=AlertEvent)
    assert (event.event.value, event.at, output.partition) == ("firing", instant(15), 0)


def test_sight_is_in_the_checkpoint() -> None:
    """Holes, blindness and the clock are read back as they were; an engine that minds no feeds keeps none."""
    engine = Partition(rules_of(OVER), feeds=table())
    for step in [*ticks(0, 3, "mqtt"), *ticks(20, 21, "mqtt"), *ticks(22, 30)]:
        take(engine, step)
    again = Partition(rules_of(OVER), feeds=table())
    snapshot.restore(again, snapshot.full(engine))
    assert engine.eyes is not None
    assert again.eyes is not None
    assert again.eyes.sight == engine.eyes.sight
    assert again.eyes.sight.feeds["mqtt"].holes == (Hole(instant(3), instant(20)),)
    assert again.eyes.sight.feeds["mqtt"].blind_at == instant(26)
    assert "sight" not in snapshot.full(Partition(rules_of(OVER)))


def test_a_checkpoint_without_sight_is_read() -> None:
    """One that was written before there were feeds begins with open eyes."""
    old = Partition(rules_of(ABSENT))
    old.observe(seen(0, True, kind="motion", source=ELDER), instant(0))
    engine = Partition(rules_of(ABSENT), feeds=table())
    snapshot.restore(engine, snapshot.full(old))
    assert told([outcome for step in ticks(1, 25, "mqtt") for outcome in take(engine, step)]) == [("firing", 20, 20, None, 0)]


def test_the_name_of_the_built_in_rule_is_taken() -> None:
    """A rule file that uses it is refused with what to do instead."""
    with pytest.raises(ProblemsError) as refused:
        rules_of(OVER | {"rule": "monitoring-blind"})
    (problem,) = refused.value.problems
    assert problem.what == "the rule 'monitoring-blind' is built in."
    assert problem.fix == "Set its severity and category in feeds.yaml; name this one otherwise."


def tick_record(topic: str, partition: int, offset: int, at: float) -> Record:
    return record(topic, partition, offset, Envelope(sent_at=instant(at), writer="gateway-1", tick=instant(at)))


def record(topic: str, partition: int, offset: int, envelope: Envelope) -> Record:
    return Record(
        topic=topic,
        partition=partition,
        offset=offset,
        timestamp=envelope.sent_at,
        key=None,
        value=encode_envelope(envelope),
        headers=ENVELOPE_HEADERS,
    )


def test_the_heartbeat_of_the_doors_is_known() -> None:
    """Without a word of the city, each door is a feed, and a gateway may take its time to be started again."""
    assert {row.name: row.heartbeat // SECOND for row in FeedTable().rows} == {"gateway": 15, "mqtt": 30, "http": 30, "cameras": 60}


def test_what_an_alert_says_of_sight_is_in_the_next_checkpoint() -> None:
    """A flag that nobody wrote down would be said again, or not, after a restart."""
    engine = Partition(rules_of(OVER), feeds=table())
    for step in merged([high(10)], ticks(0, 12, "mqtt")):
        take(engine, step)
    sections = snapshot.full(engine)
    for step in ticks(13, 18):
        take(engine, step)
    again = Partition(rules_of(OVER), feeds=table())
    snapshot.restore(again, laid(sections, snapshot.delta(engine)))
    (group,) = again.bearers["over"].groups.values()
    assert group.episode is not None
    assert group.episode.stale
    snapshot.delta(again)
    for step in ticks(19, 30):
        take(again, step)
    assert not [name for name in snapshot.delta(again) if name.startswith("group/")], "nothing changes while it stays blind"
