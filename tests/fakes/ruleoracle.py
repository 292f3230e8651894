"""A reference evaluator of SEMANTICS, deliberately simple: it knows the whole history and works with intervals.

It shares no code with the engine, not even the parser: a rule is the dictionary that a rule file holds, a predicate is
a Python function. It takes whole seconds only. Where several observations of a group have one instant, they count in
the order of their ids.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from fractions import Fraction
from math import asin, cos, inf, radians, sin, sqrt
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

Rule = Mapping[str, Any]
Interval = tuple[float, float]


class Seen(NamedTuple):
    """One observation; ``at`` in seconds since 1970."""

    at: int
    id: str
    source: str
    kind: str
    value: Any
    zone: str
    lon: float = 0.0
    lat: float = 0.0


class Said(NamedTuple):
    """One thing that an alert said; ``matches`` (its count) is -1 where it is not compared."""

    event: str
    group: tuple[Any, ...]
    at: float
    starts_at: float
    fired_at: float
    ends_at: float | None
    matches: int


class Truth(NamedTuple):
    """A condition: where it is true, the matches in order, and which of them began each interval (of a level)."""

    intervals: list[Interval]
    matches: list[Seen]
    begun_by: tuple[int, ...] = ()


Predicate = Callable[[Seen], bool]


def evaluate(rule: Rule, observations: Iterable[Seen], until: float) -> list[Said]:
    """Everything that a rule's alerts say up to an instant, that instant included."""
    groups: dict[tuple[Any, ...], dict[str, Seen]] = {}
    for seen in sorted(observations):
        if seen.kind in kinds_of(rule):
            groups.setdefault(tuple(getattr(seen, field) for field in rule.get("by", ["source"])), {}).setdefault(seen.id, seen)
    said: list[Said] = []
    for group, members in groups.items():
        truth = _FORMS[form_of(rule)](rule, list(members.values()))
        said.extend(_episodes(rule, group, truth, until))
    return said


def form_of(rule: Rule) -> str:
    """The name of the rule's form."""
    if "sequence" in rule:
        return "unanswered" if "not" in rule["sequence"][1] else "sequence"
    return next((form for form in ("count", "absent", "cluster", "rate") if form in rule), "level")


def kinds_of(rule: Rule) -> set[str]:
    """The kinds that a rule looks at."""
    if "sequence" in rule:
        first, second = rule["sequence"]
        return {first["kind"], second.get("not", second)["kind"]}
    return {rule["kind"]}


def _episodes(rule: Rule, group: tuple[Any, ...], truth: Truth, until: float) -> list[Said]:
    wait, keep = rule.get("for", 0), rule.get("keep_firing_for", 0)
    counted = form_of(rule) in ("level", "count")
    said: list[Said] = []
    intervals = truth.intervals
    number = 0
    while number < len(intervals):
        start, end = intervals[number]
        members = truth.matches[truth.begun_by[number] :] if truth.begun_by else truth.matches
        number += 1
        if wait and end <= start + wait:
            continue
        while number < len(intervals) and intervals[number][0] <= end + keep:
            end = intervals[number][1]
            number += 1

        def count(upto: float, start: float = start, members: list[Seen] = members) -> int:
            since = start - rule["within"] if "count" in rule else start - 0.5
            return sum(since < match.at <= upto for match in members) if counted else -1

        fired = start + wait
        if fired <= until:
            said.append(Said("firing", group, fired, start, fired, None, count(fired)))
        if end + keep <= until:
            said.append(Said("resolved", group, end + keep, start, fired, end, count(end + keep)))
    return said


def _level(rule: Rule, members: list[Seen]) -> Truth:
    where, clear, stale = rule["where"], rule.get("clear"), rule.get("stale_after", inf)
    intervals: list[Interval] = []
    begun_by: list[int] = []
    since: float | None = None
    last = -inf
    matches = [seen for seen in members if where(seen)]
    for seen in members:
        if since is not None and seen.at > last + stale:
            intervals.append((since, last + stale))
            since = None
        if where(seen):
            if since is None:
                begun_by.append(matches.index(seen))
                since = seen.at
            last = seen.at
        elif since is not None and (clear is None or clear(seen)):
            intervals.append((since, seen.at))
            since = None
    if since is not None:
        intervals.append((since, last + stale))
    return Truth(intervals, matches, tuple(begun_by))


def _count(rule: Rule, members: list[Seen]) -> Truth:
    matches = [seen for seen in members if rule["where"](seen)]
    within, needed, distinct = rule["within"], rule["count"], rule.get("distinct")

    def holds(t: float) -> bool:
        window = [seen for seen in matches if t - within < seen.at <= t]
        return bool(len({getattr(seen, distinct) for seen in window} if distinct else window) >= needed)

    return Truth(_runs(holds, {t for seen in matches for t in (seen.at, seen.at + within)}), matches)


