"""What each fact changes in a ticket, and what a history can never say."""

import re
from typing import Any

import msgspec
import pytest

from config.kinds import Text
from config.matters import ClockType, Standard
from config.moment import SECOND
from dispatch.event import GENESIS, Opening, Particulars, TicketEvent, broken_link, digest, seal
from dispatch.lifecycle import Fact, Move, State
from dispatch.ticket import HistoryError, Ticket, apply, fold, following
from streams.alert import Severity
from tests.fakes.town import NOON, PHOTO

ABOUT = Opening(category="09009", severity=Severity.MINOR, summary=Text(en="x", zh="x"))
LIMIT = Standard(code="09009", condition="c", limit=3, clock=ClockType.URGENT_HOUR, closing_condition="moved", source="x")
Happened = tuple[Fact, str, dict[str, Any]]
OTHER_PHOTO = "evidence:sha256/" + "cd" * 32


def told(*facts: Happened) -> tuple[Ticket, list[TicketEvent]]:
    """A ticket that was reported about alert ``a1`` at noon, with facts a second apart."""
    first: Happened = (Fact.REPORTED, "system", {"opening": ABOUT, "alert": "a1", "photos": (PHOTO,)})
    ticket: Ticket | None = None
    history = []
    for second, (fact, actor, fields) in enumerate((first, *facts)):
        event = TicketEvent(ticket="t", number=0, fact=fact, at=NOON + second * SECOND, actor=actor, particulars=Particulars(**fields))
        history.append(following(ticket, event))
        ticket = apply(ticket, history[-1])
    assert ticket is not None
    return ticket, history


ACCEPTED: Happened = (Fact.ACCEPTED, "ann", {"standard": LIMIT})
DISPATCHED: Happened = (Fact.DISPATCHED, "dora", {"unit": "order", "person": "sue", "why": ("because",)})
ASSIGNED: Happened = (Fact.ASSIGNED, "sue", {"person": "sue"})
SUBMITTED: Happened = (Fact.SUBMITTED, "sue", {"note": "done", "photos": (OTHER_PHOTO,)})
CONFIRMED: Happened = (Fact.CONFIRMED, "lee", {})
FAILED: Happened = (Fact.FAILED, "cora", {"reason": "still there"})
RETURNED: Happened = (Fact.RETURNED, "lee", {"reason": "not ours"})
TO_VERIFY = (ACCEPTED, DISPATCHED, ASSIGNED, SUBMITTED, CONFIRMED)


def at(second: int) -> int:
    return NOON + second * SECOND


