"""Other feeds come by the log, like other rules: what is known goes along, and nothing becomes absent by the change."""

from pathlib import Path
from typing import Any

import msgspec
import zstandard

from config.feeds import CityFeeds, Door, Feed
from config.moment import SECOND
from rules.fold import RULESET, RuleFold
from rules.life import pack, unpack
from rules.life.fate import Fate
from rules.life.feeds import FeedChange, feed_changes
from rules.model import RuleSet
from rules.sight import FeedSight, Sight
from rules.version import set_version
from streams.alert import AlertEvent, Cause
from streams.codec import ENVELOPE_HEADERS, encode_envelope
from streams.envelope import Envelope, FeedState, Origin
from streams.fold import Held, Record
from streams.topics import ALERTS, MATCHES, OBSERVATIONS
from tests.fakes.rulekit import rules_of, seconds, seen
from tests.fakes.sightkit import ELDER, HOSPITAL, feed, instant, table

ABSENT: dict[str, Any] = {"rule": "inactive", "kind": "motion", "where": "value == true", "absent": "20s"}
DOORS = (feed("gateway", Door.GATEWAY), feed("mqtt", Door.MQTT), feed("http", Door.HTTP))
HOMES = feed("homes", Door.MQTT, sources=("sensor/elder*",))
PLAIN = CityFeeds.of(DOORS, [ELDER])
OWN = CityFeeds.of((*DOORS, HOMES), [ELDER])
CHECKPOINT = Path("tests/data/rules/checkpoints/fold-before-feeds.msgpack")
"""Written by the version before rule sets had feeds: a match at 0.5, ticks to 12, the feed mqtt heard up to 4."""


def rules(feeds: CityFeeds | None, *written: dict[str, Any]) -> RuleSet:
    """A rule set as a city with these feeds has it."""
    found = rules_of(*(written or (ABSENT,)))
    if feeds is None:
        return found
    version = set_version(found.rules, found.kinds, found.registers, feeds=feeds)
    return msgspec.structs.replace(found, given=msgspec.structs.replace(found.given, feeds=feeds), version=version)


class Stream:
    """A partition and what its alerts said: (rule or feed, event, second, second of its beginning)."""

    def __init__(self, ruleset: RuleSet, held: Held | None = None, topic: str = OBSERVATIONS) -> None:
        self.fold = RuleFold(ruleset)
        self.topic = topic
        self.held = self.fold.restore(topic, 0, {}) if held is None else held
        self.events: list[AlertEvent] = []

    def step(self, at: float, **fields: Any) -> "Stream":
        """Apply one envelope."""
        envelope = Envelope(**{"sent_at": instant(at), "writer": "g", **fields})
        outputs = self.held.step(Record(self.topic, 0, 0, instant(at), None, encode_envelope(envelope), ENVELOPE_HEADERS))
        self.events += [msgspec.json.decode(output.value, type=AlertEvent) for output in outputs if output.topic == ALERTS]
        return self

    def ticks(self, first: int, last: int, **heard: float | None) -> "Stream":
        """A tick a second; each feed was heard just now, or up to a second that is given."""
        for at in range(first, last + 1):
            states = tuple(FeedState(name, instant(at if until is None else until)) for name, until in heard.items())
            self.step(at, tick=instant(at), feeds=states)
        return self

    def switch(self, ruleset: RuleSet) -> "Stream":
        """Apply a switch record."""
        return self.step(0, ruleset=ruleset.version, rules=pack(ruleset))

    @property
    def sight(self) -> Sight:
        """What is known of the feeds."""
        eyes = self.fold.partitions[OBSERVATIONS, 0].eyes
        assert eyes is not None
        return eyes.sight

    @property
    def said(self) -> list[tuple[str, str, float, float]]:
        """Every event so far."""
        return [
            (str(event.group.get("feed", event.rule)), event.event.value, seconds(event.at), seconds(event.starts_at))
            for event in self.events
        ]


def moved(at: float, source: str = ELDER) -> dict[str, Any]:
    return {"observations": (seen(at, True, kind="motion", source=source, received_at=instant(at)),)}


def test_feeds_travel_with_the_rules_and_are_part_of_the_version() -> None:
    """A package gives back the city's feeds; another heartbeat, order or device is another version."""
    ruleset = rules(OWN)
    assert unpack(pack(ruleset))[0].given.feeds == OWN

    def version(feeds: CityFeeds | None) -> str:
        return set_version(ruleset.rules, ruleset.kinds, feeds=feeds)

    slower = CityFeeds.of((*DOORS, msgspec.structs.replace(HOMES, heartbeat=SECOND)), [ELDER])
    turned = CityFeeds.of((HOMES, *DOORS), [ELDER])
    more = CityFeeds.of((*DOORS, HOMES), [ELDER, "sensor/new"])
    assert version(None) == rules_of(ABSENT).version
    assert len({version(feeds) for feeds in (None, PLAIN, OWN, slower, turned, more)}) == 6


