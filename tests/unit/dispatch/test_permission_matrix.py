"""Who may do what: every state with every move and every role, and each relation to the ticket with its sentence."""

import pytest

from config.kinds import Text
from config.people import Role
from dispatch.actor import SYSTEM, Actor
from dispatch.command import MoveCommand
from dispatch.decide import decide
from dispatch.desk import Desk, Situation
from dispatch.event import Opening
from dispatch.lifecycle import TABLE, Move, State
from dispatch.permission import legal_moves, objection
from dispatch.refusal import Refusal, RefusalKind
from dispatch.ticket import Ticket
from streams.alert import Severity
from tests.fakes.town import NOON, PARKING, actor, town

HERE = Situation(NOON, Desk(town()), {})

ALLOWED: dict[tuple[State, Role], set[Move]] = {
    (State.REPORTED, Role.ACCEPTOR): {Move.ACCEPT, Move.REJECT, Move.ASK_CHECK, Move.WITHDRAW},
    (State.REPORTED, Role.ADMIN): {Move.ACCEPT, Move.REJECT, Move.ASK_CHECK, Move.WITHDRAW},
    (State.CHECKING, Role.COLLECTOR): {Move.REPORT_BACK},
    (State.ACCEPTED, Role.DISPATCHER): {Move.DISPATCH, Move.RETURN, Move.WITHDRAW},
    (State.ACCEPTED, Role.ADMIN): {Move.DISPATCH, Move.RETURN, Move.WITHDRAW},
    (State.DISPATCHED, Role.LEADER): {Move.ASSIGN, Move.RETURN},
    (State.DISPATCHED, Role.STAFF): {Move.ASSIGN},
    (State.HANDLING, Role.STAFF): {Move.SUBMIT, Move.HAND_BACK},
    (State.HANDLED, Role.LEADER): {Move.CONFIRM, Move.REDO},
    (State.VERIFYING, Role.COLLECTOR): {Move.PASS, Move.FAIL},
}
"""The whole matrix; what is not here is refused."""


def ticket(state: State, **changes: object) -> Ticket:
    """A ticket of unit ``order`` in the hands of ``sue``, offered for withdrawal."""
    fields: dict[str, object] = {"unit": "order", "assignee": "sue", "handlers": ("sue",), "withdrawal_offered_at": NOON} | changes
    about = Opening(category=PARKING, severity=Severity.MINOR, summary=Text(en="x", zh="x"))
    return Ticket(
        id="t", version=3, state=state, opening=about, opened_at=NOON, changed_at=NOON, changed_by="system", hash="h", **fields  # type: ignore[arg-type]
    )  # fmt: skip


def one_of(role: Role, unit: str = "order", name: str | None = None) -> Actor:
    """Somebody of a role in a unit; staff are ``sue``, who has the ticket."""
    return Actor(id=name or ("sue" if role is Role.STAFF else f"the-{role.value}"), role=role, unit=unit, units=frozenset({unit}))


@pytest.mark.parametrize("move", list(Move), ids=lambda move: move.value)
@pytest.mark.parametrize("state", list(State), ids=lambda state: state.value)
def test_each_cell_of_the_matrix(state: State, move: Move) -> None:
    """For each of the six roles a move is allowed, forbidden to the role, or unknown in the state, and the list of legal moves says the same."""
    at, wanted, found = ticket(state), {}, {}
    for role in Role:
        who = one_of(role)
        decision = decide(at, (), MoveCommand(ticket="t", move=move, version=3), who, HERE)
        kind = decision.kind if isinstance(decision, Refusal) and decision.kind is not RefusalKind.INCOMPLETE else None
        found[role] = (kind, move in {legal.move for legal in legal_moves(at, who)})
        no = RefusalKind.FORBIDDEN if (state, move) in TABLE else RefusalKind.ILLEGAL
        allowed = move in ALLOWED.get((state, role), set())
        wanted[role] = (None if allowed else no, allowed)
    assert found == wanted


@pytest.mark.parametrize("state", list(State), ids=lambda state: state.value)
def test_a_legal_move_says_what_it_needs_and_leads_to(state: State) -> None:
    """What the staff page is told of a move is what the table says of it."""
    for role in Role:
        for legal in legal_moves(ticket(state), one_of(role)):
            row = TABLE[state, legal.move]
            assert (legal.to, legal.needs) == (row.to, row.needs)


