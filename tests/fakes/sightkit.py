"""A log with ticks for tests of blindness: instants in seconds, a gateway that can be away, feeds that can fall silent.

A :class:`Story` is what happened: observations, and outages in which nothing of a feed, or of the gateway, reaches the log.
:func:`tell` writes it down as the steps of one partition.
"""

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from config.feeds import Door, Feed, FeedTable
from config.kinds import Text
from config.moment import SECOND
from rules.engine import Outcome, Partition, snapshot
from rules.model import RuleSet
from streams.alert import AlertEvent
from streams.envelope import FeedState
from streams.observation import Observation
from tests.fakes.rulekit import EPOCH, alerts, seconds

ELDER = "sensor/elder"
"""A source that comes in by MQTT."""
HOSPITAL = "sensor/hospital"
"""A source of a feed of its own over HTTP."""
CAMERA = "camera/gate"


def feed(name: str, door: Door, **changes: Any) -> Feed:
    """A feed with a heartbeat of five seconds."""
    return Feed(**{"name": name, "door": door, "label": Text(name, name), "heartbeat": 5 * SECOND, **changes})


def table(*, replays: bool = False, catch_up: float = 10, gateway: float = 5) -> FeedTable:
    """The feeds of a small city: the doors, and a hospital whose sign of life may come every minute."""
    return FeedTable(
        [
            feed("gateway", Door.GATEWAY, heartbeat=round(gateway * SECOND)),
            feed("mqtt", Door.MQTT, replays=replays, catch_up=round(catch_up * SECOND)),
            feed("http", Door.HTTP),
            feed("cameras", Door.CAMERAS),
            feed("hospital", Door.HTTP, sources=("sensor/hospital*",), heartbeat=60 * SECOND),
        ],
        {ELDER},
    )


class Tick(msgspec.Struct, frozen=True):
    """A tick at a second, with up to when each feed was heard."""

    at: float
    heard: dict[str, float]


class Word(msgspec.Struct, frozen=True):
    """Signs of life without a tick; the feed ``gateway`` among them says that its ticks are missed."""

    at: float
    heard: dict[str, float]


Step = Observation | Tick | Word


def take(engine: Partition, step: Step) -> list[Outcome]:
    """Let one thing happen."""
    match step:
        case Observation():
            return list(engine.observe(step, step.received_at or step.at))
        case Tick():
            return list(engine.tick(instant(step.at), instant(step.at), _states(step.heard)))
        case Word():
            return list(engine.hear(instant(step.at), _states(step.heard)))


def ticks(start: int, end: int, *feeds: str) -> list[Step]:
    """A tick a second, first and last included, at each of which the feeds were heard just now."""
    return [Tick(second, dict.fromkeys(feeds, second)) for second in range(start, end + 1)]


def run_steps(ruleset: RuleSet, steps: Iterable[Step], feeds: FeedTable, *, every: int = 0) -> list[Outcome]:
    """Every outcome of the steps; with ``every``, the engine is written and read back at every so manieth step."""
    engine = Partition(ruleset, feeds=feeds, speaks=True)
    found: list[Outcome] = []
    for number, step in enumerate(steps, start=1):
        found += take(engine, step)
        if every and number % every == 0:
            sections = snapshot.full(engine)
            engine = Partition(ruleset, feeds=feeds, speaks=True)
            snapshot.restore(engine, sections)
    return found


def short(outcomes: Iterable[Outcome]) -> list[tuple[str, str, float]]:
    """Rule, event and second of every change of an alert."""
    return [(event.rule, event.event.value, seconds(event.at)) for event in alerts(outcomes)]


def of_rules(outcomes: Iterable[Outcome]) -> list[AlertEvent]:
    """What the rules said, without what the feeds said."""
    return [event for event in alerts(outcomes) if event.rule != "monitoring-blind"]


def instant(second: float) -> int:
    """A second as the log has it."""
    return EPOCH + round(second * SECOND)


def merged(*parts: Sequence[Step]) -> list[Step]:
    """Steps in the order in which they came: by second, observations received in a second before its tick."""
    return sorted((step for part in parts for step in part), key=_when)


def _when(step: Step) -> tuple[float, int]:
    return (step.received_at or step.at, 0) if isinstance(step, Observation) else (instant(step.at), 1)


def _states(heard: dict[str, float]) -> tuple[FeedState, ...]:
    return tuple(FeedState(name, instant(second)) for name, second in heard.items())
