"""Everything that the rules must say about the logs of a whole city: all partitions of both topics of observations."""

import csv
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import cache
from itertools import accumulate
from typing import Any, NamedTuple

from tests.fakes.oracle.dates import announce
from tests.fakes.oracle.episodes import Said
from tests.fakes.oracle.log import Arrival, Entry, Heard, clock, hear, in_order, in_turn
from tests.fakes.oracle.rulebook import Rule
from tests.fakes.oracle.seen import text
from tests.fakes.oracle.wire import Raw, origin, read

Address = tuple[str, int]
"""Topic and partition."""


class Event(NamedTuple):
    """One change of an alert: its id tells rule, group, beginning, what happened and when."""

    rule: str
    id: str
    matches: int


class Logs(NamedTuple):
    """What was read from the broker.

    Attributes:
        entries: by topic and partition, in the order of offsets.
        rejected: origin of a record, and id of the one observation that is meant.
    """

    entries: dict[Address, list[Entry]]
    rejected: set[tuple[str, str | None]]


def read_logs(records: Iterable[Raw]) -> Logs:
    """Read records that come in the order of their offsets."""
    logs = Logs({}, set())
    for record in records:
        found = read(record)
        logs.entries.setdefault((record.topic, record.partition), []).extend(found.entries)
        logs.rejected.update((origin(record), identity) for identity in found.rejected)
    return logs


class City(NamedTuple):
    """What the rules do not say.

    Attributes:
        urgent: the life-safety kinds.
        topics: of ordinary and of urgent observations.
        home: the partition of a topic that a text belongs to.
        tables: reference data, text by name.
    """

    urgent: Collection[str]
    topics: tuple[str, str]
    home: Callable[[str], int]
    tables: Mapping[str, str]


def expected(rules: Sequence[Rule], logs: Mapping[Address, Sequence[Entry]], city: City) -> Counter[Event]:
    """Every event of every alert, and how often it is to be said (an alert may say two things of one name at one instant)."""

    @cache
    def turns(address: Address, lateness: int) -> Sequence[Arrival]:
        return tuple(in_turn(logs[address], lateness))

    @cache
    def together(topic: str, lateness: int) -> Sequence[Arrival]:
        return tuple(in_order([logs[address] for address in sorted(logs) if address[0] == topic], lateness))

    found: Counter[Event] = Counter()
    for rule in rules:
        topic = city.topics[1] if rule.kinds and set(rule.kinds) <= set(city.urgent) else city.topics[0]
        own = sorted(address for address in logs if address[0] == topic)
        if rule.form == "schedule":
            parts = [Heard(list(_dates(rule, logs, city)), [])]
        elif "source" in rule.by:
            parts = [
                hear(
                    _share(rule, address, city),
                    turns(address, rule.lateness),
                    clock(logs[address]) - rule.lateness - 1,
                    clock(logs[address][:1]),
                )
                for address in own
            ]
        else:
            now = min(clock(logs[address]) for address in own)
            parts = [hear(rule, together(topic, rule.lateness), now - rule.lateness - 1)]
        found.update(Event(rule.name, said.identity(rule.name, group), said.matches) for heard in parts for said, group in heard.said)
    return found


def _share(rule: Rule, address: Address, city: City) -> Rule:
    """The rule with those of its expected sources that belong to a partition."""
    expected = [source for source in rule.written.get("expected", ()) if city.home(source) == address[1]]
    return rule._replace(written={**rule.written, "expected": expected})


def _dates(rule: Rule, logs: Mapping[Address, Sequence[Entry]], city: City) -> Iterator[tuple[Said, dict[str, Any]]]:
    """What a schedule says about the rows of its table, each by the clock of the partition that it belongs to."""
    plan = rule.written["schedule"]
    for row in csv.DictReader(city.tables[plan["table"]].splitlines()):
        group = {name: row[name] for name in rule.by}
        log = logs[city.topics[0], city.home(text([rule.name, group]))]
        clocks = accumulate((entry if isinstance(entry, int) else entry.at for entry in log), max)
        yield from ((said, group) for said in announce(rule, plan, row[plan["at"]], clocks, None))
