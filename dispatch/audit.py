"""Whether tickets, silences and their histories are those that were written: chains of hashes, and rows that are their folds. Pure.

The hashes have no key: who can rewrite the database can rewrite a whole chain. It then differs from the ticket's events on
the topic ``cityloop.tickets``, from the webhooks that went out and from every backup.
"""

from collections.abc import Sequence
from enum import StrEnum

import msgspec

from dispatch.event import GENESIS, TicketEvent, broken_link, digest
from dispatch.noise.history import SilenceEvent
from dispatch.noise.silence import Silence
from dispatch.ticket import HistoryError, Ticket, fold


class Chained(StrEnum):
    """What has a history in a chain."""

    TICKET = "ticket"
    SILENCE = "silence"


class Fault(msgspec.Struct, frozen=True, kw_only=True):
    """A ticket or silence that is not what was written.

    Attributes:
        ticket: its id; for a silence, the silence's.
        sequence: number of the first event that is wrong or missing; 0 for the row itself.
        what: what differs, one sentence.
        kind: ticket or silence.
    """

    ticket: str
    sequence: int
    what: str
    kind: Chained = Chained.TICKET


def examine(name: str, ticket: Ticket | None, events: Sequence[TicketEvent]) -> Fault | None:
    """The first fault of a ticket; ``None`` when it is sound.

    Args:
        name: the ticket's id.
        ticket: its row; ``None`` when there is none.
        events: its history, by number.
    """
    broken = broken_link(events)
    if broken is not None:
        place = next(index for index, event in enumerate(events) if event is broken)
        return Fault(ticket=name, sequence=broken.number, what=_difference(events, place))
    if ticket is None:
        return Fault(ticket=name, sequence=0, what="There are events of this ticket, and the ticket itself is gone.")
    if len(events) != ticket.version:
        first = min(len(events), ticket.version) + 1
        return Fault(ticket=name, sequence=first, what=f"The ticket is at version {ticket.version}, its history ends at {len(events)}.")
    return _row_fault(name, ticket, events)


def examine_silence(name: str, silence: Silence | None, events: Sequence[SilenceEvent]) -> Fault | None:
    """The first fault of a silence; ``None`` when it is sound.

    Args:
        name: the silence's id.
        silence: its row; ``None`` when there is none.
        events: its history, by number.
    """

    def fault(sequence: int, what: str) -> Fault:
        return Fault(ticket=name, sequence=sequence, what=what, kind=Chained.SILENCE)

    broken = broken_link(events)
    if broken is not None:
        place = next(index for index, event in enumerate(events) if event is broken)
        return fault(broken.number, _difference(events, place))
    if silence is None:
        return fault(0, "There are events of this silence, and the silence itself is gone.")
    if not events:
        return fault(1, "The silence has no history.")
    if events[-1].body != silence:
        return fault(0, "The silence's row says otherwise than its history.")
    return None


def _difference(events: Sequence[TicketEvent] | Sequence[SilenceEvent], place: int) -> str:
    """What is wrong with the first broken event: a gap, another predecessor, or changed content."""
    event = events[place]
    previous = events[place - 1].hash if place else GENESIS
    if event.number != place + 1:
        return f"Event {event.number} stands where event {place + 1} should: one is missing, or one too many."
    if event.hash != digest(event):
        return f"The content of the event ({event.fact.value}, by {event.actor}) does not give its hash: it was changed."
    return f"The event follows one with the hash {event.previous[:12] or 'of none'}, the one before it has {previous[:12] or 'none'}."


def _row_fault(name: str, ticket: Ticket, events: Sequence[TicketEvent]) -> Fault | None:
    try:
        folded = fold(events)
    except HistoryError as error:
        return Fault(ticket=name, sequence=0, what=f"The history does not make a ticket: {error}.")
    differing = [field for field in ticket.__struct_fields__ if getattr(ticket, field) != getattr(folded, field)]
    if differing:
        return Fault(ticket=name, sequence=0, what=f"The ticket's row says otherwise than its history: {', '.join(differing)}.")
    return None
