"""A replay from its bytes to its bytes, against a reference evaluator that reads the same bytes on its own."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Any

import msgspec
import pytest

from config.moment import render
from rules.parser import parse_rules
from rules.replay import Summary, read_lines, replay
from streams.ids import canonical
from tests.fakes.duel import PULSES
from tests.fakes.oddcases import FORMS
from tests.fakes.oddlines import TYPES, Odd, Order, odd_recording
from tests.fakes.oracle.log import Entry, clock, hear, in_turn
from tests.fakes.oracle.recording import Recording, instant, read_recording
from tests.fakes.oracle.rulebook import Rule, read_rules
from tests.fakes.rulekit import KINDS
from tests.fakes.ruletraffic import dice

CASES = 12
Printed = tuple[Any, ...]


def rows_of(odd: Odd, until: int | None = None) -> list[dict[str, Any]]:
    """What the replay prints, read back from its bytes."""
    ruleset = parse_rules(odd.rules, KINDS)
    return [json.loads(msgspec.json.encode(row)) for row in replay(ruleset, read_lines(odd.lines, KINDS), until, Summary())]


def printed(row: dict[str, Any]) -> Printed:
    """What of a row is compared."""
    if row["event"] == "rejected":
        return "rejected", row["line"]
    who = (row["event"], row["rule"], canonical(row["group"]))
    if "fired_at" not in row:
        return (*who, row["at"], row["id"])
    return (*who, row["at"], row["starts_at"], row["fired_at"], row["ends_at"], row["count"], row["id"])


def by_oracle(odd: Odd, until: int | None = None) -> Counter[Printed]:
    """What it must print."""
    recording = read_recording(odd.lines, TYPES)
    log = [entry for _, entry in recording.entries]
    times = {entry.id: entry.at for entry in log if not isinstance(entry, int)}
    found: Counter[Printed] = Counter(("rejected", number) for number in recording.rejected)
    for rule in read_rules(odd.rules, PULSES):
        found.update(_of_rule(rule, log, clock(log) if until is None else until, times))
    return found


def _of_rule(rule: Rule, log: list[Entry], last: int, times: dict[str, int]) -> Iterator[Printed]:
    heard = hear(rule, in_turn(log, rule.lateness, to_the_end=True), last)
    for said, group in heard.said:
        ends_at = None if said.ends_at is None else render(said.ends_at)
        instants = (render(said.at), render(said.starts_at), render(said.fired_at), ends_at)
        yield (said.event, rule.name, canonical(group), *instants, said.matches, said.alert(rule.name, group))
    for noted in heard.noted:
        yield noted.note, rule.name, canonical(noted.group), render(times[noted.id]), noted.id


@pytest.mark.parametrize("form", FORMS)
def test_every_printed_row_is_the_oracles(form: str) -> None:
    """Alerts with instants, counts and ids, notes, and rejected lines with their numbers, from bytes with every oddity: missing 0, extra 0."""
    said: Counter[str] = Counter()
    for seed in range(CASES):
        chance = dice(f"lines {form} {seed}")
        odd = odd_recording(chance, [form], chance.randint(5, 70))
        found = Counter(map(printed, rows_of(odd)))
        assert found == by_oracle(odd), (seed, odd.rules)
        said.update(str(row[0]) for row in found.elements())
    assert min(said["firing"], said["rejected"], said["duplicate"]) > 1, said


def test_rules_of_all_forms_read_one_recording() -> None:
    """Every form with a lateness of its own over one recording: rule by rule what each says alone."""
    for seed in range(4):
        odd = odd_recording(dice(f"all lines {seed}"), [form for form in FORMS for _ in range(2)], 80)
        assert Counter(map(printed, rows_of(odd))) == by_oracle(odd), seed


def test_until_is_where_time_ends() -> None:
    """With ``--until`` beyond the last line the timers up to that instant run, and none after it."""
    for seed in range(4):
        odd = odd_recording(dice(f"until {seed}"), None, 40)
        last = clock(entry for _, entry in read_recording(odd.lines, TYPES).entries)
        until = last + seed * 2_500_000
        assert Counter(map(printed, rows_of(odd, until))) == by_oracle(odd, until), seed


def noticed(odd: Odd) -> list[tuple[int, dict[str, Any]]]:
    """Each row with the number of the line that had been read when it was printed; one more than all for those of the end."""
    at = 0

    def watched(lines: Iterable[bytes]) -> Iterator[bytes]:
        nonlocal at
        for line in lines:
            at += 1
            yield line
        at += 1

    rows = replay(parse_rules(odd.rules, KINDS), read_lines(watched(odd.lines), KINDS), None, Summary())
    return [(at, row) for row in rows]


@pytest.mark.parametrize("seed", range(6))
def test_rows_come_in_the_order_of_noticing(seed: int) -> None:
    """What one line shows goes by (at, rule, group), whatever came late before it."""
    rows = noticed(odd_recording(dice(f"order {seed}"), None, 60))
    assert len(rows) > 20
    for (line, row), (next_line, following) in pairwise(rows):
        assert line < next_line or _rank(row) <= _rank(following)


@pytest.mark.parametrize("seed", range(6))
def test_an_event_is_noticed_as_soon_as_the_clock_allows(seed: int) -> None:
    """Of a recording in order: an alert's event at x comes at the first line with W - lateness > x, or, where an observation made it, with W - lateness = x."""
    odd = odd_recording(dice(f"soon {seed}"), None, 60, Order.BY_TIME)
    recording = read_recording(odd.lines, TYPES)
    lateness = {rule.name: rule.lateness for rule in read_rules(odd.rules, PULSES)}
    seen = Counter[bool]()
    for line, row in noticed(odd):
        if "fired_at" in row:
            at = instant(row["at"]) + lateness[row["rule"]]
            first = _first_line(recording, at, len(odd.lines) + 1)
            assert first <= line <= _first_line(recording, at + 1, len(odd.lines) + 1), row
            seen[line > first] += 1
    assert min(seen[True], seen[False]) > 5, seen


