"""The figures of one set of events."""

from collections.abc import Sequence

import msgspec

from config.moment import SECOND, Micros
from detectors.bounds import Interval, most_expected, percentile, wilson
from detectors.evaluation.event import Span, ToldEvent, TrueEvent
from detectors.evaluation.matching import Matching

DAY: Micros = 86_400 * SECOND


class Delay(msgspec.Struct, frozen=True):
    """Seconds from the earliest instant at which an event could be told until it was."""

    p50: float | None
    p95: float | None


class Measures(msgspec.Struct, frozen=True, kw_only=True):
    """What the figures say; ``None`` where there is nothing to divide by.

    Attributes:
        events: true events that lasted long enough.
        told: told events.
        matched: pairs of them.
        precision: matched of told; an event told twice costs precision.
        recall: matched of events.
        f1: their harmonic mean.
        precision_interval: Wilson, 95 %.
        recall_interval: Wilson, 95 %.
        false_alarms: told events that overlap nothing that counts.
        camera_days: time watched, in days, added up over the cameras.
        false_alarms_per_camera_day: their rate.
        false_alarms_per_camera_day_at_most: with 95 % confidence; honest also when none was seen.
        duplicates_per_event: events told again while they were being told, for each matched event.
        flaps: times that one event was ended and told again.
        seconds_to_alert: from since + dwell to the first word.
        unknown_seconds: time in which a camera said that it could not see.
        unknown_share: part of the time watched.
    """

    events: int
    told: int
    matched: int
    precision: float | None
    recall: float | None
    f1: float | None
    precision_interval: Interval | None
    recall_interval: Interval | None
    false_alarms: int
    camera_days: float
    false_alarms_per_camera_day: float | None
    false_alarms_per_camera_day_at_most: float | None
    duplicates_per_event: float | None
    flaps: int
    seconds_to_alert: Delay
    unknown_seconds: float
    unknown_share: float | None


def measure(happened: Sequence[TrueEvent], told: Sequence[ToldEvent], matching: Matching, watched: Micros, unknown: Micros) -> Measures:
    """Count.

    Args:
        happened: true events.
        told: told events.
        matching: who belongs to whom.
        watched: time watched, added up over the cameras.
        unknown: time of it in which a camera was blind.
    """
    events, matched = sum(event.counts for event in happened), len(matching.pairs)
    precision, recall = _share(matched, len(told)), _share(matched, events)
    partner = dict(matching.pairs)
    flaps = sum(not _together(told[partner[true]].span, told[said].span) for true, said in matching.spare)
    delays = [max(0, told[said].told_at - happened[true].due) / SECOND for true, said in matching.pairs]
    days, false = watched / DAY, len(matching.false)
    return Measures(
        events=events,
        told=len(told),
        matched=matched,
        precision=precision,
        recall=recall,
        f1=None if precision is None or recall is None else _share(2 * precision * recall, precision + recall, zero=0.0),
        precision_interval=wilson(matched, len(told)),
        recall_interval=wilson(matched, events),
        false_alarms=false,
        camera_days=days,
        false_alarms_per_camera_day=_share(false, days),
        false_alarms_per_camera_day_at_most=_share(most_expected(false), days),
        duplicates_per_event=_share(len(matching.spare) - flaps, matched),
        flaps=flaps,
        seconds_to_alert=Delay(percentile(delays, 0.5), percentile(delays, 0.95)),
        unknown_seconds=unknown / SECOND,
        unknown_share=_share(unknown, watched),
    )


def _share(part: float, whole: float, zero: float | None = None) -> float | None:
    return part / whole if whole else zero


def _together(one: Span, other: Span) -> bool:
    return one.common(other).length > 0
