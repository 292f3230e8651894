"""Stories of dates, each derived by hand from docs/schedule.md: what becomes of a date when tables, rules and clocks change around it."""

import json
from typing import Any

import pytest

from config.moment import SECOND, parse, render
from rules.engine import Limits, Partition, snapshot
from rules.life import Policy
from rules.life.switch import switch
from rules.model import Given, RuleSet
from rules.parser import parse_rules
from tests.fakes.rulekit import KINDS, alerts, laid

DAY = 86_400 * SECOND
PLAIN: dict[str, Any] = {"table": "t.csv", "at": "due", "key": "id", "zone": "UTC", "catch_up": "5d"}
Told = list[tuple[str, str, str]]


def rules(rows: dict[str, str], schedule: dict[str, Any] | None = None, **fields: Any) -> RuleSet:
    """One schedule over a table of ids and dates."""
    written = {"rule": "due", "schedule": PLAIN | (schedule or {}), **fields}
    table = "id,due\n" + "".join(f"{name},{date}\n" for name, date in rows.items())
    return parse_rules(json.dumps({"groups": [{"name": "test", "rules": [written]}]}), KINDS, given=Given(tables={"t.csv": table}))


class Story:
    """One stream whose clock and rules a test moves on; it tells what alerts say meanwhile."""

    def __init__(self, ruleset: RuleSet, limits: Limits | None = None) -> None:
        self._ruleset, self._limits = ruleset, limits
        self.engine = Partition(ruleset, limits)

    def ticks(self, *instants: str) -> Told:
        """The clock of the stream shows these instants of March 2026 (or whole ones), one after another."""
        return _told([outcome for at in map(_instant, instants) for outcome in self.engine.tick(at, at)])

    def switch(self, ruleset: RuleSet, policy: Policy = Policy.KEEP) -> Told:
        """A switch record: the rules and their table become others."""
        switched = switch(self.engine, self._ruleset, ruleset, noticed=0, policies={"due": policy})
        self.engine, self._ruleset = switched.partition, ruleset
        return _told(switched.outcomes)

    def restart(self) -> None:
        """The process dies and goes on from its checkpoint."""
        sections = snapshot.full(self.engine)
        self.engine = Partition(self._ruleset, self._limits)
        snapshot.restore(self.engine, sections)

    @property
    def missed(self) -> int:
        """Dates that were settled without a word."""
        return self.engine.tally.of("due").missed


def _instant(written: str) -> int:
    return parse(written if "T" in written else f"2026-03-{written.replace(' ', 'T') if ' ' in written else f'{written}T00:00'}:00Z")


def _told(outcomes: Any) -> Told:
    """Event, row, and the instant without what is the same everywhere."""
    return [(one.event.value, str(one.group["id"]), render(one.at).removeprefix("2026-03-").removesuffix("Z")) for one in alerts(outcomes)]


def fired(told: Told) -> list[tuple[str, str]]:
    """Row and instant of what fired."""
    return [(row, at) for event, row, at in told if event == "firing"]


def test_the_29th_of_february_comes_in_leap_years() -> None:
    """It is a day like another, between the 28th and the 1st of March; ``before`` counts days of 24 hours over it."""
    story = Story(rules({"a": "2028-02-28", "b": "2028-02-29", "c": "2028-03-01"}, {"before": "1d"}))
    found = story.ticks("2028-02-01T00:00:00Z", "2028-03-02T00:00:00Z")
    assert fired(found) == [("a", "2028-02-27T00:00:00"), ("b", "2028-02-28T00:00:00"), ("c", "2028-02-29T00:00:00")]


