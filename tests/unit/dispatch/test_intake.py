"""What the automatic path makes of an alert."""

import msgspec

from config.moment import SECOND, Micros
from dispatch.alertcase import AlertCase, AlertState
from dispatch.command import MoveCommand
from dispatch.decide import decide
from dispatch.desk import Desk, Situation
from dispatch.event import TicketEvent
from dispatch.intake import Intake, spot_of, take, ticket_id
from dispatch.lifecycle import Fact, Move, State
from dispatch.noise.merging import MergePolicy
from dispatch.ticket import Ticket, apply
from streams.alert import AlertEvent, Cause, Change, TicketPolicy
from tests.fakes.town import NOON, PARKING, PHOTO, SMOKE, actor, alert, town

DESK = Desk(town())
MINUTE: Micros = 60 * SECOND


def taken(
    event: AlertEvent, known: AlertCase | None = None, nearby: tuple[Ticket, ...] = (), *, after: Micros = 0, **tables: object
) -> Intake:
    desk = Desk(town(**tables)) if tables else DESK
    return take(event, known, nearby, Situation(NOON + after, desk, {}))


def ticket_of(intake: Intake) -> Ticket:
    assert intake.ticket is not None
    return intake.ticket


def moved(ticket: Ticket, *steps: tuple[str, MoveCommand]) -> Ticket:
    for person, command in steps:
        made = decide(ticket, (), command, actor(person), Situation(ticket.changed_at + SECOND, DESK, {}))
        assert isinstance(made, tuple), made
        for event in made:
            ticket = apply(ticket, event)
    return ticket


def command(ticket: Ticket, move: Move, later: int = 0, **fields: object) -> MoveCommand:
    return MoveCommand(ticket=ticket.id, move=move, version=ticket.version + later, **fields)  # type: ignore[arg-type]


def submitted(ticket: Ticket) -> Ticket:
    return moved(ticket, ("sue", command(ticket, Move.ASSIGN)), ("sue", command(ticket, Move.SUBMIT, 1, note="done", photos=(PHOTO,))))


def facts(events: tuple[TicketEvent, ...]) -> list[Fact]:
    return [event.fact for event in events]


def test_the_ticket_of_an_alert_has_always_the_same_id() -> None:
    """Automatic tickets are named after their alert, so that a repeat cannot open a second one."""
    first, second = taken(alert()), taken(alert(), after=MINUTE)
    assert ticket_of(first).id == ticket_of(second).id == ticket_id(alert().id)
    assert first.alert.ticket == ticket_of(first).id


def test_routing_that_finds_no_unit_leaves_the_ticket_with_the_dispatcher() -> None:
    """An automatic ticket that nobody answers for is accepted and waits for a person."""
    intake = taken(alert(), responsibilities=())
    assert ticket_of(intake).state is State.ACCEPTED


def test_an_alert_without_category_is_routed_by_the_rows_for_all() -> None:
    """It is not dropped: it goes to whoever answers for every category."""
    assert ticket_of(taken(alert("06042"))).unit == "order"
    intake = take(msgspec.structs.replace(alert(), category=None), None, (), Situation(NOON, DESK, {}))
    assert (ticket_of(intake).opening.category, ticket_of(intake).unit) == ("00000", "centre")


def test_a_new_episode_joins_work_that_is_still_to_be_done() -> None:
    """While the ticket is dispatched or in hands, a new episode at its place is one more alert of it."""
    ticket = ticket_of(taken(alert()))
    later = alert(starts_at=NOON + 10 * MINUTE)
    for state in (ticket, moved(ticket, ("sue", command(ticket, Move.ASSIGN)))):
        intake = taken(later, nearby=(state,), after=10 * MINUTE)
        assert facts(intake.events) == [Fact.ALERT_JOINED]
        assert ticket_of(intake).alerts == (alert().id, later.id)
        assert ticket_of(intake).state is state.state


def test_a_new_episode_after_the_result_follows_in_a_ticket_of_its_own() -> None:
    """Once people believe the trouble gone, the next episode is new work that names the old."""
    old = submitted(ticket_of(taken(alert())))
    intake = taken(alert(starts_at=NOON + 10 * MINUTE), nearby=(old,), after=10 * MINUTE)
    assert ticket_of(intake).id != old.id
    assert ticket_of(intake).follows == old.id


def test_beyond_the_window_a_new_episode_has_nothing_to_do_with_the_old() -> None:
    """After the policy's window a new ticket is opened and follows nothing."""
    old = ticket_of(taken(alert()))
    late = MergePolicy().window + MINUTE
    intake = taken(alert(starts_at=NOON + late), nearby=(old,), after=late)
    assert (ticket_of(intake).id != old.id, ticket_of(intake).follows) == (True, None)


