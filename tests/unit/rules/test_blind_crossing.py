"""Rules over several sources are blind when any partition that feeds them has not shown the feed: silence crosses with the observations."""

from collections.abc import Sequence

import msgspec

from config.feeds import FeedTable
from rules.fold import RuleFold
from streams.alert import AlertEvent
from streams.codec import ENVELOPE_HEADERS, encode_envelope
from streams.envelope import Envelope, FeedState
from streams.fold import Held, Output, Record
from streams.observation import Observation
from streams.topics import ALERTS, MATCHES, OBSERVATIONS
from tests.fakes.rulekit import rules_of, seen
from tests.fakes.sightkit import ELDER, instant, table

EMPTY = {"rule": "empty", "kind": "motion", "where": "value == true", "absent": "20s", "by": ["zone"]}
PARTITIONS = 2


class Log:
    """Two partitions of observations and two of matches, whose folds are taken in turn; alerts of rules are kept."""

    def __init__(self, feeds: FeedTable) -> None:
        self.fold = RuleFold(rules_of(EMPTY), partitions=PARTITIONS, feeds=feeds)
        self.held: dict[tuple[str, int], Held] = {
            (topic, number): self.fold.restore(topic, number, {}) for topic in (OBSERVATIONS, MATCHES) for number in range(PARTITIONS)
        }
        self.alerts: list[AlertEvent] = []

    def write(self, partition: int, envelope: Envelope) -> None:
        """Fold a record of one partition, and downstream what it gives."""
        self._take(OBSERVATIONS, partition, None, encode_envelope(envelope))

    def tick(self, at: float, *partitions: int, mqtt: float | None = None) -> None:
        """A tick, at which the MQTT door was heard just now unless it was not."""
        feeds = (FeedState("mqtt", instant(at if mqtt is None else mqtt)),)
        for partition in partitions or range(PARTITIONS):
            self.write(partition, Envelope(sent_at=instant(at), writer="gateway-1", tick=instant(at), feeds=feeds))

    def seen(self, partition: int, *observations: Observation) -> None:
        """Observations that were received at their own time."""
        self.write(partition, Envelope(sent_at=observations[0].at, writer="gateway-1", observations=observations))

    def said(self) -> list[tuple[str, int]]:
        """Rule and instant of everything that was said."""
        return [(event.rule, event.at) for event in self.alerts]

    def _take(self, topic: str, partition: int, key: bytes | None, value: bytes) -> None:
        record = Record(topic, partition, 0, 0, key, value, ENVELOPE_HEADERS)
        self._follow(self.held[topic, partition].step(record))

    def _follow(self, outputs: Sequence[Output]) -> None:
        for output in outputs:
            if output.topic == ALERTS:
                event = msgspec.json.decode(output.value, type=AlertEvent)
                self.alerts += [event] if event.rule == "empty" else []
            else:
                assert output.topic == MATCHES
                self._take(MATCHES, output.partition or 0, output.key, output.value)


def present(at: float) -> Observation:
    return seen(at, True, kind="motion", source=ELDER, zone="hall", received_at=instant(at))


def test_in_sight_the_absence_of_a_zone_is_told() -> None:
    """Ticks and feeds of all partitions arrive downstream, and silence is silence."""
    log = Log(table())
    log.tick(0)
    log.seen(0, present(1))
    for second in range(1, 25):
        log.tick(second)
    assert log.said() == [("empty", instant(21))]


def test_a_gateway_that_was_away_makes_no_empty_zone() -> None:
    """The hole is known downstream too, and the zone's silence counts from the return."""
    log = Log(table())
    log.tick(0)
    log.seen(0, present(1))
    for second in (*range(1, 5), *range(60, 80)):
        log.tick(second)
    assert log.said() == []
    for second in (80, 81, 82):
        log.tick(second)
    assert log.said() == [("empty", instant(80))]


def test_whoever_misses_the_ticks_is_heard_downstream() -> None:
    """The word that no ticks come crosses, and what is known there says blind."""
    log = Log(table())
    for second in range(4):
        log.tick(second)
    for partition in range(PARTITIONS):
        log.write(partition, Envelope(sent_at=instant(30), writer="watch", feeds=(FeedState("gateway", instant(3)),)))
    eyes = [
        side.engine.eyes for downstream in log.fold.crossings.values() for topic, side in downstream.sides.items() if topic == OBSERVATIONS
    ]
    assert [one.sight.feeds["gateway"].blind_at for one in eyes if one is not None] == [instant(8)] * PARTITIONS