@pytest.mark.parametrize(
    ("facts", "fields"),
    [
        ((), {"state": State.REPORTED, "alerts": ("a1",), "photos": (PHOTO,), "opened_at": NOON, "version": 1, "unit": None}),
        ((ACCEPTED,), {"state": State.ACCEPTED, "standard": LIMIT, "clock_started_at": None, "made": {Move.ACCEPT: "ann"}}),
        (
            (ACCEPTED, DISPATCHED),
            {"state": State.DISPATCHED, "unit": "order", "assignee": "sue", "route": ("because",), "clock_started_at": at(2)},
        ),
        ((ACCEPTED, DISPATCHED, ASSIGNED), {"state": State.HANDLING, "assignee": "sue", "handlers": ()}),
        (
            (ACCEPTED, DISPATCHED, RETURNED),
            {"state": State.ACCEPTED, "unit": None, "assignee": None, "barred": {Move.DISPATCH: ("dora",)}, "clock_started_at": at(2)},
        ),
        (
            (ACCEPTED, DISPATCHED, ASSIGNED, (Fact.HANDED_BACK, "sue", {"reason": "ill"})),
            {"state": State.DISPATCHED, "unit": "order", "assignee": None, "barred": {}, "handlers": ()},
        ),
        ((ACCEPTED, (Fact.RETURNED, "dora", {"reason": "x"})), {"state": State.REPORTED, "barred": {Move.ACCEPT: ("ann",)}}),
        (
            (ACCEPTED, DISPATCHED, ASSIGNED, SUBMITTED),
            {"state": State.HANDLED, "handlers": ("sue",), "photos": (PHOTO, OTHER_PHOTO), "clock_stopped_at": None},
        ),
        (
            (ACCEPTED, DISPATCHED, ASSIGNED, SUBMITTED, (Fact.REDO_ASKED, "lee", {"reason": "dark"}), SUBMITTED),
            {"state": State.HANDLED, "assignee": "sue", "handlers": ("sue",), "rework": 0},
        ),
        (TO_VERIFY, {"state": State.VERIFYING, "clock_stopped_at": at(5), "ended_at": None, "pauses": ()}),
        (
            (*TO_VERIFY, FAILED),
            {"state": State.DISPATCHED, "rework": 1, "unit": "order", "pauses": ((at(5), at(6)),), "clock_stopped_at": None, "ended_at": None},
        ),
        (
            (*TO_VERIFY, FAILED, ASSIGNED, SUBMITTED, CONFIRMED, FAILED),
            {"rework": 2, "pauses": ((at(5), at(6)), (at(9), at(10))), "handlers": ("sue",), "clock_started_at": at(2)},
        ),
        (
            (*TO_VERIFY, (Fact.PASSED, "cora", {"standard": LIMIT})),
            {"state": State.CLOSED, "ended_at": at(6), "clock_stopped_at": at(5), "standard": LIMIT},
        ),
        (((Fact.REJECTED, "ann", {"reason": "x"}),), {"state": State.NOT_ACCEPTED, "ended_at": at(1), "clock_stopped_at": at(1)}),
        (((Fact.ALERT_JOINED, "system", {"alert": "a2"}),), {"alerts": ("a1", "a2"), "state": State.REPORTED, "alert_resolved_at": None}),
        (((Fact.ALERT_RESOLVED, "system", {"alert": "a1"}),), {"cleared": ("a1",), "alert_resolved_at": at(1)}),
        (
            ((Fact.ALERT_JOINED, "system", {"alert": "a2"}), (Fact.ALERT_RESOLVED, "system", {"alert": "a1"})),
            {"cleared": ("a1",), "alert_resolved_at": None},
        ),
        (
            (
                (Fact.ALERT_RESOLVED, "system", {"alert": "a1"}),
                (Fact.WITHDRAWAL_OFFERED, "system", {"alert": "a1"}),
                (Fact.ALERT_JOINED, "system", {"alert": "a2"}),
            ),
            {"withdrawal_offered_at": None, "alert_resolved_at": None, "cleared": ("a1",)},
        ),
        (((Fact.WITHDRAWAL_OFFERED, "system", {}),), {"withdrawal_offered_at": at(1), "state": State.REPORTED}),
        (((Fact.PHOTOGRAPHED, "sam", {"photos": (OTHER_PHOTO,)}),), {"photos": (PHOTO, OTHER_PHOTO), "handlers": ()}),
        (((Fact.NOTED, "sam", {"note": "x"}),), {"changed_by": "sam", "changed_at": at(1), "version": 2, "state": State.REPORTED}),
    ],
    ids=[
        "reported", "accepted", "dispatched", "assigned", "returned-by-unit", "handed-back", "returned-by-dispatcher", "submitted", "redone",
        "confirmed", "failed", "failed-twice", "passed", "rejected", "joined", "resolved", "one-of-two-resolved", "offer-overtaken", "offered",
        "photographed", "noted",
    ],
)  # fmt: skip
def test_what_each_fact_changes(facts: tuple[Happened, ...], fields: dict[str, object]) -> None:
    """After these facts the ticket says exactly this of itself."""
    ticket, _ = told(*facts)
    assert {name: getattr(ticket, name) for name in fields} == fields


def test_a_second_dispatch_does_not_wind_the_clock_back() -> None:
    """The case clock runs from the first dispatch, however often a ticket goes around."""
    again = (Fact.DISPATCHED, "dan", {"unit": "fire", "person": "finn"})
    ticket, _ = told(ACCEPTED, DISPATCHED, RETURNED, again)
    assert (ticket.clock_started_at, ticket.unit, ticket.assignee) == (at(2), "fire", "finn")


