"""From a detector's observations to the events that it told, and the time in which it could not see."""

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from config import moment
from config.moment import Micros
from detectors.evaluation.event import Place, Span, ToldEvent
from detectors.telling import HEALTH_KIND
from streams.observation import Observation


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """What a recording of observations comes to.

    Attributes:
        events: in the order of their first word.
        unknown: by source, spans in which it was blind.
        heard: by source, from its first observation to its last.
    """

    events: tuple[ToldEvent, ...]
    unknown: Mapping[str, tuple[Span, ...]]
    heard: Mapping[str, Span]


class _Open(msgspec.Struct):
    place: Place
    since: Micros
    told_at: Micros
    last: Micros


def told_by(observations: Iterable[Observation]) -> Told:
    """Fold observations, in order of their time, into events.

    An event opens with a true value and ends with a false one of the same stay (``attributes.stay``; where there is
    none, of the same source, kind and zone). One that is never ended lasts until its source's last observation.
    """
    ordered = sorted(observations, key=lambda one: (one.at, one.id))
    heard: dict[str, Span] = {}
    for one in ordered:
        heard[one.source] = Span(heard[one.source].begin if one.source in heard else one.at, one.at)
    events: list[ToldEvent] = []
    opened: dict[tuple[Place, Any], _Open] = {}
    blind: dict[str, Micros] = {}
    unknown: dict[str, list[Span]] = {}
    for one in ordered:
        if one.kind == HEALTH_KIND:
            _sight(one, blind, unknown)
            continue
        if not isinstance(one.value, bool):
            continue
        place = (one.source, one.kind, one.zone)
        key = (place, one.attributes.get("stay"))
        if one.value:
            kept = opened.setdefault(key, _Open(place, _instant(one.attributes.get("since"), one.at), one.at, one.at))
            kept.last = one.at
        elif (ended := opened.pop(key, None)) is not None:
            events.append(_event(ended, _instant(one.attributes.get("until"), one.at)))
    events += [_event(still, heard[still.place[0]].end) for still in opened.values()]
    for source, since in blind.items():
        unknown.setdefault(source, []).append(Span(since, heard[source].end))
    return Told(
        events=tuple(sorted(events, key=lambda event: (event.told_at, event.place[0], event.place[1], event.place[2] or ""))),
        unknown={source: tuple(spans) for source, spans in unknown.items()},
        heard=heard,
    )


def _sight(one: Observation, blind: dict[str, Micros], unknown: dict[str, list[Span]]) -> None:
    if one.value != "ok":
        blind.setdefault(one.source, one.at)
    elif (since := blind.pop(one.source, None)) is not None:
        unknown.setdefault(one.source, []).append(Span(since, one.at))


def _event(opened: _Open, end: Micros) -> ToldEvent:
    return ToldEvent(place=opened.place, span=Span(opened.since, max(end, opened.last)), told_at=opened.told_at)


def _instant(text: Any, otherwise: Micros) -> Micros:
    """A detector's own word on since when and until when, where it has one that can be read."""
    try:
        return moment.parse(text) if isinstance(text, str) else otherwise
    except ValueError:
        return otherwise
