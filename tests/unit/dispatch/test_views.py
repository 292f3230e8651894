"""What people are shown: lights, clocks, choices, alerts and pages."""

import msgspec
import pytest

from config.matters import Calendar
from config.moment import SECOND, Micros
from dispatch.alertcase import AlertState, absorb, acknowledge, begin
from dispatch.clocks.caseclock import case_due, clocks_of
from dispatch.clocks.lights import Light, light_of
from dispatch.command import MoveCommand
from dispatch.decide import decide
from dispatch.desk import Desk, Situation
from dispatch.intake import take
from dispatch.lifecycle import Move, State
from dispatch.paging import bounded, mark, read_mark
from dispatch.ticket import Ticket, apply
from dispatch.views import choices_of, hidden, unknown_alert, unknown_ticket
from streams.alert import Change, TicketPolicy
from tests.fakes.town import BIN, NOON, PARKING, PHOTO, actor, alert, town

DESK = Desk(town())
HOUR: Micros = 3600 * SECOND


def opened(category: str = PARKING, policy: TicketPolicy = TicketPolicy.AUTO) -> Ticket:
    ticket = take(alert(category, ticket=policy), None, (), Situation(NOON, DESK, {})).ticket
    assert ticket is not None
    return ticket


def moved(ticket: Ticket, at: Micros, who: str, move: Move, **fields: object) -> Ticket:
    command = MoveCommand(ticket=ticket.id, move=move, version=ticket.version, **fields)  # type: ignore[arg-type]
    made = decide(ticket, (), command, actor(who), Situation(at, DESK, {}))
    assert isinstance(made, tuple), made
    for event in made:
        ticket = apply(ticket, event)
    return ticket


def handled(ticket: Ticket, at: Micros) -> Ticket:
    return moved(moved(ticket, at, "sue", Move.ASSIGN), at, "sue", Move.SUBMIT, note="x", photos=(PHOTO,))


@pytest.mark.parametrize(
    ("counted", "light"),
    [(0, Light.GREEN), (80, Light.GREEN), (81, Light.YELLOW), (100, Light.YELLOW), (101, Light.RED)],
)
def test_lights_change_beyond_their_bounds(counted: int, light: Light) -> None:
    """At 80 % it is still green, at 100 % still yellow."""
    assert light_of(counted, 100) is light


def test_a_limit_of_nothing_is_red_at_once() -> None:
    """Without a limit any counted time is beyond it."""
    assert (light_of(0, 0), light_of(1, 0)) == (Light.GREEN, Light.RED)


def test_the_case_clock_runs_from_the_dispatch() -> None:
    """Before dispatch there is no clock; from then on it shows the standard's limit and what has passed."""
    assert clocks_of(opened(policy=TicketPolicy.CONFIRM), DESK.calendar, NOON) == ()
    (clock,) = clocks_of(opened(), DESK.calendar, NOON + HOUR)
    assert (clock.name, clock.type.value, clock.limit, clock.started_at) == ("case", "urgent_hour", 3, NOON)
    assert (clock.counted, clock.total, clock.due_at, clock.light) == (HOUR, 3 * HOUR, NOON + 3 * HOUR, Light.GREEN)


def test_the_clock_stops_at_the_units_confirm() -> None:
    """After the confirm nothing is counted any more, however long the verification takes."""
    ticket = moved(handled(opened(), NOON + HOUR), NOON + 2 * HOUR, "lee", Move.CONFIRM)
    (clock,) = clocks_of(ticket, DESK.calendar, NOON + 100 * HOUR)
    assert (clock.stopped_at, clock.counted, clock.light) == (NOON + 2 * HOUR, 2 * HOUR, Light.GREEN)


def test_a_failed_verification_sets_the_clock_going_again() -> None:
    """The time of the verification is a pause: the due instant moves by it."""
    ticket = moved(handled(opened(), NOON + HOUR), NOON + 2 * HOUR, "lee", Move.CONFIRM)
    ticket = moved(ticket, NOON + 5 * HOUR, "cora", Move.FAIL, reason="still there")
    (clock,) = clocks_of(ticket, DESK.calendar, NOON + 6 * HOUR)
    assert (clock.due_at, clock.counted, clock.stopped_at) == (NOON + 6 * HOUR, 3 * HOUR, None)
    assert clock.light is Light.YELLOW


