"""The whole-case clock of a ticket: the standard's limit, from the first dispatch to the unit's confirm."""

from config.matters import Calendar
from config.moment import Micros
from dispatch.clocks.counting import CountingError, counted, due, total_of
from dispatch.clocks.lights import ClockView, light_of
from dispatch.ticket import Ticket

CASE = "case"


def case_due(ticket: Ticket, calendar: Calendar) -> Micros | None:
    """When the limit is reached; ``None`` before dispatch, or when the calendar never gets there."""
    if ticket.clock_started_at is None or ticket.standard is None:
        return None
    try:
        return due(ticket.clock_started_at, ticket.standard.limit, ticket.standard.clock, calendar, ticket.pauses)
    except CountingError:
        return None


def clocks_of(ticket: Ticket, calendar: Calendar, now: Micros) -> tuple[ClockView, ...]:
    """Every clock of a ticket at an instant."""
    due_at = case_due(ticket, calendar)
    if ticket.clock_started_at is None or ticket.standard is None or due_at is None:
        return ()
    standard = ticket.standard
    until = ticket.clock_stopped_at if ticket.clock_stopped_at is not None else now
    passed = counted(ticket.clock_started_at, until, standard.clock, calendar, ticket.pauses)
    total = total_of(standard.limit, standard.clock, calendar)
    case = ClockView(
        name=CASE, type=standard.clock, limit=standard.limit, started_at=ticket.clock_started_at, due_at=due_at,
        stopped_at=ticket.clock_stopped_at, counted=passed, total=total, light=light_of(passed, total),
    )  # fmt: skip
    return (case,)
