"""Silences and maintenance windows as the API shows them, and what people send to make one."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

import msgspec

from config.moment import from_datetime, to_datetime
from console.directory import Directory, Named
from console.shapes.alerts import AlertRow, alert_row
from dispatch.noise.draft import SilenceDraft
from dispatch.noise.history import SilenceFact
from dispatch.noise.matcher import LONGEST_VALUE, MOST_MATCHERS, Matcher, Operator
from dispatch.noise.matchertext import LONGEST_FIELD, render_matcher
from dispatch.noise.recurrence import Span
from dispatch.noise.silence import Silence, SilenceKind, SilenceState
from dispatch.noisequery import Preview, SilenceDetail, WindowView
from streams.clock import Clock


class MatcherShape(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A condition on one field of an alert.

    Attributes:
        field: rule, severity, category, source, zone, cell, unit, labels.NAME or group.NAME.
        operator: how it is compared; expressions are RE2's and must fit the whole value.
        value: a text or an expression.
    """

    field: Annotated[str, msgspec.Meta(min_length=1, max_length=LONGEST_FIELD)]
    operator: Operator
    value: Annotated[str, msgspec.Meta(max_length=LONGEST_VALUE)]


# A tuple with bounds would be rendered as a list of matchers or anything else, of which only one may fit: so none would.
Matchers = Annotated[Sequence[MatcherShape], msgspec.Meta(max_length=MOST_MATCHERS)]
Comment = Annotated[str, msgspec.Meta(max_length=2000)]


class SilenceRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A silence to be made. Its author is whoever asks.

    Attributes:
        matchers: alerts that meet all of them are kept quiet.
        comment: why.
        ends_at: up to when, with an offset.
        starts_at: from when; left out: from now.
        kind: silence or maintenance.
    """

    matchers: Matchers
    comment: Comment
    ends_at: datetime
    starts_at: datetime | None = None
    kind: SilenceKind = SilenceKind.SILENCE


class PreviewRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Matchers to be tried on the alerts that fire now."""

    matchers: Matchers


class SilenceRow(msgspec.Struct, frozen=True, kw_only=True):
    """A silence.

    Attributes:
        id: identity.
        kind: silence or maintenance.
        state: pending, active or expired, at the moment of the answer.
        matchers: which alerts.
        text: the matchers as one writes them.
        author: who made it.
        comment: why.
        starts_at: from when.
        ends_at: up to when.
        created_at: when it was made.
        unit: it reaches alerts of this unit and those below it; none: of the whole city.
        expired_at: when it was ended early.
        expired_by: by whom.
    """

    id: str
    kind: SilenceKind
    state: SilenceState
    matchers: tuple[MatcherShape, ...]
    text: str
    author: Named
    comment: str
    starts_at: datetime
    ends_at: datetime
    created_at: datetime
    unit: Named | None
    expired_at: datetime | None
    expired_by: Named | None


class SilenceList(msgspec.Struct, frozen=True, kw_only=True):
    """A page of silences; ``next`` goes into ``after`` for the following one."""

    items: tuple[SilenceRow, ...]
    next: str | None


class SilenceChange(msgspec.Struct, frozen=True, kw_only=True):
    """One event of a silence."""

    fact: SilenceFact
    at: datetime
    by: Named


class SilenceFile(msgspec.Struct, frozen=True, kw_only=True):
    """A silence with what happened to it, oldest first."""

    silence: SilenceRow
    history: tuple[SilenceChange, ...]


class SilenceMade(msgspec.Struct, frozen=True, kw_only=True):
    """A silence that was made.

    Attributes:
        silence: as in the list.
        quiet_rules: rules whose alerts it may keep quiet.
        passing_rules: life-safety rules that its matchers meet too; their alerts pass through.
    """

    silence: SilenceRow
    quiet_rules: tuple[str, ...]
    passing_rules: tuple[str, ...]


class PreviewShape(msgspec.Struct, frozen=True, kw_only=True):
    """What matchers would do now.

    Attributes:
        quiet: alerts that would be kept quiet, at most a hundred.
        quiet_count: how many in all.
        passing: life-safety alerts that pass through, at most a hundred.
        passing_count: how many in all.
        quiet_rules: rules whose alerts they may keep quiet.
        passing_rules: life-safety rules that they meet too.
    """

    quiet: tuple[AlertRow, ...]
    quiet_count: int
    passing: tuple[AlertRow, ...]
    passing_count: int
    quiet_rules: tuple[str, ...]
    passing_rules: tuple[str, ...]


