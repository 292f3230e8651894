"""Each form of SEMANTICS, section 2, by its definition: from the samples of a group to the spans in which its condition is true."""

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from itertools import pairwise
from math import asin, cos, inf, radians, sin, sqrt
from typing import Any, NamedTuple

from tests.fakes.oracle.hours import ripe
from tests.fakes.oracle.rulebook import Rule
from tests.fakes.oracle.seen import Seen, field, shown, text
from tests.fakes.oracle.verdict import Mark

Sample = tuple[Seen, Mark]
Samples = Sequence[Sample]


class Span(NamedTuple):
    """The condition is true on [start, end); a pulse is [start, start].

    Attributes:
        start: an instant.
        end: an instant, or infinity.
        begun: number of the sample that began it; ``None`` when time did.
        timed: whether time ends it, rather than a sample.
        holds: how many matches it begins with.
    """

    start: float
    end: float
    begun: int | None
    timed: bool
    holds: int


class Truth(NamedTuple):
    """A condition.

    Attributes:
        spans: apart and in order.
        counted: numbers of the samples that an episode counts.
        silent: instants at which a timer changed nothing.
    """

    spans: list[Span]
    counted: list[int]
    silent: list[float]


def truth_of(rule: Rule, samples: Samples) -> Truth:
    """The condition of a rule over the samples of a group, in the order in which they count."""
    return _FORMS[rule.form](rule, samples)


def _matches(samples: Samples) -> list[int]:
    return [number for number, (_, mark) in enumerate(samples) if mark.match]


def _level(rule: Rule, samples: Samples) -> Truth:
    stale = inf if rule.stale is None else rule.stale
    spans: list[Span] = []
    begun: int | None = None
    start, last = 0, -inf

    def close(end: float, *, timed: bool) -> None:
        nonlocal begun
        if begun is not None:
            spans.append(Span(start, end, begun, timed, 1))
        begun = None

    for number, (seen, mark) in enumerate(samples):
        if seen.at > last + stale:
            close(last + stale, timed=True)
        if mark.match:
            if begun is None:
                begun, start = number, seen.at
            last = seen.at
        elif mark.second:
            close(seen.at, timed=False)
    close(last + stale, timed=True)
    return Truth(spans, _matches(samples), [])


def _count(rule: Rule, samples: Samples) -> Truth:
    needed, within, distinct = rule.written["count"], rule.length("within"), rule.written.get("distinct")
    matches, spans = _matches(samples), list[Span]()
    first = 0
    for place, number in enumerate(matches):
        at = samples[number][0].at
        while samples[matches[first]][0].at <= at - within:
            first += 1
        window = matches[first : place + 1]
        newest = {text(shown(field(samples[n][0], distinct))) if distinct else n: samples[n][0].at for n in window}
        if len(newest) < needed:
            continue
        end = sorted(newest.values())[-needed] + within
        if spans and at <= spans[-1].end:
            spans[-1] = spans[-1]._replace(end=end)
        else:
            spans.append(Span(at, end, number, timed=True, holds=len(window)))
    return Truth(spans, matches, [])


def _absent(rule: Rule, samples: Samples) -> Truth:
    matches, spans = _matches(samples), list[Span]()
    needed = rule.length("absent")
    instants: list[float] = [samples[number][0].at for number in matches]
    if rule.since is not None:
        instants.insert(0, rule.since)
    for before, following in pairwise([*instants, inf]):
        at = before if rule.since is None else max(before, rule.since)
        if at + needed < following and (start := ripe(int(at), needed, rule.written.get("active"))) < following:
            spans.append(Span(start, following, None, timed=False, holds=0))
    return Truth(spans, matches, [])