@pytest.mark.parametrize(
    ("zone", "date", "time", "instant"),
    [
        ("Africa/Cairo", "2026-04-24", "00:00", "2026-04-23T22:00:00"),
        ("Africa/Cairo", "2026-04-24", "00:30", "2026-04-23T22:30:00"),
        ("America/Havana", "2026-11-01", "00:30", "2026-11-01T04:30:00"),
        ("America/Havana", "2026-11-01", "01:00", "2026-11-01T06:00:00"),
        ("Australia/Lord_Howe", "2026-10-04", "02:15", "2026-10-03T15:45:00"),
        ("Pacific/Apia", "2011-12-30", "00:00", "2011-12-30T10:00:00"),
        ("Pacific/Apia", "2011-12-30", "09:00", "2011-12-30T19:00:00"),
        ("Asia/Shanghai", "1989-04-16", "02:30", "1989-04-15T18:30:00"),
    ],
    ids=[
        "midnight is skipped", "half past midnight is", "midnight comes twice", "one o'clock comes once", "half an hour is skipped",
        "a day is skipped", "the morning of that day", "Shanghai had summer time",
    ],
)  # fmt: skip
def test_days_on_which_a_zone_puts_its_clock(zone: str, date: str, time: str, instant: str) -> None:
    """A time that is skipped comes as far behind the change as it was meant behind its beginning; of one that comes twice, the first counts."""
    story = Story(rules({"a": date}, {"zone": zone, "time": time, "catch_up": "5d"}))
    begin, end = parse(f"{instant}Z") - DAY, parse(f"{instant}Z") + DAY
    assert fired(story.ticks(render(begin), render(end))) == [("a", instant.removeprefix("2026-03-"))]


def test_before_counts_hours_over_a_clock_change() -> None:
    """A day before 02:30 of the 29th in Berlin, whose clock is put forward at 02:00, is 24 hours before 03:30 summer time."""
    story = Story(rules({"a": "2026-03-29"}, {"zone": "Europe/Berlin", "time": "02:30", "before": "1d"}))
    assert fired(story.ticks("20", "30")) == [("a", "28T01:30:00")]


def test_another_zone_before_the_date_came_moves_its_instant() -> None:
    """West of the old one it comes later, and at its new instant only; east of it, it may have come already and is caught up with."""
    story = Story(rules({"a": "2026-03-10", "b": "2026-03-12"}))
    assert story.ticks("09 23:00") == []
    assert story.switch(rules({"a": "2026-03-10", "b": "2026-03-12"}, {"zone": "America/New_York"})) == []
    assert fired(story.ticks("10 03:59", "10 04:01")) == [("a", "10T04:00:00")]
    assert fired(story.ticks("11 20:00")) == []
    assert fired(story.switch(rules({"a": "2026-03-10", "b": "2026-03-12"}, {"zone": "Asia/Shanghai"}))) == [("b", "11T16:00:00")]
    assert story.ticks("31") == []


def test_a_smaller_before_puts_a_date_off_that_has_not_come() -> None:
    """The date that waits waits anew; the one that fired seven days ahead does not fire on its day."""
    story = Story(rules({"a": "2026-03-10", "b": "2026-03-12"}, {"before": "7d"}))
    assert fired(story.ticks("01", "04")) == [("a", "03T00:00:00")]
    story.switch(rules({"a": "2026-03-10", "b": "2026-03-12"}, {"before": "1d"}))
    assert fired(story.ticks("06", "31")) == []
    assert story.missed == 1


@pytest.mark.parametrize(
    ("date", "expected", "missed"),
    [
        ("2026-03-05T00:00:00.000001Z", [("b", "05T00:00:00.000001")], 0),
        ("2026-03-05T00:00:00Z", [("b", "05T00:00:00")], 0),
        ("2026-03-04T23:59:59.999999Z", [], 1),
        ("2026-03-09", [("b", "09T00:00:00")], 0),
        ("2026-03-10", [], 0),
    ],
    ids=["within", "at the edge", "beyond", "yesterday", "this very instant"],
)
def test_a_row_that_is_added_when_its_date_is_over(date: str, expected: list[tuple[str, str]], missed: int) -> None:
    """It fires if x >= W - catch_up, at its own instant, with the switch; an instant at W is still to come."""
    story = Story(rules({"a": "2026-04-01"}))
    story.ticks("01", "10")
    assert fired(story.switch(rules({"a": "2026-04-01", "b": date}))) == expected
    assert story.missed == missed
    assert fired(story.ticks("10 00:01")) == ([("b", "10T00:00:00")] if date == "2026-03-10" else [])
    assert story.ticks("31") == []