def test_devices_that_a_pattern_has_need_not_be_named() -> None:
    """Ten thousand devices of one feed cost nothing in a record; the table puts every source where the full one does."""
    devices = [f"sensor/elder-{number}" for number in range(10_000)]
    city = CityFeeds.of((*DOORS, HOMES), [*devices, "sensor/door"])
    assert city.devices == ("sensor/door",)
    found = city.table()
    assert {found.of(source).name for source in devices} == {"homes"}
    assert [found.of(source).name for source in ("sensor/door", "sensor/other")] == ["mqtt", "http"]


def test_a_package_without_feeds_is_read_and_leaves_them_to_the_process() -> None:
    """Older versions wrote none: those that the process was given hold, as they did, until a switch brings others."""
    raw = msgspec.msgpack.decode(zstandard.decompress(pack(rules(OWN)), max_output_size=1_000_000))
    assert raw[4].pop("feeds")["written"]
    old, _ = unpack(zstandard.compress(msgspec.msgpack.encode(raw)))
    assert old.given.feeds is None
    fold = RuleFold(old, feeds=table())
    assert [row.name for row in _table_of(fold)] == ["gateway", "mqtt", "http", "cameras", "hospital"]
    assert [row.name for row in _table_of(RuleFold(rules(OWN), feeds=table()))] == ["gateway", "mqtt", "http", "cameras", "homes"]


def _table_of(fold: RuleFold) -> tuple[Feed, ...]:
    held = fold.restore(OBSERVATIONS, 0, {})
    assert held.full()
    eyes = fold.partitions[OBSERVATIONS, 0].eyes
    assert eyes is not None
    return eyes.table.rows


def test_a_version_that_knows_no_feeds_reads_the_package_all_the_same() -> None:
    """What it does not know it passes over, so that an older worker beside a newer one goes on by the feeds that it has."""

    class OlderGiven(msgspec.Struct, frozen=True, kw_only=True):
        tables: dict[str, str] = {}
        reporters: dict[str, Any] | None = None

    raw = zstandard.decompress(pack(rules(OWN)), max_output_size=1_000_000)
    read = msgspec.msgpack.decode(raw, type=tuple[int, str, list[Any], list[Any], OlderGiven, dict[str, str]])
    assert read[4] == OlderGiven()


def test_a_checkpoint_of_before_goes_on_by_the_feeds_of_the_process() -> None:
    """Sight and held absences are read; the switch that brings feeds makes them those of the log."""
    sections = msgspec.msgpack.decode(CHECKPOINT.read_bytes(), type=dict[str, bytes])
    fold = RuleFold(rules_of(ABSENT), feeds=table())
    stream = Stream(rules_of(ABSENT), fold.restore(OBSERVATIONS, 0, sections))
    assert stream.ticks(13, 22, mqtt=4).said == []
    stream.switch(rules(PLAIN)).ticks(23, 24, mqtt=4)
    eyes = fold.partitions[OBSERVATIONS, 0].eyes
    assert eyes is not None
    assert [row.name for row in eyes.table.rows] == ["gateway", "mqtt", "http", "cameras"]
    assert eyes.sight.feeds["mqtt"].heard == instant(4)
    again = RuleFold(rules_of(ABSENT), feeds=table())
    state = again.restore(OBSERVATIONS, 0, dict(stream.held.full()))
    assert state.full()
    assert again.versions() == {(OBSERVATIONS, 0): rules(PLAIN).version}


def test_a_longer_heartbeat_holds_from_the_switch_on() -> None:
    """A feed that is blind sees again at the next tick, when its silence is shorter than the new heartbeat."""
    longer = CityFeeds.of((*DOORS[:1], feed("mqtt", Door.MQTT, heartbeat=60 * SECOND)), [ELDER])
    stream = Stream(rules(PLAIN)).ticks(0, 2, mqtt=None).ticks(3, 12, mqtt=2)
    assert stream.said == [("mqtt", "firing", 7, 7)]
    stream.switch(rules(longer)).ticks(13, 20, mqtt=2)
    assert stream.said[1:] == [("mqtt", "updated", 12, 7), ("mqtt", "resolved", 13, 7)]


