"""A log as the reference evaluator reads it: which observations count, in which order, and which are late."""

import heapq
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from tests.fakes.oracle.episodes import Said, story, timers
from tests.fakes.oracle.forms import Sample, truth_of
from tests.fakes.oracle.rulebook import Rule
from tests.fakes.oracle.seen import SECOND, Seen, field, shown
from tests.fakes.oracle.verdict import judge

BEGINNING = -(2**62)
Entry = Seen | int
"""An observation, or a tick."""


class Arrival(NamedTuple):
    """An observation whose turn it is, and up to where timers had run when it came (that instant not included)."""

    seen: Seen
    horizon: int


class Noted(NamedTuple):
    """What was not applied: ``late``, ``duplicate`` or ``undecided``."""

    note: str
    id: str
    group: dict[str, Any]


class Past(NamedTuple):
    """What a group had seen when its rule began anew: it makes late and double what comes after.

    Attributes:
        rule: the rule until then.
        samples: those that counted.
        known: their ids, and those of undecided ones.
        ran: up to where timers had run (that instant not included).
        told: when the episode began that was firing then; nothing begins at its instant again.
    """

    rule: Rule
    samples: list[Sample]
    known: set[str]
    ran: int
    told: int | None

    def is_late(self, at: int) -> bool:
        """Whether an observation of an instant comes too late."""
        if (self.samples and at < self.samples[-1][0].at) or (self.told is not None and at <= self.told):
            return True
        return at < self.ran and timers(self.rule, truth_of(self.rule, self.samples), at, self.ran)


Key = tuple[tuple[bool, Any], ...]
"""The key of a group; a truth value is another key than the number that Python takes for the same."""


class Heard(NamedTuple):
    """What one rule says of one log."""

    said: list[tuple[Said, dict[str, Any]]]
    noted: list[Noted]

    def identities(self, rule: Rule) -> Iterator[str]:
        """The ids of all events."""
        return (said.identity(rule.name, group) for said, group in self.said)


def clock(log: Iterable[Entry]) -> int:
    """The clock of the stream at the end of a log."""
    return max((entry if isinstance(entry, int) else entry.at for entry in log), default=BEGINNING)


def in_turn(log: Iterable[Entry], lateness: int, *, to_the_end: bool = False, behind: int = 0) -> Iterator[Arrival]:
    """The observations of a log in the order in which rules of a lateness apply them.

    Args:
        log: of one partition, in the order of its offsets.
        lateness: how long each is waited for.
        to_the_end: whether what still waits at the end is applied, as a replay does.
        behind: so many entries came before the rule; it applies what waits then, and what comes.
    """
    now, waiting = BEGINNING, list[tuple[int, str, int, Arrival]]()
    for number, entry in enumerate(log):
        now = max(now, entry if isinstance(entry, int) else entry.at)
        if not isinstance(entry, int):
            heapq.heappush(waiting, (entry.at, entry.id, number, Arrival(entry, now - lateness)))
        while waiting and waiting[0][0] + lateness <= now:
            arrival = heapq.heappop(waiting)[3]
            if number >= behind:
                yield arrival
    if to_the_end:
        yield from (entry[3] for entry in sorted(waiting, key=lambda entry: entry[:3]))


def in_order(logs: Sequence[Sequence[Entry]], lateness: int) -> Iterator[Arrival]:
    """The observations of all partitions as rules over several sources apply them: those that every partition's clock has passed.

    Raises:
        ValueError: one came so late in its own partition that it depends on the speed of the others whether it counts.
    """
    passed = min(map(clock, logs)) - lateness
    turns = [arrival for log in logs for arrival in in_turn(log, lateness, to_the_end=True)]
    for seen, horizon in turns:
        if seen.at < horizon:
            raise ValueError(f"{seen.id} came {(horizon - seen.at) / SECOND} s later than the lateness")
    for seen in sorted((arrival.seen for arrival in turns if arrival.seen.at < passed), key=lambda seen: (seen.at, seen.id, seen.source)):
        yield Arrival(seen, BEGINNING)


def past_of(rule: Rule, arrivals: Iterable[Arrival], at: int) -> dict[Key, Past]:
    """What each group of a rule has seen when it begins anew at an instant of the rule's clock."""
    found = {}
    for key, members in _groups(rule, arrivals).items():
        samples, _ = _applied(rule, members)
        said = story(rule, samples, truth_of(rule, samples), at - 1, at)
        told = next((one.starts_at for one in said if one.event == "cut"), None)
        found[key] = Past(rule, samples, {arrival.seen.id for arrival in members}, at, told)
    return found


def hear(
    rule: Rule,
    arrivals: Iterable[Arrival],
    last: int,
    since: int | None = None,
    cut: int | None = None,
    *,
    past: Mapping[Key, Past] | None = None,
) -> Heard:
    """What a rule says of the observations of one log.

    Args:
        rule: the rule; the sources that it expects are named one by one.
        arrivals: in their turn.
        last: the last instant at which timers run.
        since: the first clock of the log, from which expected sources count.
        cut: when a switch of the rules asks what fires.
        past: what groups had seen, of a rule that began anew.
    """
    groups = _groups(rule, arrivals)
    heard = Heard([], [])
    expected: set[Key] = {((False, source),) for source in rule.written.get("expected", ())}
    for named in sorted(expected - groups.keys()):
        groups[named] = []
    every = rule
    for key, members in groups.items():
        rule = every._replace(since=since) if key in expected else every
        group = dict(zip(rule.by, (part for _, part in key), strict=True))
        samples, noted = _applied(rule, members, (past or {}).get(key))
        heard.noted.extend(Noted(note, identity, group) for note, identity in noted)
        heard.said.extend((said, group) for said in story(rule, samples, truth_of(rule, samples), last, cut))
    return heard


def _groups(rule: Rule, arrivals: Iterable[Arrival]) -> defaultdict[Key, list[Arrival]]:
    groups: defaultdict[Key, list[Arrival]] = defaultdict(list)
    for arrival in arrivals:
        if arrival.seen.kind in rule.kinds:
            groups[tuple((type(part) is bool, part) for part in (shown(field(arrival.seen, name)) for name in rule.by))].append(arrival)
    return groups


def _applied(rule: Rule, arrivals: Sequence[Arrival], past: Past | None = None) -> tuple[list[Sample], list[tuple[str, str]]]:
    """The samples that count, and what does not."""
    samples, noted, known = list[Sample](), list[tuple[str, str]](), set[str]() if past is None else set(past.known)
    for seen, horizon in arrivals:
        late = past is not None and past.is_late(seen.at)
        if seen.id in known:
            noted.append(("duplicate", seen.id))
        elif (
            late
            or (samples and seen.at < samples[-1][0].at)
            or (seen.at < horizon and timers(rule, truth_of(rule, samples), seen.at, horizon))
        ):
            noted.append(("late", seen.id))
        else:
            known.add(seen.id)
            mark = judge(rule, seen)
            if mark is None:
                noted.append(("undecided", seen.id))
            else:
                samples.append((seen, mark))
    return samples, noted
