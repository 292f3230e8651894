"""Everything that the rules must say about the logs of a whole city: all partitions of both topics of observations."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cache
from typing import NamedTuple

from tests.fakes.oracle.log import Arrival, Entry, clock, hear, in_order, in_turn
from tests.fakes.oracle.rulebook import Rule
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


def expected(
    rules: Sequence[Rule], logs: Mapping[Address, Sequence[Entry]], urgent: Collection[str], topics: tuple[str, str]
) -> Counter[Event]:
    """Every event of every alert, and how often it is to be said (an alert may say two things of one name at one instant).

    Args:
        rules: the rules.
        logs: the entries of each partition.
        urgent: the life-safety kinds.
        topics: of ordinary and of urgent observations.
    """

    @cache
    def turns(address: Address, lateness: int) -> Sequence[Arrival]:
        return tuple(in_turn(logs[address], lateness))

    @cache
    def together(topic: str, lateness: int) -> Sequence[Arrival]:
        return tuple(in_order([logs[address] for address in sorted(logs) if address[0] == topic], lateness))

    found: Counter[Event] = Counter()
    for rule in rules:
        topic = topics[1] if set(rule.kinds) <= set(urgent) else topics[0]
        own = sorted(address for address in logs if address[0] == topic)
        if "source" in rule.by:
            parts = [(turns(address, rule.lateness), clock(logs[address])) for address in own]
        else:
            parts = [(together(topic, rule.lateness), min(clock(logs[address]) for address in own))]
        for arrivals, now in parts:
            heard = hear(rule, arrivals, now - rule.lateness - 1)
            found.update(Event(rule.name, said.identity(rule.name, group), said.matches) for said, group in heard.said)
    return found