def test_a_working_clock_rests_over_noon() -> None:
    """A standard in work hours counts in the city's calendar: from noon on the next counted hour begins at two."""
    (clock,) = clocks_of(opened(BIN), DESK.calendar, NOON + 3 * HOUR)
    assert (clock.counted, clock.due_at) == (HOUR, NOON + 6 * HOUR)


def test_a_limit_that_is_never_reached_shows_no_clock() -> None:
    """A calendar without working time has no due instant, and the rest of the ticket is still shown."""
    never = Calendar(week=())
    assert case_due(opened(BIN), never) is None
    assert clocks_of(opened(BIN), never, NOON) == ()


def test_choices_follow_the_state() -> None:
    """Standards to accept, units with the proposal first, people of the unit, and at the end the accepted standard alone."""
    situation = Situation(NOON, DESK, {})
    ticket = opened(BIN, TicketPolicy.CONFIRM)
    assert [row.condition for row in choices_of(ticket, situation).standards] == ["bin full", "waste beside it"]
    ticket = moved(ticket, NOON, "ann", Move.ACCEPT, standard="waste beside it")
    assert choices_of(ticket, situation).units == ("order", "centre", "crew", "fire")
    ticket = moved(ticket, NOON, "dora", Move.DISPATCH)
    assert choices_of(ticket, situation).persons == ("lee", "nat", "sam", "sue")
    ticket = moved(handled(ticket, NOON), NOON, "lee", Move.CONFIRM)
    assert ticket.state is State.VERIFYING
    assert choices_of(ticket, situation).standards == (ticket.standard,)


def test_what_is_out_of_sight_is_as_unknown() -> None:
    """The refusal about a hidden row is that about one which is not there."""
    ticket = opened()
    assert not hidden(ticket, actor("sam"))
    assert hidden(ticket, actor("finn"))
    assert hidden(None, actor("root"))
    assert unknown_ticket("t").what == "There is no ticket t."
    assert unknown_alert("a").what == "There is no alert a."


def test_an_alert_is_the_fold_of_its_events() -> None:
    """Newer events replace older ones, the place stays filled in, and the resolution of the same instant wins."""
    case = begin(alert(), NOON, cell="A1", place="West House 1", unit="order")
    newer = alert(event=Change.UPDATED, after=10 * SECOND)
    case = absorb(case, newer, NOON + SECOND)
    assert (case.latest, case.changed_at, case.summary.zh) == (newer, NOON + SECOND, "West House 1 有情况")
    older = absorb(case, alert(event=Change.UPDATED, after=5 * SECOND), NOON + 2 * SECOND)
    assert older == case
    end = absorb(case, alert(event=Change.RESOLVED, after=10 * SECOND), NOON + 3 * SECOND)
    assert (end.state, end.opened_at) == (AlertState.RESOLVED, NOON)
    assert absorb(end, newer, NOON + 4 * SECOND) == end


def test_the_first_acknowledgement_stays() -> None:
    """Who acknowledged first and when is not overwritten, and new events keep it."""
    case = acknowledge(begin(alert(), NOON, cell=None, place="", unit=None), "ann", NOON + SECOND)
    assert acknowledge(case, "abe", NOON + 2 * SECOND) == case
    assert absorb(case, alert(event=Change.RESOLVED, after=SECOND), NOON + 3 * SECOND).acknowledged_by == "ann"


def test_the_tickets_changes_leave_the_old_value_alone() -> None:
    """A ticket is a value: applying an event gives another one."""
    ticket = opened()
    before = msgspec.json.encode(ticket)
    moved(ticket, NOON, "sue", Move.ASSIGN)
    assert msgspec.json.encode(ticket) == before


@pytest.mark.parametrize(("asked", "given"), [(0, 1), (-5, 1), (7, 7), (10**6, 500)])
def test_pages_are_bounded(asked: int, given: int) -> None:
    """However many rows are asked for, a page has between 1 and 500."""
    assert bounded(asked) == given


@pytest.mark.parametrize("text", ["", "x", "1", ".x", "-1.x", "1.", "１.x"])
def test_a_mark_that_nobody_gave_out_is_the_beginning(text: str) -> None:
    """A wrong mark begins anew and breaks nothing."""
    assert read_mark(text) is None


def test_a_mark_is_read_back() -> None:
    """What a page gave out is understood, with points in ids too."""
    assert read_mark(mark(NOON, "a.b")) == (NOON, "a.b")
    assert read_mark(None) is None