class SpanShape(msgspec.Struct, frozen=True):
    """A half-open stretch of time; an end that is missing never comes."""

    starts_at: datetime | None
    ends_at: datetime | None


class WindowRow(msgspec.Struct, frozen=True, kw_only=True):
    """A maintenance window of the city's configuration.

    Attributes:
        name: its name.
        comment: why.
        text: what it is about: matchers, as one writes them.
        cells: cells, with all that lies within them.
        sources: sources.
        rules: rules.
        open: the span in which it is open now.
        next: the span in which it opens next, when that is within a week.
    """

    name: str
    comment: str
    text: str
    cells: tuple[str, ...]
    sources: tuple[str, ...]
    rules: tuple[str, ...]
    open: SpanShape | None
    next: SpanShape | None


class WindowList(msgspec.Struct, frozen=True, kw_only=True):
    """Every configured window."""

    items: tuple[WindowRow, ...]


def matchers_of(shapes: Sequence[MatcherShape]) -> tuple[Matcher, ...]:
    """Matchers as the core knows them."""
    return tuple(Matcher(field=shape.field, operator=shape.operator, value=shape.value) for shape in shapes)


def draft_of(request: SilenceRequest) -> SilenceDraft:
    """What is asked for, as the core knows it.

    Raises:
        ValueError: an instant without offset.
    """
    return SilenceDraft(
        matchers=matchers_of(request.matchers), comment=request.comment, kind=request.kind, ends_at=from_datetime(request.ends_at),
        starts_at=None if request.starts_at is None else from_datetime(request.starts_at),
    )  # fmt: skip


def silence_row(silence: Silence, directory: Directory, clock: Clock) -> SilenceRow:
    """A silence as a line of a list."""
    return SilenceRow(
        id=silence.id, kind=silence.kind, state=silence.state(clock()), matchers=tuple(map(_shape, silence.matchers)),
        text=", ".join(map(render_matcher, silence.matchers)), author=directory.person(silence.author), comment=silence.comment,
        starts_at=to_datetime(silence.starts_at), ends_at=to_datetime(silence.ends_at), created_at=to_datetime(silence.created_at),
        unit=None if silence.unit is None else directory.unit(silence.unit),
        expired_at=None if silence.expired_at is None else to_datetime(silence.expired_at),
        expired_by=None if silence.expired_by is None else directory.person(silence.expired_by),
    )  # fmt: skip


def silence_file(detail: SilenceDetail, directory: Directory, clock: Clock) -> SilenceFile:
    """A silence with its history."""
    history = tuple(SilenceChange(fact=event.fact, at=to_datetime(event.at), by=directory.person(event.actor)) for event in detail.events)
    return SilenceFile(silence=silence_row(detail.silence, directory, clock), history=history)


def preview_shape(found: Preview, directory: Directory) -> PreviewShape:
    """What matchers would do."""
    return PreviewShape(
        quiet=tuple(alert_row(alert, directory) for alert in found.quiet), quiet_count=found.quiet_count,
        passing=tuple(alert_row(alert, directory) for alert in found.passing), passing_count=found.passing_count,
        quiet_rules=found.reach.quiet, passing_rules=found.reach.passing,
    )  # fmt: skip


def window_row(view: WindowView) -> WindowRow:
    """A window as a line of a list."""
    window = view.window
    return WindowRow(
        name=window.name, comment=window.comment, text=", ".join(map(render_matcher, window.matchers)), cells=window.cells,
        sources=window.sources, rules=window.rules, open=_span(view.open), next=_span(view.next),
    )  # fmt: skip


def _shape(matcher: Matcher) -> MatcherShape:
    return MatcherShape(field=matcher.field, operator=matcher.operator, value=matcher.value)


def _span(span: Span | None) -> SpanShape | None:
    if span is None:
        return None
    return SpanShape(*(to_datetime(instant) if abs(instant) < _FOR_EVER else None for instant in (span.start, span.end)))


_FOR_EVER = 2**60
"""Beyond every instant of a calendar; a window without bound goes on for longer."""