def _absent(rule: Rule, members: list[Seen]) -> Truth:
    matches = [seen for seen in members if rule["where"](seen)]
    intervals = []
    for number, seen in enumerate(matches):
        start = _active_later(seen.at, rule["absent"], rule.get("active"))
        following = matches[number + 1].at if number + 1 < len(matches) else inf
        if start < following:
            intervals.append((start, following))
    return Truth(intervals, matches)


def _active_later(at: int, length: int, active: Mapping[str, Any] | None) -> float:
    """Second by second, as a clock on the wall would count."""
    if active is None:
        return at + length
    zone = ZoneInfo(active["zone"])
    t, left = at, length
    while left:
        local = datetime.fromtimestamp(t, UTC).astimezone(zone)
        minute = f"{local:%H:%M}"
        step = min(60 - t % 60, left)
        if any(begin <= minute < end for begin, end in active["hours"]) and f"{local:%a}".lower() in active["days"]:
            left -= step
            t += step
        else:
            t += 60 - t % 60
    return t


def _sequence(rule: Rule, members: list[Seen]) -> Truth:
    first, second = rule["sequence"]
    open_firsts: list[int] = []
    pulses: list[float] = []
    for at in sorted({seen.at for seen in members}):
        now = [seen for seen in members if seen.at == at]
        for _ in [seen for seen in now if _is(second, seen)]:
            fit = [t for t in open_firsts if 0 < at - t <= rule["within"]]
            if fit:
                pulses.append(at)
                open_firsts = [t for t in open_firsts if t > max(fit)]
        open_firsts.extend(at for seen in now if _is(first, seen))
    return Truth([(t, t) for t in sorted(set(pulses))], [])


def _unanswered(rule: Rule, members: list[Seen]) -> Truth:
    first, answer, within = rule["sequence"][0], rule["sequence"][1]["not"], rule["within"]
    intervals: list[Interval] = []
    waiting: float | None = None
    since: float | None = None
    for seen in members:
        if waiting is not None and seen.at > waiting + within:
            since = waiting + within if since is None else since
            waiting = None
        if _is(answer, seen):
            if waiting is not None and waiting < seen.at:
                waiting = None
            if since is not None:
                intervals.append((since, seen.at))
                since = None
        if _is(first, seen) and waiting is None:
            waiting = seen.at
    if since is not None:
        intervals.append((since, inf))
    elif waiting is not None:
        intervals.append((waiting + within, inf))
    return Truth(intervals, [])


def _cluster(rule: Rule, members: list[Seen]) -> Truth:
    wanted, within = rule["cluster"], rule["within"]
    matches = [seen for seen in members if rule["where"](seen)]
    pulses = []
    for number, seen in enumerate(matches):
        near = {m.source for m in matches[: number + 1] if seen.at - within < m.at and _metres(m, seen) <= wanted["radius"]}
        if len(near) >= wanted["sources"]:
            pulses.append(seen.at)
    return Truth([(t, t) for t in sorted(set(pulses))], [])


def _rate(rule: Rule, members: list[Seen]) -> Truth:
    bound, within = rule["rate"], rule["within"]
    matches = [seen for seen in members if rule["where"](seen)]
    intervals: list[Interval] = []
    since: float | None = None
    for number, seen in enumerate(matches):
        window = [m for m in matches[: number + 1] if seen.at - within < m.at]
        oldest, beyond = window[0], False
        if oldest.at != seen.at:
            rate = Fraction(seen.value - oldest.value) / (seen.at - oldest.at) * bound["per"]
            beyond = rate > bound["above"] if "above" in bound else rate < bound["below"]
        if beyond and since is None:
            since = seen.at
        elif not beyond and since is not None:
            intervals.append((since, seen.at))
            since = None
    if since is not None:
        intervals.append((since, inf))
    return Truth(intervals, matches)


def _is(step: Mapping[str, Any], seen: Seen) -> bool:
    return seen.kind == step["kind"] and bool(step["where"](seen))


def _runs(holds: Callable[[float], bool], instants: set[int]) -> list[Interval]:
    """The intervals of a condition that changes at these instants only."""
    intervals: list[Interval] = []
    since: float | None = None
    for t in sorted(instants):
        if holds(t) and since is None:
            since = t
        elif not holds(t) and since is not None:
            intervals.append((since, t))
            since = None
    return intervals


def _metres(one: Seen, other: Seen) -> float:
    a = sin(radians(other.lat - one.lat) / 2) ** 2
    b = cos(radians(one.lat)) * cos(radians(other.lat)) * sin(radians(other.lon - one.lon) / 2) ** 2
    return 2 * 6371008.8 * asin(sqrt(a + b))


_FORMS: Mapping[str, Callable[[Rule, list[Seen]], Truth]] = {
    "level": _level,
    "count": _count,
    "absent": _absent,
    "sequence": _sequence,
    "unanswered": _unanswered,
    "cluster": _cluster,
    "rate": _rate,
}
