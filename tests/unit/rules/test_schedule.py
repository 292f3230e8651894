"""Schedule: each date of a table fires once, at its instant, however late, changed or restarted."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pytest

from config.moment import SECOND, Micros, parse, render
from rules.engine import Limits, Outcome, Partition, snapshot
from rules.model import Given, RuleSet
from rules.parser import parse_rules
from streams.alert import AlertEvent
from streams.observation import Position
from tests.fakes.rulekit import KINDS, alerts

DAY: Micros = 86_400 * SECOND
SHOPS = "permit,owner,due\nP-1,Wang,2026-03-10\nP-2,Li,2026-03-20\nP-3,Zhao,\n"
PLAIN: dict[str, Any] = {"table": "permits.csv", "at": "due", "key": ["permit"], "zone": "Asia/Shanghai", "catch_up": "5d"}


def rule_set(table: str = SHOPS, schedule: dict[str, Any] | None = None, **fields: Any) -> RuleSet:
    """One schedule over a table."""
    rule = {"rule": "permit-expires", "schedule": PLAIN | (schedule or {}), **fields}
    return parse_rules(json.dumps({"groups": [{"name": "test", "rules": [rule]}]}), KINDS, given=Given(tables={"permits.csv": table}))


def ticks(engine: Partition, *instants: str) -> list[AlertEvent]:
    """What alerts say while the clock of the stream shows these instants one after another."""
    found: list[Outcome] = []
    for instant in instants:
        found.extend(engine.tick(parse(instant), parse(instant)))
    return alerts(found)


def told(events: Sequence[AlertEvent]) -> list[tuple[str, Any, str]]:
    """Event, key and instant."""
    return [(event.event.value, next(iter(event.group.values())), render(event.at)) for event in events]


def restarted(engine: Partition, rules: RuleSet) -> Partition:
    """Another engine, perhaps of other rules, that goes on from a checkpoint."""
    again = Partition(rules)
    snapshot.restore(again, snapshot.full(engine))
    return again


def test_each_row_fires_once_at_the_instant_of_its_date() -> None:
    """The date comes at local midnight of its zone; the alert fires there and is over there; a row without a date never fires."""
    found = ticks(Partition(rule_set()), "2026-03-01T00:00:00Z", "2026-03-09T16:00:00Z", "2026-03-09T16:00:01Z", "2026-06-01T00:00:00Z")
    assert told(found) == [
        ("firing", "P-1", "2026-03-09T16:00:00Z"),
        ("resolved", "P-1", "2026-03-09T16:00:00Z"),
    ]
    assert [event.starts_at == event.fired_at == event.at for event in found] == [True, True]


@pytest.mark.parametrize(
    ("fields", "instant"),
    [
        ({}, "2026-03-09T16:00:00Z"),
        ({"time": "09:00"}, "2026-03-10T01:00:00Z"),
        ({"time": "09:00", "before": "7d"}, "2026-03-03T01:00:00Z"),
        ({"zone": "UTC", "before": "1ms"}, "2026-03-09T23:59:59.999Z"),
        ({"zone": "America/New_York", "time": "02:30"}, "2026-03-10T06:30:00Z"),
    ],
    ids=["midnight", "time", "before", "to the microsecond", "another zone"],
)
def test_when_a_date_comes(fields: dict[str, Any], instant: str) -> None:
    """``time`` of the day in ``zone``, less ``before`` as a length of time."""
    rules = rule_set("permit,due\nP-1,2026-03-10\n", fields)
    found = ticks(Partition(rules), "2026-03-01T00:00:00Z", "2026-03-06T00:00:00Z", "2026-03-11T00:00:00Z")
    assert told(found)[:1] == [("firing", "P-1", instant)]


@pytest.mark.parametrize(
    ("date", "time", "instant"),
    [
        ("2026-03-29", "02:30", "2026-03-29T01:30:00Z"),
        ("2026-03-29", "02:00", "2026-03-29T01:00:00Z"),
        ("2026-03-29", "03:00", "2026-03-29T01:00:00Z"),
        ("2026-10-25", "02:30", "2026-10-25T00:30:00Z"),
        ("2026-10-25", "03:00", "2026-10-25T02:00:00Z"),
    ],
    ids=["in the gap", "gap begins", "gap ends", "in the fold", "fold ends"],
)
def test_clock_changes(date: str, time: str, instant: str) -> None:
    """A local time that does not exist comes as far behind the change as it was meant; of one that exists twice the first counts."""
    rules = rule_set(f"permit,due\nP-1,{date}\n", {"zone": "Europe/Berlin", "time": time})
    found = ticks(Partition(rules), "2026-03-01T00:00:00Z", "2026-03-30T00:00:00Z", "2026-10-24T00:00:00Z", "2026-10-26T00:00:00Z")
    assert told(found)[:1] == [("firing", "P-1", instant)]


def test_a_cell_may_hold_an_instant() -> None:
    """With an offset the instant is what is written, whatever time and zone the rule names."""
    rules = rule_set("permit,due\nP-1,2026-03-10T09:30:00.5+08:00\n", {"time": "17:00", "before": "1h"})
    found = ticks(Partition(rules), "2026-03-01T00:00:00Z", "2026-03-11T00:00:00Z")
    assert told(found)[:1] == [("firing", "P-1", "2026-03-10T00:30:00.5Z")]


def test_after_down_time_what_was_missed_fires_with_its_own_instant() -> None:
    """Dates that passed while no tick was written fire at the next one, by instant, unless they are older than ``catch_up``."""
    table = "permit,due\nold,2026-03-04\nedge,2026-03-05\nnew,2026-03-09\n"
    engine = Partition(rule_set(table, {"zone": "UTC"}))
    found = ticks(engine, "2026-03-01T00:00:00Z", "2026-03-10T00:00:00Z")
    assert [row for row in told(found) if row[0] == "firing"] == [
        ("firing", "edge", "2026-03-05T00:00:00Z"),
        ("firing", "new", "2026-03-09T00:00:00Z"),
    ]
    assert {event.detected_at for event in found} == {parse("2026-03-10T00:00:00Z")}
    assert engine.tally.rules["permit-expires"].missed == 1


def test_at_first_sight_what_is_long_past_never_fires() -> None:
    """A table that is read for the first time fires what lies within ``catch_up``, and nothing older, now or later."""
    table = "permit,due\nold,2026-03-04\nnew,2026-03-09\n"
    engine = Partition(rule_set(table, {"zone": "UTC"}))
    assert told(ticks(engine, "2026-03-10T00:00:00Z"))[0] == ("firing", "new", "2026-03-09T00:00:00Z")
    wider = restarted(engine, rule_set(table, {"zone": "UTC", "catch_up": "300d"}))
    assert ticks(wider, "2026-03-11T00:00:00Z") == []


def test_what_has_fired_does_not_fire_again_after_a_restart() -> None:
    """The state of a row is in the checkpoint: what fired is settled, what is to come still comes."""
    rules = rule_set()
    engine = Partition(rules)
    assert len(ticks(engine, "2026-03-01T00:00:00Z", "2026-03-10T00:00:00Z")) == 2
    again = restarted(engine, rules)
    assert told(ticks(again, "2026-03-11T00:00:00Z", "2026-03-21T00:00:00Z"))[:1] == [("firing", "P-2", "2026-03-19T16:00:00Z")]


@pytest.mark.parametrize(
    "change",
    [{"time": "20:00"}, {"zone": "America/New_York"}, {"before": "1h"}, {"catch_up": "90d"}],
    ids=["time", "zone", "before", "catch up"],
)
def test_a_date_that_fired_does_not_fire_again_because_its_instant_moved(change: dict[str, Any]) -> None:
    """The date is what is settled: another hour in the rule, or another zone database, fires nothing twice."""
    engine = Partition(rule_set())
    ticks(engine, "2026-03-01T00:00:00Z", "2026-03-09T16:00:01Z")
    again = restarted(engine, rule_set(schedule=change))
    assert [row for row in told(ticks(again, "2026-03-09T16:00:02Z", "2026-03-15T00:00:00Z")) if row[1] == "P-1"] == []


def test_a_date_that_was_changed_fires_for_the_new_date_only() -> None:
    """Before it came, the old date never fires; after it fired, the new one fires besides; put back, it does not fire again."""
    first, second, third = (f"permit,due\nP-1,{date}\n" for date in ("2026-03-10", "2026-03-12", "2026-03-14"))
    engine = Partition(rule_set(first, {"zone": "UTC"}))
    assert ticks(engine, "2026-03-01T00:00:00Z") == []
    engine = restarted(engine, rule_set(second, {"zone": "UTC"}))
    assert told(ticks(engine, "2026-03-11T00:00:00Z", "2026-03-12T00:00:01Z"))[0] == ("firing", "P-1", "2026-03-12T00:00:00Z")
    engine = restarted(engine, rule_set(third, {"zone": "UTC"}))
    engine = restarted(engine, rule_set(second, {"zone": "UTC"}))
    assert ticks(engine, "2026-03-13T00:00:00Z") == []
    engine = restarted(engine, rule_set(third, {"zone": "UTC"}))
    assert told(ticks(engine, "2026-03-15T00:00:00Z"))[0] == ("firing", "P-1", "2026-03-14T00:00:00Z")
    engine = restarted(engine, rule_set(second, {"zone": "UTC"}))
    assert ticks(engine, "2026-03-16T00:00:00Z") == []


def test_a_row_that_was_taken_out_is_silent_and_does_not_repeat_itself_when_it_returns() -> None:
    """Its alert that still fires resolves and says why; what it fired stays settled."""
    rules, without = (
        rule_set(schedule={"zone": "UTC"}, keep_firing_for="3d"),
        rule_set("permit,owner,due\n", {"zone": "UTC"}, keep_firing_for="3d"),
    )
    engine = Partition(rules)
    assert told(ticks(engine, "2026-03-09T00:00:00Z", "2026-03-10T12:00:00Z")) == [("firing", "P-1", "2026-03-10T00:00:00Z")]
    engine = restarted(engine, without)
    (resolved,) = ticks(engine, "2026-03-10T13:00:00Z")
    assert told([resolved]) == [("resolved", "P-1", "2026-03-10T12:00:00Z")]
    assert (resolved.why["deregistered"], resolved.why["row"]["owner"]) == ("2026-03-10T12:00:00Z", "Wang")
    assert ticks(engine, "2026-03-11T00:00:00Z") == []
    assert ticks(restarted(engine, rules), "2026-03-12T00:00:00Z") == []


def test_an_alert_of_a_row_says_what_the_table_says() -> None:
    """Columns fill placeholders and stand in ``why``; lon and lat are the position; source is that of the key."""
    table = "permit,owner,due,lon,lat\nP-1,王 Wang,2026-03-10,113.2,29.4\nP-2,Li,2026-03-10,,\n"
    rules = rule_set(
        table,
        {"time": "09:00", "before": "7d"},
        keep_firing_for="1d",
        category="09009",
        ticket="auto",
        severity="warning",
        summary={"en": "{permit} of {owner} ends on {due} at {place} ({rule}, {group})", "zh": "{owner}的{permit}"},
    )
    first, second = ticks(Partition(rules), "2026-03-01T00:00:00Z", "2026-03-03T02:00:00Z")
    assert (first.position, second.position) == (Position(113.2, 29.4), None)
    assert first.summary.en == "P-1 of 王 Wang ends on 2026-03-10 at {place} (permit-expires, P-1)"
    assert (first.summary.zh, first.count, first.source, first.last_seen) == ("王 Wang的P-1", 0, None, first.at)
    assert first.why == {
        "form": "schedule",
        "table": "permits.csv",
        "at": "due",
        "zone": "Asia/Shanghai",
        "time": "09:00",
        "before": "1w",
        "catch_up": "5d",
        "row": {"permit": "P-1", "owner": "王 Wang", "due": "2026-03-10", "lon": "113.2", "lat": "29.4"},
    }


def test_a_key_of_several_columns() -> None:
    """The group has a field for each column of the key."""
    table = "house,unit,due\n9,A,2026-03-10\n9,B,2026-03-11\n"
    engine = Partition(rule_set(table, {"key": ["house", "unit"], "zone": "UTC"}))
    ticks(engine, "2026-03-01T00:00:00Z")
    found = ticks(restarted(engine, rule_set(table, {"key": ["house", "unit"], "zone": "UTC"})), "2026-03-12T00:00:00Z")
    assert [event.group for event in found if event.event.value == "firing"] == [{"house": "9", "unit": "A"}, {"house": "9", "unit": "B"}]


def test_within_its_quiet_time_a_new_date_goes_on_with_the_alert() -> None:
    """``keep_firing_for`` means what it means everywhere: the episode lasts, and ends when no date came for that long."""
    first, second = (f"permit,due\nP-1,{date}\n" for date in ("2026-03-10", "2026-03-12"))
    engine = Partition(rule_set(first, {"zone": "UTC"}, keep_firing_for="3d", repeat="1d"))
    found = ticks(engine, "2026-03-01T00:00:00Z", "2026-03-11T12:00:00Z")
    again = restarted(engine, rule_set(second, {"zone": "UTC"}, keep_firing_for="3d", repeat="1d"))
    found += ticks(again, "2026-03-16T00:00:00Z")
    assert [(row[0], row[2][8:10]) for row in told(found)] == [
        ("firing", "10"), ("updated", "11"), ("updated", "12"), ("updated", "13"), ("updated", "14"), ("resolved", "15"),
    ]  # fmt: skip
    assert len({event.id for event in found}) == 1


def test_at_the_end_of_a_recording_dates_come_one_after_another() -> None:
    """Up to the end that was asked for every date fires: nothing passes unnoticed there, however far it is."""
    engine = Partition(rule_set(schedule={"zone": "UTC", "catch_up": "1m"}))
    ticks(engine, "2026-03-01T00:00:00Z")
    found = alerts(engine.finish(parse("2026-12-31T00:00:00Z"), 0))
    assert [row[1] for row in told(found) if row[0] == "firing"] == ["P-1", "P-2"]


def test_the_version_of_a_set_covers_its_tables() -> None:
    """A changed cell is another version of the set and the same version of the rule; the order of rows is neither."""
    one, other = rule_set(), rule_set(SHOPS.replace("Wang", "Wu"))
    header, *rows = SHOPS.splitlines()
    turned = rule_set("\n".join([header, *reversed(rows)]))
    assert one.version != other.version
    assert one.version == turned.version
    assert one.rules[0].version == other.rules[0].version
    assert one.given.tables == {"permits.csv": SHOPS}


def test_years_of_dates_are_those_of_the_calendar() -> None:
    """Over many days the instant is that of a plain calculation in a zone without clock changes."""
    days = [f"{2000 + year}-{month:02}-{day:02}" for year in (0, 24, 96, 100) for month in (1, 2, 12) for day in (1, 28)]
    table = "permit,due\n" + "".join(f"P-{number},{day}\n" for number, day in enumerate(days))
    engine = Partition(rule_set(table, {"zone": "UTC", "time": "00:01", "catch_up": "520w"}))
    ticks(engine, "1999-01-01T00:00:00Z")
    found = {event.group["permit"]: event.at for event in alerts(engine.finish(parse("2200-01-01T00:00:00Z"), 0))}
    for number, day in enumerate(days):
        expected = datetime.fromisoformat(f"{day}T00:01:00").replace(tzinfo=UTC)
        assert found[f"P-{number}"] == round(expected.timestamp()) * SECOND


def test_a_row_whose_date_has_fired_is_not_forgotten_while_it_is_on_the_table() -> None:
    """However long ago it was: what is settled is known as long as somebody may ask."""
    engine = Partition(rule_set(), Limits(forget_after=DAY))
    assert len(ticks(engine, "2026-03-01T00:00:00Z", "2026-03-21T00:00:00Z")) == 2
    ticks(engine, *(f"2026-{month:02}-01T00:00:00Z" for month in range(4, 13)))
    assert set(engine.bearers["permit-expires"].groups) == {"P-1", "P-2", "P-3"}