def test_a_shorter_heartbeat_blinds_nobody_in_the_past() -> None:
    """By the new heartbeat the feed was blind at second 7; nobody can have known, so it is from the switch on."""
    longer = CityFeeds.of((*DOORS[:1], feed("mqtt", Door.MQTT, heartbeat=60 * SECOND)), [ELDER])
    stream = Stream(rules(longer)).ticks(0, 2, mqtt=None).ticks(3, 20, mqtt=2)
    assert stream.said == []
    assert stream.switch(rules(PLAIN)).ticks(21, 22, mqtt=2).said == [("mqtt", "firing", 20, 20)]
    late = Stream(rules(longer)).ticks(0, 2, mqtt=None).ticks(3, 20, mqtt=2).switch(rules(PLAIN))
    late.step(20.5, feeds=(FeedState("mqtt", instant(20.5)),))  # Its return comes before anybody said that it was away.
    assert late.said == [("mqtt", "firing", 20, 20), ("mqtt", "resolved", 20.5, 20)]


def test_an_alert_of_a_blind_feed_says_what_is_new_about_it_and_ends_with_its_feed() -> None:
    """Another severity is told at the switch; a feed that is gone resolves with that cause, and is forgotten."""
    louder = CityFeeds.of((*DOORS, msgspec.structs.replace(HOMES, severity="critical")), [ELDER])
    stream = Stream(rules(OWN)).ticks(0, 2, homes=None, mqtt=None).ticks(3, 10, homes=2, mqtt=None)
    stream.switch(rules(louder)).switch(rules(PLAIN)).ticks(11, 30, mqtt=None)
    assert stream.said == [("homes", "firing", 7, 7), ("homes", "updated", 10, 7), ("homes", "resolved", 10, 7)]
    assert [(event.severity.value, event.cause) for event in stream.events] == [
        ("major", None),
        ("critical", None),
        ("critical", Cause.RULE_REMOVED),
    ]
    assert len({event.event_id for event in stream.events}) == 3
    assert set(stream.sight.feeds) == {"gateway", "mqtt"}
    stream.switch(rules(OWN)).ticks(31, 34, homes=None, mqtt=None)
    assert stream.said[3:] == []
    assert stream.sight.feeds["homes"] == FeedSight(instant(34))


def test_sources_that_leave_a_blind_feed_are_not_all_absent() -> None:
    """What their feed did not see is no silence: it counts anew from the switch, by the feed that they have now."""
    stream = Stream(rules(OWN)).step(0.5, **moved(0.5)).ticks(1, 4, homes=None, mqtt=None).ticks(5, 40, homes=4, mqtt=None)
    stream.switch(rules(PLAIN)).ticks(41, 70, mqtt=None)
    assert [row for row in stream.said if row[0] == "inactive"] == [("inactive", "firing", 60, 60)]


def test_sources_that_leave_a_feed_that_sees_lose_nothing() -> None:
    """The absence is told at its own instant, as if nothing had been changed."""
    stream = Stream(rules(OWN)).step(0.5, **moved(0.5)).ticks(1, 15, homes=None, mqtt=None)
    stream.switch(rules(PLAIN)).ticks(16, 30, mqtt=None)
    assert stream.said == [("inactive", "firing", 20.5, 20.5)]


def test_a_hole_that_is_over_goes_along() -> None:
    """A source whose feed had a hole since its last match is absent when the whole time has passed in sight, whatever feed it has."""
    stream = Stream(rules(OWN)).step(0.5, **moved(0.5)).ticks(1, 2, homes=None, mqtt=None).ticks(3, 10, homes=2, mqtt=None)
    stream.ticks(11, 12, homes=None, mqtt=None).switch(rules(PLAIN)).ticks(13, 40, mqtt=None)
    assert [row for row in stream.said if row[0] == "inactive"] == [("inactive", "firing", 31, 31)]


def test_a_feed_that_replays_no_more_has_nothing_to_wait_for() -> None:
    """What it would have delivered later is not waited for; its hole counts for nothing."""
    replaying = CityFeeds.of((*DOORS, msgspec.structs.replace(HOMES, replays=True)), [ELDER])
    stream = Stream(rules(replaying)).step(0.5, **moved(0.5)).ticks(1, 2, homes=None, mqtt=None).ticks(3, 30, homes=2, mqtt=None)
    stream.switch(rules(PLAIN)).ticks(31, 60, mqtt=None)
    assert [row for row in stream.said if row[0] == "inactive"] == [("inactive", "firing", 50, 50)]


