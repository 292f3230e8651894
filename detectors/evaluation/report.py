"""The whole report: each tier apart, then split by camera, by day and by condition."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import tzinfo

import msgspec

from config.moment import Micros, to_datetime
from detectors.evaluation.event import Span, Tier, ToldEvent, TrueEvent
from detectors.evaluation.labels import Labels
from detectors.evaluation.matching import SLACK, match
from detectors.evaluation.measures import Measures, measure
from detectors.evaluation.told import Told

UNLABELLED = "unlabelled"


class TierReport(msgspec.Struct, frozen=True, kw_only=True):
    """One tier's figures.

    Attributes:
        tier: how real the pictures are.
        all: everything.
        cameras: by source.
        days: by day on which an event began, in the asked zone.
        kinds: by kind.
        conditions: by what the labels call light and weather; false alarms have no condition and are not in here.
    """

    tier: Tier
    all: Measures
    cameras: Mapping[str, Measures]
    days: Mapping[str, Measures]
    kinds: Mapping[str, Measures]
    conditions: Mapping[str, Measures]


def evaluate(labels: Labels, told: Told, zone: tzinfo, slack: Micros = SLACK) -> list[TierReport]:
    """Compare what happened with what was told.

    A source belongs to the tiers in which it has labels; one that has none counts as real, for nobody said otherwise.
    A source that was told of and never labelled is left out: nobody knows what happened there.
    """
    return [_tier(tier, labels, told, zone, slack) for tier in Tier if _sources(labels, tier)]


def unlabelled(labels: Labels, told: Told) -> list[str]:
    """Sources that were told of and of which nobody says what happened."""
    known = {source for tier in Tier for source in _sources(labels, tier)}
    return sorted(set(told.heard) - known)


def _sources(labels: Labels, tier: Tier) -> set[str]:
    events = {event.place[0] for event in labels.events if event.tier is tier}
    return events | {source for source, of_tier in labels.watched if of_tier is tier}


class _Part(msgspec.Struct, frozen=True, kw_only=True):
    """Events, told events and watched spans that belong together."""

    happened: Sequence[TrueEvent]
    told: Sequence[ToldEvent]
    watched: Sequence[tuple[str, Span]]


def _tier(tier: Tier, labels: Labels, told: Told, zone: tzinfo, slack: Micros) -> TierReport:
    sources = _sources(labels, tier)
    happened = [event for event in labels.events if event.tier is tier]
    watched = [(source, span) for source in sorted(sources) for span in _watched(source, tier, happened, labels, told)]
    said = [event for event in told.events if event.place[0] in sources and _within(event, watched)]
    whole = _Part(happened=happened, told=said, watched=watched)

    def figures(part: _Part) -> Measures:
        blind = sum(
            span.common(seen).length for source, seen in part.watched for span in told.unknown.get(source, ()) if span.touches(seen)
        )
        matching = match(part.happened, part.told, slack)
        return measure(part.happened, part.told, matching, sum(span.length for _, span in part.watched), blind)

    def day(at: Micros) -> str:
        return to_datetime(at).astimezone(zone).date().isoformat()

    by_day = {
        name: _Part(
            happened=[event for event in happened if day(event.span.begin) == name],
            told=[event for event in said if day(event.span.begin) == name],
            watched=[(source, cut) for source, span in watched for cut in _cut(span, name, day)],
        )
        for name in sorted({day(at) for _, span in watched for at in _days(span)})
    }
    return TierReport(
        tier=tier,
        all=figures(whole),
        cameras={name: figures(_of_camera(whole, name)) for name in sorted(sources)},
        days={name: figures(part) for name, part in by_day.items()},
        kinds={kind: figures(_of_kind(whole, kind)) for kind in sorted(_kinds(whole))},
        conditions=_by_condition(whole, figures, slack),
    )


def _of_camera(part: _Part, name: str) -> _Part:
    return _Part(
        happened=[event for event in part.happened if event.place[0] == name],
        told=[event for event in part.told if event.place[0] == name],
        watched=[(source, span) for source, span in part.watched if source == name],
    )


def _of_kind(part: _Part, kind: str) -> _Part:
    return _Part(
        happened=[event for event in part.happened if event.place[1] == kind],
        told=[event for event in part.told if event.place[1] == kind],
        watched=part.watched,
    )


def _kinds(part: _Part) -> set[str]:
    return {event.place[1] for event in part.happened} | {event.place[1] for event in part.told}


def _by_condition(part: _Part, figures: Callable[[_Part], Measures], slack: Micros) -> dict[str, Measures]:
    """Told events go where their true event is; what belongs to none is in no condition."""
    names = sorted({event.condition for event in part.happened if event.condition is not None})
    matching = match(part.happened, part.told, slack)
    home = {said: part.happened[true].condition for true, said in (*matching.pairs, *matching.spare)}
    return {
        name: figures(
            _Part(
                happened=[event for event in part.happened if event.condition == name],
                told=[event for number, event in enumerate(part.told) if home.get(number) == name],
                watched=[],
            )
        )
        for name in names
    }


def _watched(source: str, tier: Tier, happened: Iterable[TrueEvent], labels: Labels, told: Told) -> list[Span]:
    """What was watched: as the labels say, else from the first to the last thing that is known of the source."""
    spans = labels.watched.get((source, tier))
    if spans:
        return _merged(spans)
    known = [event.span for event in happened if event.place[0] == source]
    known += [told.heard[source]] if source in told.heard else []
    return [Span(min(span.begin for span in known), max(span.end for span in known))]


def _merged(spans: Sequence[Span]) -> list[Span]:
    """Spans without overlaps: nothing is watched twice."""
    merged: list[Span] = []
    for span in sorted(spans):
        if merged and span.begin <= merged[-1].end:
            merged[-1] = Span(merged[-1].begin, max(merged[-1].end, span.end))
        else:
            merged.append(span)
    return merged


def _within(event: ToldEvent, watched: Iterable[tuple[str, Span]]) -> bool:
    """Whether it was told while somebody watched; for the rest nobody knows whether it is true."""
    return any(source == event.place[0] and span.begin <= event.told_at <= span.end for source, span in watched)


_HOUR: Micros = 3_600_000_000


def _days(span: Span) -> list[Micros]:
    """Instants of which at least one lies in each day that a span touches, whatever the zone (a day has 23 hours at least)."""
    return [*range(span.begin, span.end, 23 * _HOUR), span.end]


def _cut(span: Span, name: str, day: Callable[[Micros], str]) -> list[Span]:
    """The part of a span that lies in a day; its edges are found by halving, so no zone's clock changes matter."""
    if day(span.begin) > name or day(span.end) < name:
        return []
    begin = span.begin if day(span.begin) == name else _first(span, lambda at: day(at) >= name)
    end = span.end if day(span.end) == name else _first(span, lambda at: day(at) > name)
    return [Span(begin, end)]


def _first(span: Span, holds: Callable[[Micros], bool]) -> Micros:
    low, high = span.begin, span.end
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if holds(middle) else (middle, high)
    return high
