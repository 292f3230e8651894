"""What an alert becomes, by the state of what is there already, its policy and its urgency."""

import msgspec
import pytest

from config.moment import SECOND, Micros
from dispatch.actor import SYSTEM
from dispatch.alertcase import AlertState
from dispatch.change import Addresses, of_decision, of_intake
from dispatch.desk import Desk, Situation
from dispatch.event import TicketEvent, broken_link
from dispatch.intake import UNDISPATCHED, Intake, spot_of, take, ticket_id
from dispatch.lifecycle import ENDED, Fact, State
from dispatch.noise.merging import JOINABLE, MergePolicy
from dispatch.query import Subject
from dispatch.ticket import Ticket, following
from streams.alert import Change, Severity, TicketPolicy
from tests.fakes.town import BIN, HOOK, NOON, PARKING, SMOKE, alert, town

DESK = Desk(town())
MINUTE: Micros = 60 * SECOND
WINDOW = MergePolicy().window


def here(after: Micros = 0) -> Situation:
    return Situation(NOON + after, DESK, {})


def opened(category: str = PARKING, policy: TicketPolicy = TicketPolicy.AUTO) -> Intake:
    return take(alert(category, ticket=policy), None, (), here())


def standing(state: State, changed_at: Micros = NOON) -> Ticket:
    """The ticket of the alert at noon, as it would stand in a state."""
    ticket = opened().ticket
    assert ticket is not None
    return msgspec.structs.replace(ticket, state=state, changed_at=changed_at)


AUTO_FACTS = [Fact.REPORTED, Fact.ACCEPTED, Fact.DISPATCHED]


@pytest.mark.parametrize(
    ("category", "policy", "life_safety", "facts"),
    [
        (PARKING, TicketPolicy.NONE, False, None),
        (PARKING, TicketPolicy.CONFIRM, False, [Fact.REPORTED]),
        (PARKING, TicketPolicy.AUTO, False, AUTO_FACTS),
        (PARKING, TicketPolicy.CONFIRM, True, AUTO_FACTS),
        (PARKING, TicketPolicy.NONE, True, None),
        (SMOKE, TicketPolicy.CONFIRM, False, AUTO_FACTS),
        (SMOKE, TicketPolicy.CONFIRM, True, AUTO_FACTS),
        (SMOKE, TicketPolicy.AUTO, True, AUTO_FACTS),
        (SMOKE, TicketPolicy.NONE, True, None),
        (BIN, TicketPolicy.AUTO, False, AUTO_FACTS),
    ],
)
def test_policy_and_urgency_decide_how_far_it_goes(
    category: str, policy: TicketPolicy, life_safety: bool, facts: list[Fact] | None
) -> None:
    """``none`` opens nothing; ``confirm`` waits for an acceptor unless the category or the alert is an emergency; ``auto`` goes all the way."""
    intake = take(alert(category, ticket=policy, life_safety=life_safety), None, (), here())
    assert (None if intake.ticket is None else [event.fact for event in intake.events]) == facts
    assert {event.actor for event in intake.events} <= {SYSTEM.id}
    assert broken_link(intake.events) is None
    assert intake.alert.state is AlertState.FIRING


@pytest.mark.parametrize("state", list(State), ids=lambda state: state.value)
def test_joins_or_follows_by_the_state_of_the_old_ticket(state: State) -> None:
    """While work is still to be done a new episode joins it; afterwards it gets a ticket of its own that names the old one."""
    old = standing(state)
    new = alert(starts_at=NOON + 10 * MINUTE)
    intake = take(new, None, (old,), here(10 * MINUTE))
    assert intake.ticket is not None
    joins = state in {State.REPORTED, State.CHECKING, State.ACCEPTED, State.DISPATCHED, State.HANDLING}
    if joins:
        assert (intake.ticket.id, [event.fact for event in intake.events]) == (old.id, [Fact.ALERT_JOINED])
        assert intake.ticket.alerts == (*old.alerts, new.id)
        assert intake.before == old
    else:
        assert (intake.ticket.id, intake.ticket.follows, intake.before) == (ticket_id(new.id), old.id, None)
    assert intake.alert.ticket == intake.ticket.id
    assert joins is (state in JOINABLE)


def test_the_sets_of_states_are_those_of_the_design() -> None:
    """What may be joined or withdrawn is never an end, and before dispatch is a part of what may be joined."""
    assert UNDISPATCHED < JOINABLE
    assert JOINABLE.isdisjoint(ENDED)


@pytest.mark.parametrize(("late", "joins"), [(0, True), (WINDOW - 1, True), (WINDOW, True), (WINDOW + 1, False)])
def test_the_window_ends_after_its_last_instant(late: Micros, joins: bool) -> None:
    """At exactly the window's length a ticket is still about the same trouble, one microsecond later it is not."""
    old = standing(State.DISPATCHED)
    intake = take(alert(starts_at=NOON + late), None, (old,), here(late))
    assert intake.ticket is not None
    assert (intake.ticket.id == old.id) is joins
    assert intake.ticket.follows is None


def test_of_several_old_tickets_the_latest_is_followed() -> None:
    """Ended tickets at one place: the one that changed last is the one before."""
    first, last = standing(State.CLOSED, NOON - 5 * MINUTE), standing(State.CLOSED, NOON - MINUTE)
    first, last = (msgspec.structs.replace(each, id=name) for each, name in ((first, "first"), (last, "last")))
    intake = take(alert(), None, (last, first), here())
    assert intake.ticket is not None
    assert intake.ticket.follows == "last"