def test_what_waits_for_a_while_begins_anew_with_its_condition() -> None:
    """A pending ``for`` of an absence that nobody could see is dropped with its episode."""
    pending = ABSENT | {"for": "30s"}
    stream = Stream(rules(OWN, pending)).step(0.5, **moved(0.5)).ticks(1, 24, homes=None, mqtt=None).ticks(25, 40, homes=24, mqtt=None)
    stream.switch(rules(PLAIN, pending)).ticks(41, 100, mqtt=None)
    assert [row for row in stream.said if row[0] == "inactive"] == [("inactive", "firing", 90, 60)]


def test_a_feed_that_is_named_during_an_outage_has_the_ticks_holes() -> None:
    """Until it was named the gateway stood for it: what the gateway's hole hid is no silence."""
    stream = Stream(rules(PLAIN)).step(0.5, **moved(0.5)).ticks(1, 4, mqtt=None)
    stream.step(30, feeds=(FeedState("gateway", instant(4)),))
    stream.switch(rules(OWN)).ticks(60, 100, homes=None, mqtt=None)
    assert [row for row in stream.said if row[0] == "inactive"] == [("inactive", "firing", 80, 80)]


def test_alerts_of_a_source_say_at_once_whether_it_is_seen() -> None:
    """One that fires is stale while its feed is blind, and fresh from the switch that gives its source a feed that sees."""
    over = {"rule": "over", "where": "value > 5"}
    stream = Stream(rules(OWN, over)).step(0.5, observations=(seen(0.5, 9, source=ELDER, received_at=instant(0.5)),))
    stream.ticks(1, 2, homes=None, mqtt=None).ticks(3, 10, homes=2, mqtt=None)
    assert [event.stale for event in stream.events if event.rule == "over"] == [False, True]
    stream.switch(rules(PLAIN, over))
    assert [event.stale for event in stream.events if event.rule == "over"] == [False, True, False]


def test_where_sources_meet_the_feeds_change_too() -> None:
    """A zone's absence goes by the new feeds from the clock at which its place stands."""
    zone = ABSENT | {"by": ["zone"]}
    stream = Stream(rules(OWN, zone), topic=MATCHES)
    number = 0

    def tell(at: float, **fields: Any) -> None:
        nonlocal number
        number += 1
        signs = (FeedState("", instant(at)), FeedState("homes", instant(min(at, 4))), FeedState("mqtt", instant(at)))
        envelope = Envelope(
            sent_at=instant(at), writer="e", tick=instant(at), feeds=signs, origin=Origin(OBSERVATIONS, 0, number), **fields
        )
        record = Record(MATCHES, 0, number, instant(at), b"inactive", encode_envelope(envelope), ENVELOPE_HEADERS)
        outputs = stream.held.step(record)
        stream.events += [msgspec.json.decode(output.value, type=AlertEvent) for output in outputs if output.topic == ALERTS]

    tell(0.5, observations=(seen(0.5, True, kind="motion", source=ELDER, zone="hall", received_at=instant(0.5)),))
    for at in range(1, 41):
        tell(at)
    assert stream.said == []
    stream.switch(rules(PLAIN, zone))
    for at in range(41, 70):
        tell(at)
    assert stream.said == [("inactive", "firing", 60, 60)]


def test_what_a_change_of_feeds_is_told_as() -> None:
    """Feeds that are new, gone or other, each with its fields; a door that is described is that door's; nothing where nobody knows."""
    faster = CityFeeds.of((feed("mqtt", Door.MQTT, heartbeat=SECOND), feed("clinic", Door.HTTP, sources=(HOSPITAL,))), ["sensor/new"])
    assert feed_changes(OWN, faster) == (
        FeedChange(feed="gateway", fate=Fate.KEPT, fields=("label", "heartbeat")),
        FeedChange(feed="mqtt", fate=Fate.KEPT, fields=("heartbeat", "devices")),
        FeedChange(feed="http", fate=Fate.KEPT, fields=("label", "heartbeat")),
        FeedChange(feed="clinic", fate=Fate.ADDED),
        FeedChange(feed="homes", fate=Fate.REMOVED),
    )
    assert feed_changes(OWN, OWN) == ()
    assert feed_changes(None, OWN) == ()


def test_equal_feeds_leave_sight_as_it_is() -> None:
    """A switch of rules alone carries holes, blindness and the clock along."""
    stream = Stream(rules(PLAIN)).ticks(0, 2, mqtt=None).ticks(3, 12, mqtt=2)
    before = stream.sight
    stream.switch(rules(PLAIN, ABSENT | {"absent": "30s"}))
    assert stream.sight == before
    assert stream.sight.feeds["mqtt"] == FeedSight(instant(2), instant(7))
    assert RULESET in stream.held.delta()
