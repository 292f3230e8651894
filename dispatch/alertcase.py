"""An alert as people see it: the fold of its events, with what dispatch adds (place, unit, acknowledgement, ticket)."""

from enum import StrEnum

import msgspec

from config.kinds import Text
from config.moment import Micros
from dispatch.verdict import Flapping, Merge, Suppressor
from streams.alert import AlertEvent, Change


class AlertState(StrEnum):
    """Whether the trouble lasts; pending episodes never leave the engine."""

    FIRING = "firing"
    RESOLVED = "resolved"


class AlertCase(msgspec.Struct, frozen=True, kw_only=True):
    """One episode.

    Attributes:
        id: uuid5(rule, group, starts_at).
        state: firing or resolved.
        latest: its newest event, which tells everything the rule knows, ``why`` included.
        summary: the rule's texts with the place filled in.
        cell: code of the cell that it lies in.
        place: name of the cell, or of the source.
        unit: unit that answers for it; rows are scoped by it.
        ticket: id of its ticket.
        acknowledged_by: login name.
        acknowledged_at: when.
        opened_at: when dispatch first heard of it.
        changed_at: when dispatch last changed it.
        suppressed_by: why it opens no ticket and sends no notice; on a resolved alert, why that was so at its end.
        flapping: whether its rule and group flap; a flag only where lives are at stake.
        merge: whether its episode was merged with a ticket, and why; ``None``: it was not up to a ticket.
        group: id of the group that its notices go with; ``None``: they go by themselves.
    """

    id: str
    state: AlertState
    latest: AlertEvent
    summary: Text
    opened_at: Micros
    changed_at: Micros
    cell: str | None = None
    place: str = ""
    unit: str | None = None
    ticket: str | None = None
    acknowledged_by: str | None = None
    acknowledged_at: Micros | None = None
    suppressed_by: tuple[Suppressor, ...] = ()
    flapping: Flapping | None = None
    merge: Merge | None = None
    group: str | None = None


def fill_place(summary: Text, place: str) -> Text:
    """Put the place's name where the rule's text says ``{place}``."""
    return Text(en=summary.en.replace("{place}", place), zh=summary.zh.replace("{place}", place))


def begin(event: AlertEvent, now: Micros, *, cell: str | None, place: str, unit: str | None) -> AlertCase:
    """An alert that was not known before."""
    return AlertCase(
        id=event.id, state=_state(event), latest=event, summary=fill_place(event.summary, place),
        opened_at=now, changed_at=now, cell=cell, place=place, unit=unit,
    )  # fmt: skip


def absorb(case: AlertCase, event: AlertEvent, now: Micros) -> AlertCase:
    """Add an event; an older one than the newest known (a repeat after a crash) changes nothing that is shown."""
    if (event.at, event.event is Change.RESOLVED) < (case.latest.at, case.latest.event is Change.RESOLVED):
        return case
    return msgspec.structs.replace(case, state=_state(event), latest=event, summary=fill_place(event.summary, case.place), changed_at=now)


def acknowledge(case: AlertCase, actor: str, now: Micros) -> AlertCase:
    """Note who has seen it; the first one counts."""
    if case.acknowledged_by is not None:
        return case
    return msgspec.structs.replace(case, acknowledged_by=actor, acknowledged_at=now, changed_at=now)


def _state(event: AlertEvent) -> AlertState:
    return AlertState.RESOLVED if event.event is Change.RESOLVED else AlertState.FIRING