def test_an_open_ticket_is_joined_rather_than_an_ended_one_followed() -> None:
    """Work that is still to be done wins, even when an ended ticket changed later."""
    open_one = msgspec.structs.replace(standing(State.DISPATCHED, NOON - 9 * MINUTE), id="open")
    ended = msgspec.structs.replace(standing(State.CLOSED, NOON), id="ended")
    intake = take(alert(), None, (ended, open_one), here())
    assert intake.ticket is not None
    assert (intake.ticket.id, intake.alert.ticket) == ("open", "open")


@pytest.mark.parametrize("state", list(State), ids=lambda state: state.value)
def test_the_end_of_an_alert_by_the_state_of_its_ticket(state: State) -> None:
    """Noted while the ticket lives, offered for withdrawal before dispatch, nothing after the end; the state is never changed."""
    first = opened()
    old = standing(state)
    intake = take(alert(event=Change.RESOLVED, after=MINUTE), first.alert, (old,), here(MINUTE))
    offered = state in {State.REPORTED, State.CHECKING, State.ACCEPTED}
    wanted = [] if state in ENDED else [Fact.ALERT_RESOLVED, *([Fact.WITHDRAWAL_OFFERED] if offered else [])]
    assert [event.fact for event in intake.events] == wanted
    assert intake.alert.state is AlertState.RESOLVED
    if intake.ticket is not None:
        assert intake.ticket.state is state
        assert (intake.ticket.withdrawal_offered_at is not None) is offered


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ((PARKING, "camera/1", "bay", "A"), (PARKING, "camera/1", "bay", "B"), True),
        ((PARKING, "camera/1", "bay", "A"), (PARKING, "camera/1", "gate", "A"), False),
        ((PARKING, "camera/1", "bay", "A"), (PARKING, "camera/2", "bay", "A"), False),
        ((PARKING, "camera/1", "bay", "A"), (BIN, "camera/1", "bay", "A"), False),
        ((PARKING, "camera/1", None, "A"), (PARKING, "camera/1", "bay", "A"), False),
        ((PARKING, None, None, "A"), (PARKING, None, "bay", "A"), True),
        ((PARKING, None, None, "A"), (PARKING, None, None, "B"), False),
        ((PARKING, None, None, None), (PARKING, None, None, None), True),
        ((PARKING, "A", None, None), (PARKING, None, None, "A"), False),
    ],
)
def test_what_counts_as_the_same_place(
    one: tuple[str, str | None, str | None, str | None], other: tuple[str, str | None, str | None, str | None], same: bool
) -> None:
    """Category and source with its zone; without a source, category and cell; and a source is never taken for a cell."""
    assert (spot_of(*one) == spot_of(*other)) is same


def test_a_transaction_writes_alert_ticket_and_a_line_for_each_fact() -> None:
    """The change of an automatic alert holds everything that is written, in the order in which people hear of it."""
    event = alert()
    change = of_intake(opened(), event, Addresses(DESK, HOOK))
    assert change.alert is not None
    assert change.ticket is not None
    assert change.alert_event == event
    assert [(line.subject, line.event) for line in change.feed] == [
        (Subject.ALERT, "firing"),
        *((Subject.TICKET, fact.value) for fact in AUTO_FACTS),
    ]
    assert {line.unit for line in change.feed} == {"order"}
    assert change.ticket.spot == spot_of(PARKING, "camera/1", "bay", "A1")
    assert change.ticket.due_at == NOON + 3 * 3600 * SECOND
    assert [delivery.url for delivery in change.ticket.deliveries] == [HOOK]


def test_an_alert_without_a_ticket_writes_the_alert_alone() -> None:
    """An alert that only informs makes one line of the feed and touches no ticket."""
    event = alert(ticket=TicketPolicy.NONE)
    change = of_intake(take(event, None, (), here()), event, Addresses(DESK, HOOK))
    assert change.ticket is None
    assert [line.subject for line in change.feed] == [Subject.ALERT]


def test_a_decision_starts_from_the_version_that_it_was_made_on() -> None:
    """What a store must still find is the ticket before, and what it writes is the ticket after."""
    ticket = opened().ticket
    assert ticket is not None
    noted = following(ticket, TicketEvent(ticket=ticket.id, number=0, fact=Fact.NOTED, at=NOON, actor="sam"))
    change = of_decision(ticket, (noted,), Addresses(DESK, ""))
    assert change.ticket is not None
    assert (change.ticket.before, change.ticket.ticket.version) == (ticket, ticket.version + 1)
    assert change.alert is None
    assert [(line.actor, line.event) for line in change.feed] == [("sam", "noted")]
    assert change.ticket.deliveries == ()


@pytest.mark.parametrize("severity", list(Severity), ids=lambda severity: severity.value)
def test_a_ticket_carries_what_the_alert_said(severity: Severity) -> None:
    """Category, severity, both texts with the place, source, zone and pictures come from the alert."""
    intake = take(alert(severity=severity, evidence=("evidence:sha256/" + "0" * 64,)), None, (), here())
    assert intake.ticket is not None
    about = intake.ticket.opening
    assert (about.category, about.severity, about.source, about.zone, about.cell) == (PARKING, severity, "camera/1", "bay", "A1")
    assert (about.summary.en, about.summary.zh) == ("Trouble at West House 1", "West House 1 有情况")
    assert about.evidence == ("evidence:sha256/" + "0" * 64,)