def _rank(row: dict[str, Any]) -> tuple[int, str, str]:
    return instant(row["at"]) if "at" in row else -1, row.get("rule", ""), canonical(row.get("group", {}))


def _first_line(recording: Recording, clock: int, end: int) -> int:
    """The first line at which the clock of the stream shows an instant or a later one; ``end`` where none does."""
    for number, entry in recording.entries:
        if (entry if isinstance(entry, int) else entry.at) >= clock:
            return number
    return end


@pytest.mark.parametrize("seed", range(3))
def test_a_second_run_prints_the_same_bytes(seed: int) -> None:
    """Byte for byte, rejected lines and all."""
    odd = odd_recording(dice(f"twice {seed}"), None, 60)

    def run() -> list[bytes]:
        return [msgspec.json.encode(row) for row in replay(parse_rules(odd.rules, KINDS), read_lines(odd.lines, KINDS), None, Summary())]

    assert run() == run()


def test_a_line_without_an_id_is_known_by_what_it_says() -> None:
    """Source, kind, instant and value make the id: the same written otherwise is a duplicate, another value at that instant is not."""
    rules = '{"groups": [{"name": "g", "rules": [{"rule": "over", "kind": "level", "where": "value > 5"}]}]}'
    lines = [
        b'{"source": "sensor/1", "kind": "level", "at": "2026-03-02T12:00:00+08:00", "value": 9}',
        b'{"source": "sensor/1", "kind": "level", "at": "2026-03-02T04:00:00.000Z", "value": 9.0, "zone": "z1"}',
        b'{"source": "sensor/1", "kind": "level", "at": "2026-03-02T04:00:00Z", "value": 8}',
        b'{"source": "sensor/2", "kind": "level", "at": "2026-03-02T04:00:00Z", "value": 9}',
    ]
    rows = rows_of(Odd(rules, lines))
    assert [(row["event"], row.get("count")) for row in rows] == [("firing", 1), ("duplicate", None), ("updated", 2), ("firing", 1)]