def test_the_end_of_the_alert_is_offered_for_withdrawal_before_dispatch_only() -> None:
    """Cleared by itself: before dispatch an offer, afterwards a fact, and in neither case is the state changed."""
    for policy, wanted in (
        (TicketPolicy.CONFIRM, [Fact.ALERT_RESOLVED, Fact.WITHDRAWAL_OFFERED]),
        (TicketPolicy.AUTO, [Fact.ALERT_RESOLVED]),
    ):
        first = taken(alert(ticket=policy))
        end = taken(alert(event=Change.RESOLVED, after=MINUTE, ticket=policy), first.alert, (ticket_of(first),), after=MINUTE)
        assert facts(end.events) == wanted
        assert ticket_of(end).state is ticket_of(first).state
        assert end.alert.state is AlertState.RESOLVED


def test_an_alert_that_ended_with_its_rule_is_offered_with_that_reason() -> None:
    """Nobody saw the trouble go: the offer says that the rule was removed, or changed and began anew."""
    first = taken(alert(ticket=TicketPolicy.CONFIRM))
    for cause, words in ((None, "cleared by itself"), (Cause.RULE_REMOVED, "rule was removed"), (Cause.RULE_RESET, "rule was changed")):
        event = msgspec.structs.replace(alert(event=Change.RESOLVED, after=MINUTE, ticket=TicketPolicy.CONFIRM), cause=cause)
        offer = taken(event, first.alert, (ticket_of(first),), after=MINUTE).events[-1]
        assert offer.fact is Fact.WITHDRAWAL_OFFERED
        assert words in (offer.particulars.reason or "")


def test_an_offer_waits_for_the_last_of_several_alerts() -> None:
    """As long as one of a ticket's alerts fires, nothing has cleared."""
    first = taken(alert(ticket=TicketPolicy.CONFIRM))
    again = alert(starts_at=NOON + MINUTE, ticket=TicketPolicy.CONFIRM)
    joined = taken(again, None, (ticket_of(first),), after=MINUTE)
    one = taken(
        alert(event=Change.RESOLVED, after=2 * MINUTE, ticket=TicketPolicy.CONFIRM), first.alert, (ticket_of(joined),), after=2 * MINUTE
    )
    assert facts(one.events) == [Fact.ALERT_RESOLVED]
    assert ticket_of(one).alert_resolved_at is None
    end = alert(event=Change.RESOLVED, starts_at=NOON + MINUTE, after=2 * MINUTE, ticket=TicketPolicy.CONFIRM)
    both = taken(end, joined.alert, (ticket_of(one),), after=3 * MINUTE)
    assert facts(both.events) == [Fact.ALERT_RESOLVED, Fact.WITHDRAWAL_OFFERED]


def test_an_accepted_ticket_can_be_withdrawn_after_the_offer() -> None:
    """The dispatcher takes the offer with a reason, and the ticket is cancelled."""
    first = taken(alert(ticket=TicketPolicy.CONFIRM))
    accepted = moved(ticket_of(first), ("ann", command(ticket_of(first), Move.ACCEPT)))
    end = taken(alert(event=Change.RESOLVED, after=MINUTE, ticket=TicketPolicy.CONFIRM), first.alert, (accepted,), after=MINUTE)
    done = moved(ticket_of(end), ("dora", command(ticket_of(end), Move.WITHDRAW, reason="gone by itself")))
    assert done.state is State.CANCELLED


def test_a_second_resolution_is_not_noted_again() -> None:
    """What the ticket already knows is not written twice."""
    first = taken(alert())
    end = alert(event=Change.RESOLVED, after=MINUTE)
    once = taken(end, first.alert, (ticket_of(first),), after=MINUTE)
    twice = taken(end, once.alert, (ticket_of(once),), after=2 * MINUTE)
    assert twice.events == ()


def test_an_alert_that_is_first_heard_of_at_its_end_opens_nothing() -> None:
    """There is nothing left to do about it."""
    assert taken(alert(event=Change.RESOLVED, after=MINUTE)).ticket is None


def test_an_older_event_does_not_bring_a_resolved_alert_back() -> None:
    """A repeat of the firing after the resolution leaves the alert resolved."""
    first = taken(alert())
    end = taken(alert(event=Change.RESOLVED, after=MINUTE), first.alert, (ticket_of(first),))
    again = taken(alert(event=Change.UPDATED, after=SECOND), end.alert, (ticket_of(end),))
    assert again.alert.state is AlertState.RESOLVED


def test_life_safety_is_carried_on() -> None:
    """Ticket and place know that lives are at stake."""
    opening = ticket_of(taken(alert(SMOKE))).opening
    assert (opening.life_safety, opening.place, opening.cell) == (True, "East", "B")
    assert opening.summary.zh == "East 有情况"


def test_the_same_place_is_source_and_zone_or_else_the_cell() -> None:
    """Neighbouring sensors in one cell are different places; alerts without a source share their cell."""
    assert spot_of(PARKING, "camera/1", "bay", "A") != spot_of(PARKING, "camera/1", "gate", "A")
    assert spot_of(PARKING, "camera/1", "bay", "A") == spot_of(PARKING, "camera/1", "bay", "B")
    assert spot_of(PARKING, None, None, "A") == spot_of(PARKING, None, "x", "A")
    assert spot_of(PARKING, None, None, "A") != spot_of(SMOKE, None, None, "A")
