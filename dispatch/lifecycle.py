"""The closed loop as one table: states, moves, who may make them, what they need, and the fact each leaves behind."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

import msgspec

from config.people import Role


class State(StrEnum):
    """Where a ticket stands."""

    REPORTED = "reported"
    CHECKING = "checking"
    ACCEPTED = "accepted"
    DISPATCHED = "dispatched"
    HANDLING = "handling"
    HANDLED = "handled"
    VERIFYING = "verifying"
    SUSPENDED = "suspended"
    CLOSED = "closed"
    NOT_ACCEPTED = "not_accepted"
    CANCELLED = "cancelled"


ENDED = frozenset({State.CLOSED, State.NOT_ACCEPTED, State.CANCELLED})
"""States without a holder: nobody owes anything any more."""


class Move(StrEnum):
    """What an actor may do to change the state."""

    ACCEPT = "accept"
    REJECT = "reject"
    ASK_CHECK = "ask_check"
    REPORT_BACK = "report_back"
    DISPATCH = "dispatch"
    RETURN = "return"
    ASSIGN = "assign"
    SUBMIT = "submit"
    HAND_BACK = "hand_back"
    CONFIRM = "confirm"
    REDO = "redo"
    PASS = "pass"  # noqa: S105  # The verb of the verifier, not a password.
    FAIL = "fail"
    WITHDRAW = "withdraw"


class Fact(StrEnum):
    """What happened, in the past tense. The first part changes the state, the second only adds to the story."""

    REPORTED = "reported"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    CHECK_ASKED = "check_asked"
    CHECKED = "checked"
    DISPATCHED = "dispatched"
    RETURNED = "returned"
    ASSIGNED = "assigned"
    SUBMITTED = "submitted"
    HANDED_BACK = "handed_back"
    CONFIRMED = "confirmed"
    REDO_ASKED = "redo_asked"
    PASSED = "passed"
    FAILED = "failed"
    WITHDRAWN = "withdrawn"

    ARRIVED = "arrived"
    NOTED = "noted"
    PHOTOGRAPHED = "photographed"
    ALERT_JOINED = "alert_joined"
    ALERT_RESOLVED = "alert_resolved"
    WITHDRAWAL_OFFERED = "withdrawal_offered"


class Holder(StrEnum):
    """Which relation to the ticket a move asks of its actor, beside the role."""

    ANYONE = "anyone"
    UNIT = "unit"
    TAKER = "taker"
    ASSIGNEE = "assignee"
    NOT_HANDLER = "not_handler"


class Need(StrEnum):
    """What a command must bring along."""

    REASON = "reason"
    NOTE = "note"
    PHOTO = "photo"
    STANDARD = "standard"
    UNIT = "unit"
    PERSON = "person"


class Row(msgspec.Struct, frozen=True):
    """One line of the table.

    Attributes:
        state: where the ticket must stand.
        move: what is done.
        to: where it stands afterwards.
        fact: what is written down.
        roles: who may; the system may wherever the automatic path says so.
        holder: relation to the ticket that is asked for.
        needs: what the command must bring along.
        undoes: for a return: the forward move that it takes back, closed from then on to whoever made it.
    """

    state: State
    move: Move
    to: State
    fact: Fact
    roles: frozenset[Role]
    holder: Holder
    needs: tuple[Need, ...] = ()
    undoes: Move | None = None


_ACCEPTORS = frozenset({Role.ACCEPTOR, Role.ADMIN})
_DISPATCHERS = frozenset({Role.DISPATCHER, Role.ADMIN})
_LEADERS = frozenset({Role.LEADER})
_TAKERS = frozenset({Role.LEADER, Role.STAFF})
_COLLECTORS = frozenset({Role.COLLECTOR})

ROWS: tuple[Row, ...] = (
    Row(State.REPORTED, Move.ACCEPT, State.ACCEPTED, Fact.ACCEPTED, _ACCEPTORS, Holder.ANYONE, (Need.STANDARD,)),
    Row(State.REPORTED, Move.REJECT, State.NOT_ACCEPTED, Fact.REJECTED, _ACCEPTORS, Holder.ANYONE, (Need.REASON,)),
    Row(State.REPORTED, Move.ASK_CHECK, State.CHECKING, Fact.CHECK_ASKED, _ACCEPTORS, Holder.ANYONE),
    Row(State.REPORTED, Move.WITHDRAW, State.CANCELLED, Fact.WITHDRAWN, _ACCEPTORS, Holder.ANYONE, (Need.REASON,)),
    Row(State.CHECKING, Move.REPORT_BACK, State.REPORTED, Fact.CHECKED, _COLLECTORS, Holder.ANYONE, (Need.NOTE,)),
    Row(State.ACCEPTED, Move.DISPATCH, State.DISPATCHED, Fact.DISPATCHED, _DISPATCHERS, Holder.ANYONE, (Need.UNIT,)),
    Row(State.ACCEPTED, Move.RETURN, State.REPORTED, Fact.RETURNED, _DISPATCHERS, Holder.ANYONE, (Need.REASON,), Move.ACCEPT),
    Row(State.ACCEPTED, Move.WITHDRAW, State.CANCELLED, Fact.WITHDRAWN, _DISPATCHERS, Holder.ANYONE, (Need.REASON,)),
    Row(State.DISPATCHED, Move.ASSIGN, State.HANDLING, Fact.ASSIGNED, _TAKERS, Holder.TAKER, (Need.PERSON,)),
    Row(State.DISPATCHED, Move.RETURN, State.ACCEPTED, Fact.RETURNED, _LEADERS, Holder.UNIT, (Need.REASON,), Move.DISPATCH),
    Row(State.HANDLING, Move.SUBMIT, State.HANDLED, Fact.SUBMITTED, _TAKERS, Holder.ASSIGNEE, (Need.PHOTO, Need.NOTE)),
    Row(State.HANDLING, Move.HAND_BACK, State.DISPATCHED, Fact.HANDED_BACK, _TAKERS, Holder.ASSIGNEE, (Need.REASON,)),
    Row(State.HANDLED, Move.CONFIRM, State.VERIFYING, Fact.CONFIRMED, _LEADERS, Holder.UNIT),
    Row(State.HANDLED, Move.REDO, State.HANDLING, Fact.REDO_ASKED, _LEADERS, Holder.UNIT, (Need.REASON,)),
    Row(State.VERIFYING, Move.PASS, State.CLOSED, Fact.PASSED, _COLLECTORS, Holder.NOT_HANDLER, (Need.STANDARD,)),
    Row(State.VERIFYING, Move.FAIL, State.DISPATCHED, Fact.FAILED, _COLLECTORS, Holder.NOT_HANDLER, (Need.REASON,)),
)
"""Every legal move. Extension, suspension and appeal will be rows of their own; their states are there already."""

TABLE: Mapping[tuple[State, Move], Row] = MappingProxyType({(row.state, row.move): row for row in ROWS})
"""The rows by state and move."""

BY_FACT: Mapping[tuple[State, Fact], Row] = MappingProxyType({(row.state, row.fact): row for row in ROWS})
"""The rows by state and the fact that a move leaves: what the fold of a history follows."""

STORY = frozenset({Fact.ARRIVED, Fact.NOTED, Fact.PHOTOGRAPHED, Fact.ALERT_JOINED, Fact.ALERT_RESOLVED, Fact.WITHDRAWAL_OFFERED})
"""Facts that do not change the state."""

PEOPLES_STORY = frozenset({Fact.ARRIVED, Fact.NOTED, Fact.PHOTOGRAPHED})
"""Those of them that people may add; the others come from the alert."""


def rows_from(state: State) -> tuple[Row, ...]:
    """The lines of the table that begin in a state."""
    return tuple(row for row in ROWS if row.state is state)