def test_a_row_that_is_taken_out_at_the_very_instant_of_its_date() -> None:
    """A date fires when the clock has passed it: taken out while the clock shows it, it is silent. Put back, it is caught up with once."""
    row, none = rules({"a": "2026-03-10"}), rules({"b": ""})
    story = Story(row)
    assert story.ticks("01", "10") == []
    assert story.switch(none) == []
    assert story.ticks("10 00:01", "12") == []
    assert fired(story.switch(row)) == [("a", "10T00:00:00")]
    assert story.switch(none) == story.switch(row) == story.ticks("14") == []


def test_a_row_that_is_put_back_too_late_is_missed() -> None:
    """It was not there when its date came, and is older than ``catch_up`` when it returns."""
    row, none = rules({"a": "2026-03-10"}), rules({"b": ""})
    story = Story(row)
    story.ticks("01")
    story.switch(none)
    story.ticks("16")
    assert (story.switch(row), story.missed) == ([], 1)
    assert story.switch(rules({"a": "2026-03-10"}, {"catch_up": "90d"})) == []


def test_a_date_that_is_changed_at_its_very_instant() -> None:
    """The old one has not fired and never does; the new one comes."""
    story = Story(rules({"a": "2026-03-10"}))
    story.ticks("01", "10")
    assert story.switch(rules({"a": "2026-03-11"})) == []
    assert fired(story.ticks("31")) == []
    assert story.missed == 1


def test_a_date_that_is_emptied_and_filled_again() -> None:
    """An empty cell is no date; filled with what fired already, it stays silent, with another one it fires."""
    story = Story(rules({"a": "2026-03-10"}))
    assert fired(story.ticks("01", "10 01:00")) == [("a", "10T00:00:00")]
    assert story.switch(rules({"a": ""})) == story.ticks("11") == []
    assert story.switch(rules({"a": "2026-03-10"})) == []
    assert fired(story.switch(rules({"a": "2026-03-09"}))) == [("a", "09T00:00:00")]
    assert fired([*story.switch(rules({"a": "2026-03-10"})), *story.switch(rules({"a": "2026-03-09"})), *story.ticks("14")]) == []


@pytest.mark.parametrize(
    ("catch_up", "expected"),
    [("12h", []), ("1d", [("a", "10T00:00:00")]), ("2d", [("a", "10T00:00:00")])],
    ids=["shorter", "as long", "longer"],
)
@pytest.mark.parametrize("restarts", [False, True], ids=["no records", "a dead engine"])
def test_down_time_over_the_date(catch_up: str, expected: list[tuple[str, str]], restarts: bool) -> None:
    """Nothing was written from the 9th to the 11th: a date in between is told when it is no older than ``catch_up``, and else counted."""
    story = Story(rules({"a": "2026-03-10"}, {"catch_up": catch_up}))
    story.ticks("01", "09")
    if restarts:
        story.restart()
    assert fired(story.ticks("11")) == expected
    assert story.missed == (0 if expected else 1)
    story.restart()
    assert story.ticks("11 00:01", "12") == []


def test_an_engine_that_was_down_while_ticks_were_written_misses_nothing() -> None:
    """The log has every tick: however long nobody read it, each date is met by the tick after it, as if somebody had."""
    instants = [f"{day:02} 06:00" for day in range(1, 29)]
    rows = {"a": "2026-03-02", "b": "2026-03-10", "c": "2026-03-20"}
    straight, late = Story(rules(rows, {"catch_up": "1d"})), Story(rules(rows, {"catch_up": "1d"}))
    told = straight.ticks(*instants)
    found = late.ticks(*instants[:5])
    late.restart()
    assert found + late.ticks(*instants[5:]) == told
    assert fired(told) == [("a", "02T00:00:00"), ("b", "10T00:00:00"), ("c", "20T00:00:00")]