def _sequence(rule: Rule, samples: Samples) -> Truth:
    within, spans, counted = rule.length("within"), list[Span](), list[int]()
    waiting: list[int] = []
    for number, (seen, mark) in enumerate(samples):
        if mark.second and (fit := [at for at in waiting if 0 < seen.at - at <= within]):
            waiting = [at for at in waiting if at > max(fit)]
            spans.append(Span(seen.at, seen.at, number, timed=True, holds=2))
            counted.append(number)
        if mark.match:
            waiting = [at for at in waiting if seen.at - at <= within] + [seen.at]
    return Truth(spans, counted, [])


def _unanswered(rule: Rule, samples: Samples) -> Truth:
    within, spans, silent = rule.length("within"), list[Span](), list[float]()
    waiting: int | None = None
    since: int | None = None
    for seen, mark in [*samples, (None, None)]:
        if waiting is not None and (seen is None or seen.at > waiting + within):
            silent.append(waiting + within)
            since = waiting + within if since is None else since
            waiting = None
        if seen is None or mark is None:
            continue
        if mark.second:
            if waiting is not None and waiting < seen.at:
                waiting = None
            if since is not None:
                spans.append(Span(since, seen.at, None, timed=False, holds=0))
                since = None
        if mark.match and waiting is None:
            waiting = seen.at
    if since is not None:
        spans.append(Span(since, inf, None, timed=False, holds=0))
    return Truth(spans, _matches(samples), silent)


def _cluster(rule: Rule, samples: Samples) -> Truth:
    wanted, within = rule.written["cluster"], rule.length("within")
    radius = _metres(wanted["radius"])
    matches, spans = _matches(samples), list[Span]()
    first = 0
    for place, number in enumerate(matches):
        seen = samples[number][0]
        while samples[matches[first]][0].at <= seen.at - within:
            first += 1
        near = [samples[n][0].source for n in matches[first : place + 1] if _distance(samples[n][0], seen) <= radius]
        if len(set(near)) >= wanted["sources"] and not (spans and spans[-1].start == seen.at):
            spans.append(Span(seen.at, seen.at, number, timed=True, holds=len(near)))
    return Truth(spans, matches, [])


def _rate(rule: Rule, samples: Samples) -> Truth:
    bound, within, per = rule.written["rate"], rule.length("within"), _per(rule)
    matches, spans = _matches(samples), list[Span]()
    begun: int | None = None
    first = 0
    for number in matches:
        last = samples[number][0]
        while samples[matches[first]][0].at <= last.at - within:
            first += 1
        oldest, beyond = samples[matches[first]][0], False
        if oldest.at < last.at:
            rate = (Fraction(last.value) - Fraction(oldest.value)) / (last.at - oldest.at) * per
            beyond = rate > Fraction(bound["above"]) if "above" in bound else rate < Fraction(bound["below"])
        if beyond and begun is None:
            begun = number
        elif not beyond and begun is not None:
            spans.append(Span(samples[begun][0].at, last.at, begun, timed=False, holds=1))
            begun = None
    if begun is not None:
        spans.append(Span(samples[begun][0].at, inf, begun, timed=False, holds=1))
    return Truth(spans, matches, [])


def _per(rule: Rule) -> int:
    return rule._replace(written=rule.written["rate"]).length("per")


def _metres(written: Any) -> float:
    given = str(written)
    return float(given[:-2]) * 1000 if given.endswith("km") else float(given.removesuffix("m"))


def _distance(one: Seen, other: Seen) -> float:
    """Great circle, haversine."""
    assert one.position is not None
    assert other.position is not None
    (lon, lat), (lon2, lat2) = one.position, other.position
    a = sin(radians(lat2 - lat) / 2) ** 2 + cos(radians(lat)) * cos(radians(lat2)) * sin(radians(lon2 - lon) / 2) ** 2
    return 2 * 6_371_008.8 * asin(sqrt(a))


_FORMS: Mapping[str, Callable[[Rule, Samples], Truth]] = {
    "level": _level,
    "count": _count,
    "absent": _absent,
    "sequence": _sequence,
    "unanswered": _unanswered,
    "cluster": _cluster,
    "rate": _rate,
}
