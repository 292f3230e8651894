"""Rules over several sources in a replay of a topic: they wait for every partition, and end where the recording ends."""

from typing import Any

import pytest

from config.moment import SECOND
from rules.engine import Outcome
from rules.replay import Line
from rules.replay.ensemble import Ensemble
from tests.fakes.rulekit import EPOCH, alerts, notes, rules_of, seconds, seen

OPEN: dict[str, Any] = {"rule": "open", "where": "value > 5", "by": ["zone"]}


def line(stream: int, at: float, value: int | None = None, **fields: Any) -> Line:
    """A sample of a zone, or a tick, in a partition."""
    if value is None:
        return Line(1, None, stream=stream, tick=EPOCH + round(at * SECOND))
    return Line(1, seen(at, value, zone="z1", source=f"sensor/{stream}", id=f"{at}", **fields), stream=stream)


def played(rule: dict[str, Any], *lines: Line, until: float | None = None) -> list[Outcome]:
    """Everything that a replay of two partitions says."""
    engines = Ensemble(rules_of(rule), streams=2)
    found = [outcome for one in lines for outcome in engines.take(one)]
    return [*found, *engines.finish(None if until is None else EPOCH + round(until * SECOND))]


def told(found: list[Outcome]) -> list[tuple[str, float]]:
    """Event and second of every change of an alert."""
    return [(event.event.value, seconds(event.at)) for event in alerts(found)]


def test_the_slowest_partition_decides_how_far_it_is() -> None:
    """What the fast one brought waits, so that nothing is late that lies in another partition."""
    found = played(OPEN, line(0, 10, 9), line(0, 20), line(1, 5, 9), line(1, 7, 1), line(1, 20))
    assert notes(found) == []
    assert told(found) == [("firing", 5), ("resolved", 7), ("firing", 10)]


def test_sources_of_several_partitions_meet() -> None:
    """Two different sources are two, in whichever partitions they lie; one source twice is one."""
    rule = OPEN | {"count": 2, "within": "60s", "distinct": "source"}
    assert told(played(rule, line(0, 10, 9), line(0, 12, 9), line(1, 11, 9), line(0, 20), line(1, 20))) == [("firing", 11)]
    assert told(played(rule, line(0, 10, 9), line(0, 12, 9), line(0, 20), line(1, 20))) == []


@pytest.mark.parametrize(
    ("at", "received", "taken"),
    [(0, None, True), (300, EPOCH, True), (300.000001, EPOCH, False), (1, EPOCH, True), (1, EPOCH + 120 * SECOND, True)],
)
def test_the_future_is_left_out_and_nothing_else(at: float, received: int | None, taken: bool) -> None:
    """Five minutes ahead of its receipt is believed, exactly as in the engine; who does not say is believed."""
    found = played(OPEN, line(0, at, 9, received_at=received), line(0, 400), line(1, 400))
    assert bool(alerts(found)) is taken


@pytest.mark.parametrize("by", ["zone", "source"])
@pytest.mark.parametrize(("until", "expected"), [(5, []), (10, [("firing", 10)]), (100, [("firing", 10)]), (None, [("firing", 10)])])
def test_an_end_in_the_past_ends_before_the_last_instant(until: float | None, expected: list[tuple[str, float]], by: str) -> None:
    """Timers of the recording's last instant run when ``until`` reaches it; those before have run in any case."""
    found = played(OPEN | {"by": [by], "for": "10s"}, line(0, 0, 9), line(0, 10), line(1, 10), until=until)
    assert told(found) == expected


def test_a_lateness_is_waited_for_where_sources_meet() -> None:
    """What comes out of order within it is put in order, and what comes after it is late."""
    rule = OPEN | {"lateness": "10s"}
    start = [line(0, 10, 9), line(0, 12), line(1, 12)]
    assert told(played(rule, *start, line(1, 5, 9), line(1, 7, 1), line(0, 30), line(1, 30)))[:2] == [("firing", 5), ("resolved", 7)]
    late = played(rule, *start, line(0, 21), line(1, 21), line(1, 5, 9))
    assert [identity for _, identity in notes(late)] == ["5"]


def test_timers_run_as_far_as_is_asked() -> None:
    """Beyond the last record, up to ``until`` and including it, and noticed then."""
    rule = OPEN | {"absent": "60s"}
    assert told(played(rule, line(0, 0, 9), line(1, 10), until=59)) == []
    (event,) = alerts(played(rule, line(0, 0, 9), line(1, 10), until=60))
    assert (seconds(event.at), seconds(event.detected_at)) == (60, 60)


def test_a_source_is_expected_once_in_all_partitions() -> None:
    """A source that never said anything is missed once, by the clock of all partitions."""
    rule = {"rule": "gone", "kind": "door", "absent": "60s", "expected": ["sensor/9"]}
    found = played(rule, line(0, 0), line(1, 0), line(0, 100), line(1, 100))
    assert told(found) == [("firing", 60)]