@pytest.mark.parametrize("policy", list(Policy))
def test_another_rule_over_the_same_table_tells_no_date_twice(policy: Policy) -> None:
    """Keep or reset: what fired and what was missed is settled, what is to come comes once, at the new rule's instant."""
    rows = {"fired": "2026-03-10", "missed": "2026-02-01", "next": "2026-03-20"}
    story = Story(rules(rows))
    assert fired(story.ticks("10 01:00")) == [("fired", "10T00:00:00")]
    assert story.switch(rules(rows, {"catch_up": "90d", "time": "12:00"}, severity="critical"), policy) == []
    story.restart()
    assert fired(story.ticks("10 13:00", "20 11:00", "20 13:00", "31")) == [("next", "20T12:00:00")]


@pytest.mark.parametrize("policy", list(Policy))
def test_a_rule_that_is_changed_while_its_date_is_due(policy: Policy) -> None:
    """The clock shows the very instant: under the new rule the date fires by the next tick, once."""
    story = Story(rules({"a": "2026-03-10"}))
    story.ticks("01", "10")
    assert story.switch(rules({"a": "2026-03-10"}, severity="critical"), policy) == []
    assert fired(story.ticks("10 00:01", "11")) == [("a", "10T00:00:00")]


def test_a_date_before_an_alert_that_still_fires_belongs_to_it() -> None:
    """Changed to an earlier date within its quiet time, the alert neither ends before it began nor ends sooner; that date is settled."""
    first, earlier = rules({"a": "2026-03-09"}, keep_firing_for="3d"), rules({"a": "2026-03-07"}, keep_firing_for="3d")
    story = Story(first)
    assert story.ticks("01", "09 12:00") == [("firing", "a", "09T00:00:00")]
    assert story.switch(earlier) == story.ticks("10 12:00", "11 23:59") == []
    assert story.ticks("12 00:01") == [("resolved", "a", "12T00:00:00")]
    assert story.switch(first) == story.switch(earlier) == story.ticks("20") == []


def test_a_date_within_the_quiet_time_puts_the_end_off() -> None:
    """Changed to a later date that comes while the alert still fires, the alert ends three days after that one."""
    story = Story(rules({"a": "2026-03-09"}, keep_firing_for="3d"))
    story.ticks("01", "09 12:00")
    story.switch(rules({"a": "2026-03-11"}, keep_firing_for="3d"))
    assert story.ticks("13 23:59", "14 00:01") == [("resolved", "a", "14T00:00:00")]


def test_a_date_that_fired_far_ahead_is_remembered_when_the_rule_fires_later() -> None:
    """Fired thirty days ahead, off the table for longer than ``catch_up``, and back under a rule that fires on the day: it has fired."""
    ahead, on_the_day = {"before": "30d"}, {"before": "0s"}
    story = Story(rules({"a": "2026-03-31"}, ahead))
    assert fired(story.ticks("2026-02-20T00:00:00Z", "01 00:01")) == [("a", "01T00:00:00")]
    story.switch(rules({"a": "2026-09-09"}, ahead))
    story.ticks("20")
    story.switch(rules({"a": "2026-10-10"}, ahead))
    assert story.switch(rules({"a": "2026-03-31"}, on_the_day)) == []
    story.restart()
    assert story.ticks("30", "2026-04-02T00:00:00Z") == []


def test_a_row_that_left_is_not_forgotten_before_its_date_is_past() -> None:
    """Fired ninety days ahead and taken out, the row is known when it returns on its day, although nothing was heard of it for long."""
    ahead, on_the_day, none = {"before": "90d"}, {"before": "0s"}, {"b": ""}
    story = Story(rules({"a": "2026-06-01"}, ahead), Limits(forget_after=30 * DAY))
    assert fired(story.ticks("03", "03 00:01")) == [("a", "03T00:00:00")]
    story.switch(rules(none, ahead))
    story.ticks("31", "2026-04-15T00:00:00Z", "2026-05-20T00:00:00Z")
    assert story.switch(rules({"a": "2026-06-01"}, on_the_day)) == []
    assert story.ticks("2026-06-02T00:00:00Z") == []