@pytest.mark.parametrize(
    ("state", "move", "who", "changes", "said"),
    [
        (State.REPORTED, Move.ACCEPT, "lee", {}, "accept is for acceptor or admin, and lee is leader."),
        (State.REPORTED, Move.ASK_CHECK, "sam", {}, "ask check is for acceptor or admin, and sam is staff."),
        (State.CHECKING, Move.REPORT_BACK, "ann", {}, "report back is for collector, and ann is acceptor."),
        (State.HANDLING, Move.HAND_BACK, "sam", {}, "The ticket is in the hands of sue, not of sam."),
        (State.HANDLING, Move.SUBMIT, "lee", {}, "The ticket is in the hands of sue, not of lee."),
        (State.DISPATCHED, Move.ASSIGN, "sam", {}, "The ticket was proposed to sue; sam may take it when a leader gives it."),
        (State.DISPATCHED, Move.ASSIGN, "finn", {}, "The ticket belongs to unit order, and finn to fire."),
        (State.DISPATCHED, Move.ASSIGN, "nat", {"assignee": None}, "The ticket belongs to unit order, and nat to crew."),
        (State.DISPATCHED, Move.RETURN, "lee", {"unit": "fire"}, "The ticket belongs to unit fire, and lee to order."),
        (State.HANDLED, Move.CONFIRM, "lee", {"unit": "centre"}, "The ticket belongs to unit centre, and lee to order."),
        (State.VERIFYING, Move.PASS, "cora", {"handlers": ("sue", "cora")}, "cora handled this ticket, so somebody else must verify it."),
        (State.VERIFYING, Move.FAIL, "carl", {"handlers": ("carl",)}, "carl handled this ticket, so somebody else must verify it."),
        (
            State.REPORTED, Move.ACCEPT, "ann", {"barred": {Move.ACCEPT: ("abe", "ann")}},
            "ann was given this ticket back, so somebody else must accept it.",
        ),
        (
            State.REPORTED, Move.WITHDRAW, "ann", {"withdrawal_offered_at": None},
            "A ticket can be withdrawn only after its alert has cleared by itself before dispatch.",
        ),
    ],
)  # fmt: skip
def test_each_objection_has_its_sentence(state: State, move: Move, who: str, changes: dict[str, object], said: str) -> None:
    """Who is refused is told why, with the names that they know."""
    assert objection(ticket(state, **changes), TABLE[state, move], actor(who)) == said


@pytest.mark.parametrize(
    ("state", "move", "who", "changes"),
    [
        (State.HANDLING, Move.SUBMIT, "lee", {"assignee": "lee"}),
        (State.DISPATCHED, Move.ASSIGN, "lee", {"unit": "crew"}),
        (State.DISPATCHED, Move.ASSIGN, "lee", {"assignee": "sam"}),
        (State.DISPATCHED, Move.ASSIGN, "sam", {"assignee": None}),
        (State.HANDLED, Move.CONFIRM, "lee", {"unit": "crew"}),
        (State.VERIFYING, Move.PASS, "carl", {"handlers": ("cora",)}),
        (State.ACCEPTED, Move.DISPATCH, "dora", {"barred": {Move.ACCEPT: ("dora",)}}),
        (State.REPORTED, Move.ACCEPT, "abe", {"barred": {Move.ACCEPT: ("ann",)}}),
    ],
    ids=[
        "leader-in-charge",
        "unit-below",
        "leader-over-proposal",
        "free-for-all",
        "confirm-below",
        "other-verifier",
        "other-bar",
        "other-person",
    ],
)
def test_what_stands_against_nobody(state: State, move: Move, who: str, changes: dict[str, object]) -> None:
    """Relations that look like an objection and are none."""
    assert objection(ticket(state, **changes), TABLE[state, move], actor(who)) is None


@pytest.mark.parametrize("row", list(TABLE.values()), ids=lambda row: f"{row.state.value}-{row.move.value}")
def test_the_system_is_bound_by_duty_and_not_by_role(row: object) -> None:
    """The automatic path may make every move, unless it was given the ticket back or a withdrawal was never offered."""
    assert row in TABLE.values()
    known = next(found for found in TABLE.values() if found is row)
    assert objection(ticket(known.state), known, SYSTEM) is None
    assert objection(ticket(known.state, barred={known.move: ("system",)}), known, SYSTEM) is not None


def test_a_person_without_a_role_may_do_nothing() -> None:
    """A login whose person left the city's table keeps no right by accident."""
    nobody = Actor(id="gone", unit="order", units=frozenset({"order"}))
    assert [legal for state in State for legal in legal_moves(ticket(state), nobody)] == []
    assert objection(ticket(State.REPORTED), TABLE[State.REPORTED, Move.ACCEPT], nobody) == (
        "accept is for acceptor or admin, and gone is nobody."
    )
