"""Every way in which a ticket can be other than what was written."""

from collections.abc import Callable, Sequence

import msgspec
import pytest

from config.kinds import Text
from dispatch.audit import Fault, examine
from dispatch.event import Opening, Particulars, TicketEvent, digest, seal
from dispatch.lifecycle import Fact
from dispatch.ticket import Ticket, apply, fold, following
from streams.alert import Severity
from tests.fakes.town import NOON

OPENING = Opening(category="09009", severity=Severity.MINOR, summary=Text(en="x", zh="x"))
FACTS = (
    (Fact.REPORTED, Particulars(opening=OPENING, alert="a")),
    (Fact.ACCEPTED, Particulars()),
    (Fact.DISPATCHED, Particulars(unit="order", person="sue")),
    (Fact.NOTED, Particulars(note="on my way")),
)


def history() -> list[TicketEvent]:
    """Four events of a ticket."""
    ticket: Ticket | None = None
    events = []
    for fact, told in FACTS:
        event = TicketEvent(ticket="t", number=0, fact=fact, at=NOON, actor="sue", particulars=told)
        events.append(following(ticket, event))
        ticket = apply(ticket, events[-1])
    return events


EVENTS = history()
TICKET = fold(EVENTS)


def resealed(events: Sequence[TicketEvent]) -> list[TicketEvent]:
    """A whole chain with hashes that fit, as a careful forger leaves it."""
    found: list[TicketEvent] = []
    for number, event in enumerate(events, start=1):
        found.append(seal(msgspec.structs.replace(event, number=number, previous=found[-1].hash if found else "")))
    return found


def with_note(event: TicketEvent, note: str) -> TicketEvent:
    """An event whose words were changed."""
    return msgspec.structs.replace(event, particulars=Particulars(note=note))


def test_what_was_written_is_sound() -> None:
    """A ticket that is the fold of an unbroken chain has no fault."""
    assert examine("t", TICKET, EVENTS) is None


@pytest.mark.parametrize(
    ("tamper", "sequence", "what"),
    [
        (
            lambda events: [*events[:3], with_note(events[3], "never seen")], 4,
            "The content of the event (noted, by sue) does not give its hash: it was changed.",
        ),
        (lambda events: [events[0], *events[2:]], 3, "Event 3 stands where event 2 should: one is missing, or one too many."),
        (lambda events: [*events[:2], msgspec.structs.replace(events[1]), *events[2:]], 2, "Event 2 stands where event 3 should: one is missing, or one too many."),
        (lambda events: events[1:], 2, "Event 2 stands where event 1 should: one is missing, or one too many."),
        (lambda events: events[:3], 4, "The ticket is at version 4, its history ends at 3."),
        (lambda events: [], 1, "The ticket is at version 4, its history ends at 0."),
        (lambda events: resealed([*events, with_note(events[3], "forged")]), 5, "The ticket is at version 4, its history ends at 5."),
        (
            lambda events: resealed([*events[:3], with_note(events[3], "forged")]), 0,
            "The ticket's row says otherwise than its history: hash.",
        ),
    ],
    ids=["changed words", "one gone", "one twice", "the first gone", "the last gone", "all gone", "one added", "a chain sealed anew"],
)  # fmt: skip
def test_a_changed_history_is_told_with_its_place(
    tamper: Callable[[list[TicketEvent]], list[TicketEvent]], sequence: int, what: str
) -> None:
    """Whichever event was changed, removed or added, the fault names it and says what differs."""
    assert examine("t", TICKET, tamper(EVENTS)) == Fault(ticket="t", sequence=sequence, what=what)


def test_an_event_that_was_sealed_anew_breaks_the_next_one() -> None:
    """Who changes an event and gives it a fitting hash is betrayed by the one after it."""
    forged = seal(msgspec.structs.replace(EVENTS[1], actor="somebody"))
    fault = examine("t", TICKET, [EVENTS[0], forged, *EVENTS[2:]])
    assert fault is not None
    before, after = digest(EVENTS[1])[:12], forged.hash[:12]
    assert (fault.sequence, fault.what) == (3, f"The event follows one with the hash {before}, the one before it has {after}.")


def test_a_row_that_is_not_its_historys_fold_is_told_by_its_fields() -> None:
    """Whoever changed only the ticket's row is told which fields."""
    changed = msgspec.structs.replace(TICKET, assignee="sam", rework=3)
    fault = examine("t", changed, EVENTS)
    assert fault == Fault(ticket="t", sequence=0, what="The ticket's row says otherwise than its history: assignee, rework.")


def test_a_ticket_that_is_gone_is_told_by_its_events() -> None:
    """Removing a ticket's row does not hide it."""
    assert examine("t", None, EVENTS) == Fault(
        ticket="t", sequence=0, what="There are events of this ticket, and the ticket itself is gone."
    )


def test_a_history_that_the_lifecycle_does_not_know_is_a_fault() -> None:
    """A chain that is sound and yet begins in the middle makes no ticket."""
    odd = resealed([EVENTS[1], EVENTS[0]])
    fault = examine("t", msgspec.structs.replace(TICKET, version=2), odd)
    assert fault is not None
    assert fault.what.startswith("The history does not make a ticket: ")
