"""Everything that the rules must say about the logs of a whole city: all partitions of both topics of observations."""

import csv
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import cache
from itertools import accumulate
from typing import Any, NamedTuple

from tests.fakes.oracle.dates import announce
from tests.fakes.oracle.episodes import Said
from tests.fakes.oracle.log import Arrival, Entry, Key, Past, clock, hear, in_order, in_turn, past_of
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
        switched: how many entries came before the switch to other rules, where there was one.
    """

    entries: dict[Address, list[Entry]]
    rejected: set[tuple[str, str | None]]
    switched: dict[Address, int]


def read_logs(records: Iterable[Raw]) -> Logs:
    """Read records that come in the order of their offsets."""
    logs = Logs({}, set(), {})
    for record in records:
        found = read(record)
        address = (record.topic, record.partition)
        entries = logs.entries.setdefault(address, [])
        if found.switches:
            logs.switched[address] = len(entries)
        entries.extend(found.entries)
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


class Switch(NamedTuple):
    """What a switch to other rules does; rules that are named nowhere go on as they were.

    Attributes:
        gone: rules whose alerts resolve at it, since they are removed or begin anew.
        told: rules whose firing alerts say that something about them is new.
        begun: rules that begin at it.
    """

    gone: frozenset[str] = frozenset()
    told: frozenset[str] = frozenset()
    begun: Sequence[Rule] = ()


def by_switch(alert: str, event: str, at: int) -> str:
    """How this evaluator names an event that a switch makes; its id on the wire has the rule's version in it."""
    return f"{alert} {event} by the switch at {at}"


def expected(rules: Sequence[Rule], logs: Logs, city: City, switch: Switch | None = None) -> Counter[Event]:
    """Every event of every alert, and how often it is to be said (an alert may say two things of one name at one instant).

    Args:
        rules: from the beginning of the logs.
        logs: of all partitions.
        city: what the rules do not say.
        switch: what the one switch in the logs does; only to rules by source.
    """
    entries, switch = logs.entries, switch or Switch()
    found: Counter[Event] = Counter()

    @cache
    def turns(address: Address, lateness: int) -> Sequence[Arrival]:
        return tuple(in_turn(entries[address], lateness))

    @cache
    def together(topic: str, lateness: int) -> Sequence[Arrival]:
        return tuple(in_order([entries[address] for address in sorted(entries) if address[0] == topic], lateness))

    def own(rule: Rule) -> list[Address]:
        topic = city.topics[1] if rule.kinds and set(rule.kinds) <= set(city.urgent) else city.topics[0]
        return sorted(address for address in entries if address[0] == topic)

    for rule in rules:
        if rule.form == "schedule":
            found.update(_events(rule, _dates(rule, entries, city)))
        elif "source" not in rule.by:
            now = min(clock(entries[address]) for address in own(rule))
            found.update(_events(rule, hear(rule, together(own(rule)[0][0], rule.lateness), now - rule.lateness - 1).said))
        else:
            for address in own(rule):
                if rule.name not in switch.gone:
                    last, since = clock(entries[address]) - rule.lateness - 1, clock(entries[address][:1])
                    found.update(_events(rule, hear(_share(rule, address, city), turns(address, rule.lateness), last, since).said))
                if rule.name in switch.gone | switch.told:
                    found.update(_until(rule, entries[address][: logs.switched[address]], told=rule.name in switch.told))
    before = {rule.name: rule for rule in rules if rule.name in switch.gone}
    for rule in switch.begun:
        for address in own(rule):
            arrivals = in_turn(entries[address], rule.lateness, behind=logs.switched[address])
            past = _past(before[rule.name], entries[address][: logs.switched[address]]) if rule.name in before else None
            found.update(_events(rule, hear(rule, arrivals, clock(entries[address]) - rule.lateness - 1, past=past).said))
    return found


def _events(rule: Rule, said: Iterable[tuple[Said, dict[str, Any]]]) -> Iterator[Event]:
    return (Event(rule.name, one.identity(rule.name, group), one.matches) for one, group in said)


def _until(rule: Rule, log: Sequence[Entry], *, told: bool) -> Iterator[Event]:
    """What a rule says up to the switch, and at it; of a rule that goes on, at it only."""
    at = clock(log) - rule.lateness
    for one, group in hear(rule, in_turn(log, rule.lateness), at - 1, cut=at).said:
        if one.event == "cut":
            yield Event(rule.name, by_switch(one.alert(rule.name, group), "updated" if told else "resolved", at), one.matches)
        elif not told:
            yield Event(rule.name, one.identity(rule.name, group), one.matches)


def _past(rule: Rule, log: Sequence[Entry]) -> Mapping[Key, Past]:
    """What a rule that begins anew had seen up to the switch."""
    return past_of(rule, in_turn(log, rule.lateness), clock(log) - rule.lateness)


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