def test_what_is_settled_of_a_row_is_bounded() -> None:
    """A row whose date is moved on for years keeps the latest few dozen, and those that may still be caught up with."""
    story = Story(rules({"a": "2026-01-01"}, {"catch_up": "5d"}))
    for day in range(1, 29):
        for month in (3, 4):
            story.switch(rules({"a": f"20{20 + day}-{month:02}-01"}, {"catch_up": "5d"}))
            story.ticks(f"20{20 + day}-{month:02}-01T00:00:01Z")
    settled = story.engine.bearers["due"].groups["a"].memory.settled
    assert len(settled) == 33
    assert (min(settled), max(settled)) == ("2032-04-01", "2048-04-01")


def test_what_may_be_caught_up_with_and_what_the_table_says_is_remembered_beyond_that() -> None:
    """Forty dates within ``catch_up`` are all known; a year later the oldest, to which the table returns, is kept while it stands there."""
    dates = [f"2026-{month:02}-{day:02}" for month in (3, 4) for day in range(1, 21)]
    story = Story(rules({"a": ""}, {"catch_up": "100d"}))
    story.ticks("2026-02-28T00:00:00Z")
    for date in dates:
        story.switch(rules({"a": date}, {"catch_up": "100d"}))
        assert fired(story.ticks(f"{date}T00:00:01Z")) != []
    memory = story.engine.bearers["due"].groups["a"].memory
    assert sorted(memory.settled) == dates
    story.ticks("2027-04-20T00:00:00Z")
    assert story.switch(rules({"a": dates[0]}, {"catch_up": "100d"})) == []
    assert sorted(memory.settled) == [dates[0], *dates[8:]]
    assert story.switch(rules({"a": dates[0]}, {"catch_up": "3650d"})) == story.ticks("2027-04-21T00:00:00Z") == []


def test_another_column_has_dates_of_its_own() -> None:
    """The same day in another column of the table is another date: the rule begins anew with it, and is settled for itself."""
    table = "id,due,checked\na,2026-03-10,2026-03-10\n"

    def by(column: str) -> RuleSet:
        rule = {"rule": "due", "schedule": PLAIN | {"at": column}}
        return parse_rules(json.dumps({"groups": [{"name": "test", "rules": [rule]}]}), KINDS, given=Given(tables={"t.csv": table}))

    story = Story(by("due"))
    assert fired(story.ticks("01", "10 00:01")) == [("a", "10T00:00:00")]
    assert fired(story.switch(by("checked"))) == [("a", "10T00:00:00")]
    assert story.ticks("11") == story.switch(by("checked")) == []


def test_an_alert_of_a_date_resolves_however_long_the_down_time_was() -> None:
    """``catch_up`` is about dates that are noticed late; what fired before the down-time ends in it, at its own instant."""
    story = Story(rules({"a": "2026-03-09"}, keep_firing_for="3d"))
    assert story.ticks("01", "09 01:00") == [("firing", "a", "09T00:00:00")]
    assert story.ticks("31") == [("resolved", "a", "12T00:00:00")]
    assert story.missed == 0


@pytest.mark.parametrize(
    ("rows", "resolved", "instant"),
    [({"b": "2026-03-20"}, ["a"], "20T00:00:00"), ({"a": "2026-03-09", "b": "2026-03-15"}, [], "15T00:00:00")],
    ids=["a row left", "a date was moved"],
)
def test_what_a_table_changes_is_in_the_next_checkpoint(rows: dict[str, str], resolved: list[str], instant: str) -> None:
    """The delta after the switch knows who resolved by it and what waits anew: laid over what was kept, it is all."""
    story = Story(rules({"a": "2026-03-09", "b": "2026-03-20"}, {"catch_up": "30d"}, keep_firing_for="30d"))
    story.ticks("01", "09 01:00")
    kept = snapshot.full(story.engine)
    after = rules(rows, {"catch_up": "30d"}, keep_firing_for="30d")
    assert [row for _, row, _ in story.switch(after)] == resolved
    kept = laid(kept, snapshot.delta(story.engine))
    assert kept == snapshot.full(story.engine)
    again = Partition(after)
    snapshot.restore(again, kept)
    assert fired(_told(again.tick(parse("2026-03-21T00:00:00Z"), 0))) == [("b", instant)]
