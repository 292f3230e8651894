"""Dates over several partitions: each row lives in one of them, by the ticks and the switches there, and is told once in all."""

import json
from collections import Counter
from typing import Any

import msgspec
import pytest

from config.moment import SECOND, parse, render
from rules.fold import RuleFold
from rules.life import Policy, pack
from rules.model import Given, RuleSet
from rules.parser import parse_rules
from rules.reference import Shares
from streams.alert import AlertEvent
from streams.codec import ENVELOPE_HEADERS, encode_envelope
from streams.envelope import Envelope
from streams.fold import Held, Record
from streams.topics import ALERTS, OBSERVATIONS, URGENT
from tests.fakes.rulekit import KINDS

BEGIN = parse("2026-03-09T23:59:50Z")
ROWS = {f"r{number}": f"2026-03-10T00:00:{number:02}Z" for number in range(24)}


def rules(rows: dict[str, str], **fields: Any) -> RuleSet:
    """One schedule over a table of ids and dates; a date is caught up with for a minute."""
    schedule = {"table": "t.csv", "at": "due", "key": "id", "catch_up": "1m"}
    table = "id,due\n" + "".join(f"{name},{date}\n" for name, date in rows.items())
    written = {"groups": [{"name": "test", "rules": [{"rule": "due", "schedule": schedule, **fields}]}]}
    return parse_rules(json.dumps(written), KINDS, given=Given(tables={"t.csv": table}))


class City:
    """All partitions of both topics, and what their folds wrote."""

    def __init__(self, ruleset: RuleSet, partitions: int) -> None:
        self.fold, self.partitions = RuleFold(ruleset, partitions=partitions), partitions
        self.held: dict[tuple[str, int], Held] = {
            (topic, number): self.fold.restore(topic, number, {}) for topic in (OBSERVATIONS, URGENT) for number in range(partitions)
        }
        self.fired: list[tuple[str, str]] = []

    def tick(self, second: int, *silent: int) -> None:
        """A tick so many seconds after the beginning, in all partitions of observations but the silent ones, and in all urgent ones."""
        at = BEGIN + second * SECOND
        for topic, number in self.held:
            if topic == URGENT or number not in silent:
                self._write((topic, number), tick=at, sent_at=at)

    def switch(self, ruleset: RuleSet, *numbers: int, policy: Policy = Policy.KEEP) -> None:
        """A switch record in these partitions of observations."""
        for number in numbers:
            self._write((OBSERVATIONS, number), ruleset=ruleset.version, rules=pack(ruleset, {"due": policy}), sent_at=BEGIN)

    def restart(self) -> None:
        """Every fold goes on from its checkpoint, in a process that began with other rules."""
        self.fold = RuleFold(rules({}), partitions=self.partitions)
        self.held = {address: self.fold.restore(*address, dict(held.full())) for address, held in self.held.items()}

    def _write(self, address: tuple[str, int], **fields: Any) -> None:
        record = Record(*address, 0, 0, None, encode_envelope(Envelope(writer="gateway-1", **fields)), ENVELOPE_HEADERS)
        for output in self.held[address].step(record):
            event = msgspec.json.decode(output.value, type=AlertEvent)
            assert output.topic == ALERTS
            if event.event.value == "firing":
                self.fired.append((event.group["id"], render(event.at)))


def homes(ruleset: RuleSet, partitions: int) -> dict[str, int]:
    """In which partition of observations each row lives."""
    shares = Shares(ruleset, partitions)
    return {str(member.key): number for number in range(partitions) for member in shares.of(OBSERVATIONS, number).get("due", ())}


@pytest.mark.parametrize("partitions", [2, 12])
def test_each_row_is_told_once_by_one_partition(partitions: int) -> None:
    """Two dozen rows over two or twelve partitions, with restarts in between: each date once, at its instant."""
    city = City(rules(ROWS), partitions)
    for second in range(40):
        city.tick(second)
        if second % 13 == 0:
            city.restart()
    assert sorted(city.fired) == sorted(ROWS.items())


@pytest.mark.parametrize("partitions", [2, 12])
def test_a_silent_partition_holds_its_own_rows_and_no_others(partitions: int) -> None:
    """Without ticks of its own a partition tells nothing; its rows come with its next tick when they are within ``catch_up``, and else never."""
    ruleset = rules(ROWS)
    home = homes(ruleset, partitions)
    quiet = home["r5"]
    city = City(ruleset, partitions)
    city.tick(0)
    for second in range(1, 40):
        city.tick(second, quiet)
    assert sorted(city.fired) == sorted((row, at) for row, at in ROWS.items() if home[row] != quiet)
    city.tick(10 + 60 + 5)
    late = {row for row, number in home.items() if number == quiet and int(row[1:]) < 5}
    assert sorted(city.fired) == sorted((row, at) for row, at in ROWS.items() if row not in late)
    assert city.fold.tally.of("due").missed == len(late)


@pytest.mark.parametrize("policy", list(Policy))
@pytest.mark.parametrize("partitions", [2, 12])
def test_a_switch_that_reaches_partitions_one_after_another(partitions: int, policy: Policy) -> None:
    """Each row goes by the table that holds in its partition: what is new comes once, what is gone stays away, what fired does not come again."""
    before = rules(ROWS)
    after = rules(
        {**{row: at for row, at in ROWS.items() if row != "r20"}, "r3": "2026-03-10T00:00:30Z", "new": ROWS["r2"]}, severity="critical"
    )
    city = City(before, partitions)
    for second in range(45):
        city.tick(second)
        if 15 <= second < 15 + partitions:
            city.switch(after, second - 15, policy=policy)
        if second == 22:
            city.restart()
    home = homes(before, partitions)
    gone = {"r20"} if 15 + home["r20"] <= 30 else set()
    expected = Counter([*((row, at) for row, at in ROWS.items() if row not in gone), ("r3", "2026-03-10T00:00:30Z"), ("new", ROWS["r2"])])
    assert Counter(city.fired) == expected
