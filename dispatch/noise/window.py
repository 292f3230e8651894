"""Maintenance windows of the city's configuration: places, sources or rules that are quiet at known hours."""

from collections.abc import Iterable

import msgspec

from config.moment import Micros
from dispatch.noise.matcher import Matcher, match_all
from dispatch.noise.recurrence import Recurrence, Span, spans_around
from dispatch.noise.subject import Subject
from dispatch.verdict import SuppressionKind, Suppressor

FOR_EVER = Span(-(2**62), 2**62)


class Window(msgspec.Struct, frozen=True, kw_only=True):
    """Alerts about which a window is are quiet while it is open. Lists that are empty ask for nothing; the others must all be met.

    Attributes:
        name: unique among the windows.
        comment: why, shown to people.
        matchers: all of them.
        cells: the alert lies in one of these cells or in one within them.
        sources: it comes from one of these.
        rules: it is of one of these rules.
        hours: when it opens and closes again; ``None``: once.
        since: not before.
        until: not from then on.
    """

    name: str
    comment: str
    matchers: tuple[Matcher, ...] = ()
    cells: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    hours: Recurrence | None = None
    since: Micros | None = None
    until: Micros | None = None


def is_about(window: Window, subject: Subject) -> bool:
    """Whether a window is about an alert, whenever it is open; never about life safety."""
    if subject.life_safety or not match_all(window.matchers, subject.values):
        return False
    lists = (("cell", window.cells), ("source", window.sources), ("rule", window.rules))
    return all(not wanted or not set(wanted).isdisjoint(subject.values.get(field, ())) for field, wanted in lists)


def spans_of(window: Window, now: Micros) -> tuple[Span, ...]:
    """When a window is open, from the present on for at least a week, within its bounds."""
    low = window.since if window.since is not None else FOR_EVER.start
    high = window.until if window.until is not None else FOR_EVER.end
    spans = (Span(low, high),) if window.hours is None else spans_around(window.hours, max(now, low))
    clipped = (Span(max(span.start, low), min(span.end, high)) for span in spans)
    return tuple(span for span in clipped if span.start < span.end and span.end > now)


def open_now(window: Window, now: Micros) -> Span | None:
    """The span in which a window is open now; ``None`` when it is closed."""
    return next((span for span in spans_of(window, now) if span.start <= now), None)


def suppressors(windows: Iterable[Window], subject: Subject, now: Micros) -> tuple[Suppressor, ...]:
    """Those windows that keep an alert quiet now, as they are configured."""
    found: list[Suppressor] = []
    for window in windows:
        span = open_now(window, now)
        if span is not None and is_about(window, subject):
            until = span.end if span.end < FOR_EVER.end else None
            found.append(Suppressor(kind=SuppressionKind.MAINTENANCE, by=window.name, why=window.comment, until=until))
    return tuple(found)


def next_change(windows: Iterable[Window], subject: Subject, now: Micros) -> Micros | None:
    """When the next window about an alert opens or closes; ``None`` when none ever does."""
    instants = [
        instant
        for window in windows
        if is_about(window, subject)
        for span in spans_of(window, now)
        for instant in (span.start, span.end)
        if now < instant < FOR_EVER.end
    ]
    return min(instants, default=None)