def test_whoever_was_given_it_back_twice_is_barred_once() -> None:
    """Bars are a set in the order of their coming, and both dispatchers are on it."""
    again = (Fact.DISPATCHED, "dan", {"unit": "order"})
    ticket, _ = told(ACCEPTED, DISPATCHED, RETURNED, again, RETURNED)
    assert ticket.barred == {Move.DISPATCH: ("dora", "dan")}


@pytest.mark.parametrize(
    ("event", "said"),
    [
        ({"fact": Fact.PASSED}, "passed cannot happen to a ticket that is dispatched"),
        ({"number": 5}, "event 5 of t does not follow version 3 of t"),
        ({"number": 3}, "event 3 of t does not follow version 3 of t"),
        ({"ticket": "u"}, "event 4 of u does not follow version 3 of t"),
    ],
    ids=["impossible", "gap", "repeat", "another-ticket"],
)
def test_an_event_that_does_not_follow_is_an_error(event: dict[str, Any], said: str) -> None:
    """The fold names the event and the version that it does not fit."""
    ticket, _ = told(ACCEPTED, DISPATCHED)
    fields: dict[str, Any] = {"ticket": "t", "number": 4, "fact": Fact.NOTED, "at": NOON, "actor": "x"}
    wrong = TicketEvent(**(fields | event))
    with pytest.raises(HistoryError, match=re.escape(said)):
        apply(ticket, wrong)


@pytest.mark.parametrize(
    "first",
    [
        TicketEvent(ticket="t", number=1, fact=Fact.ACCEPTED, at=NOON, actor="x", particulars=Particulars(opening=ABOUT)),
        TicketEvent(ticket="t", number=2, fact=Fact.REPORTED, at=NOON, actor="x", particulars=Particulars(opening=ABOUT)),
        TicketEvent(ticket="t", number=1, fact=Fact.REPORTED, at=NOON, actor="x"),
    ],
    ids=["another-fact", "second-event", "about-nothing"],
)
def test_a_history_begins_with_what_it_is_about(first: TicketEvent) -> None:
    """A ticket without its report, or with one that says nothing, is never made up."""
    with pytest.raises(HistoryError, match="a ticket begins with reported and says what it is about"):
        fold([first])


def test_no_history_is_no_ticket() -> None:
    """An empty history is an error and not an empty ticket."""
    with pytest.raises(HistoryError, match="at least one event"):
        fold([])


FORGERIES: dict[str, Any] = {
    "ticket": "u",
    "number": 3,
    "fact": Fact.REJECTED,
    "at": NOON + 7,
    "actor": "mallory",
    "particulars": Particulars(standard=msgspec.structs.replace(LIMIT, limit=300)),
    "previous": "0" * 64,
    "hash": "0" * 64,
}


@pytest.mark.parametrize("field", list(FORGERIES))
def test_a_forged_field_breaks_the_chain(field: str) -> None:
    """Whichever field of an event is changed afterwards, that event is named."""
    _, history = told(ACCEPTED, DISPATCHED)
    assert set(FORGERIES) == set(TicketEvent.__struct_fields__)
    forged = msgspec.structs.replace(history[1], **{field: FORGERIES[field]})
    assert broken_link([history[0], forged, history[2]]) is forged


@pytest.mark.parametrize("field", ["fact", "at", "actor", "particulars"])
def test_a_forgery_that_is_sealed_again_breaks_the_next_link(field: str) -> None:
    """A forger who works out the hash anew is found at the event after it."""
    _, history = told(ACCEPTED, DISPATCHED)
    forged = seal(msgspec.structs.replace(history[1], **{field: FORGERIES[field]}))
    assert broken_link([history[0], forged, history[2]]) is history[2]


def test_a_hash_is_of_everything_but_itself() -> None:
    """Sealing twice changes nothing, and the first event follows from nothing."""
    _, history = told(ACCEPTED)
    assert history[0].previous == GENESIS
    assert history[1].previous == history[0].hash == digest(history[0])
    assert seal(seal(history[1])) == history[1]
    assert re.fullmatch("[0-9a-f]{64}", history[1].hash)
