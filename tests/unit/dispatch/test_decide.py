"""What follows from commands: roles, separation of duties, needs and choices."""

import pytest

from config.moment import SECOND
from dispatch.actor import SYSTEM, actor_of, sees, subtree
from dispatch.command import FactCommand, MoveCommand
from dispatch.decide import Decision, decide, decide_fact
from dispatch.desk import Desk, Situation
from dispatch.event import TicketEvent, broken_link
from dispatch.intake import take
from dispatch.lifecycle import Fact, Move, Need, State
from dispatch.permission import legal_moves
from dispatch.refusal import Refusal, RefusalKind
from dispatch.ticket import HistoryError, Ticket, apply, fold, following
from streams.alert import TicketPolicy
from tests.fakes.town import BIN, NOON, PEOPLE, PHOTO, UNITS, actor, alert, town

DESK = Desk(town())


class Case:
    """A ticket on its way; each step asserts that it was taken."""

    def __init__(self, policy: TicketPolicy = TicketPolicy.AUTO, category: str = "09009", at: int = NOON) -> None:
        intake = take(alert(category, ticket=policy), None, (), Situation(at, DESK, {}))
        assert intake.ticket is not None
        self.ticket: Ticket = intake.ticket
        self.history: list[TicketEvent] = list(intake.events)

    def tried(self, who: str, move: Move, **fields: object) -> Decision:
        """What comes of a move."""
        command = MoveCommand(ticket=self.ticket.id, move=move, version=self.ticket.version, **fields)  # type: ignore[arg-type]
        by = SYSTEM if who == "system" else actor(who)
        return decide(self.ticket, self.history, command, by, Situation(self.ticket.changed_at + SECOND, DESK, {}))

    def done(self, who: str, move: Move, **fields: object) -> "Case":
        """Make a move that must be taken."""
        decision = self.tried(who, move, **fields)
        assert isinstance(decision, tuple), decision
        for event in decision:
            self.ticket = apply(self.ticket, event)
            self.history.append(event)
        return self

    def refused(self, who: str, move: Move, **fields: object) -> Refusal:
        """Make a move that must be refused."""
        decision = self.tried(who, move, **fields)
        assert isinstance(decision, Refusal), decision
        return decision

    def submitted(self) -> "Case":
        """Taken and done."""
        return self.done("sue", Move.ASSIGN).done("sue", Move.SUBMIT, note="towed", photos=(PHOTO,))


def reported() -> Case:
    return Case(TicketPolicy.CONFIRM)


def test_the_long_way_round() -> None:
    """Report, check, accept, dispatch by people: each step by its role, with what it needs."""
    case = reported().done("ann", Move.ASK_CHECK).done("cora", Move.REPORT_BACK, note="it is there")
    case.done("ann", Move.ACCEPT).done("dora", Move.DISPATCH)
    assert (case.ticket.state, case.ticket.unit, case.ticket.assignee) == (State.DISPATCHED, "order", "sue")
    assert case.ticket.route[0] == "Unit order answers for category 09009 in cell 9."


def test_a_rejection_ends_the_ticket_with_its_reason() -> None:
    """Not accepted, with a reason; without one the command is incomplete."""
    case = reported()
    assert case.refused("ann", Move.REJECT).missing == (Need.REASON,)
    assert case.done("ann", Move.REJECT, reason="a film set").ticket.state is State.NOT_ACCEPTED


def test_whoever_got_a_return_may_not_accept_again() -> None:
    """After the dispatcher's return the same acceptor is barred, and another one is not."""
    case = reported().done("ann", Move.ACCEPT).done("dora", Move.RETURN, reason="wrong category")
    assert case.refused("ann", Move.ACCEPT).what == "ann was given this ticket back, so somebody else must accept it."
    assert Move.ACCEPT not in [legal.move for legal in legal_moves(case.ticket, actor("ann"))]
    assert case.done("abe", Move.ACCEPT).ticket.state is State.ACCEPTED


def test_whoever_got_a_return_may_not_dispatch_again() -> None:
    """The unit's return bars the dispatcher, or the system, that had sent it there."""
    case = Case().done("lee", Move.RETURN, reason="not ours")
    assert (case.ticket.state, case.ticket.unit, case.ticket.assignee) == (State.ACCEPTED, None, None)
    assert isinstance(case.tried("system", Move.DISPATCH), Refusal)
    case.done("dora", Move.DISPATCH, unit="fire").done("dora", Move.DISPATCH) if case.ticket.state is State.DISPATCHED else None
    case = (
        Case().done("lee", Move.RETURN, reason="not ours").done("dora", Move.DISPATCH, unit="order").done("lee", Move.RETURN, reason="no")
    )
    assert case.refused("dora", Move.DISPATCH, unit="fire").kind is RefusalKind.FORBIDDEN
    assert case.done("dan", Move.DISPATCH, unit="fire").ticket.assignee == "finn"


def test_the_handler_never_verifies() -> None:
    """Whoever submitted a result, even one that was sent back, may not verify, whatever their role is by now."""
    case = Case().submitted().done("lee", Move.CONFIRM)
    promoted = actor_of(PEOPLE["cora"], UNITS)
    impostor = type(promoted)(id="sue", role=promoted.role, unit=promoted.unit, units=promoted.units)
    command = MoveCommand(ticket=case.ticket.id, move=Move.PASS, version=case.ticket.version)
    answer = decide(case.ticket, case.history, command, impostor, Situation(NOON, DESK, {}))
    assert isinstance(answer, Refusal)
    assert answer.what == "sue handled this ticket, so somebody else must verify it."
    assert case.done("cora", Move.PASS).ticket.state is State.CLOSED


def test_only_the_assignee_submits() -> None:
    """Another member of the same unit cannot answer for work that is not in their hands."""
    case = Case().done("sue", Move.ASSIGN)
    assert case.refused("sam", Move.SUBMIT, note="x", photos=(PHOTO,)).what == "The ticket is in the hands of sue, not of sam."


def test_staff_take_what_was_proposed_to_them_and_leaders_give() -> None:
    """A proposal binds staff; the leader may give the ticket to anybody of the unit, and to nobody else."""
    case = Case()
    assert case.refused("sam", Move.ASSIGN).kind is RefusalKind.FORBIDDEN
    assert case.refused("sue", Move.ASSIGN, person="sam").what == "sue can take a ticket, not give it to sam."
    assert case.refused("lee", Move.ASSIGN, person="finn").what == "'finn' does not handle tickets in unit order."
    assert case.done("lee", Move.ASSIGN, person="nat").ticket.assignee == "nat"


def test_the_leader_may_take_the_proposal_over() -> None:
    """Without naming anybody the leader confirms whom routing proposed."""
    assert Case().done("lee", Move.ASSIGN).ticket.assignee == "sue"


def test_a_ticket_handed_back_is_free_again() -> None:
    """After handing back nobody is proposed, so that anybody of the unit may take it."""
    case = Case().done("sue", Move.ASSIGN).done("sue", Move.HAND_BACK, reason="ill")
    assert (case.ticket.state, case.ticket.assignee) == (State.DISPATCHED, None)
    assert case.done("sam", Move.ASSIGN).ticket.assignee == "sam"


def test_a_redo_stays_with_the_handler() -> None:
    """The leader sends a poor result back to the same hands, with a reason."""
    case = Case().submitted().done("lee", Move.REDO, reason="photo is dark")
    assert (case.ticket.state, case.ticket.assignee) == (State.HANDLING, "sue")


def test_a_unit_that_confirms_at_once_needs_no_leader() -> None:
    """By the unit's policy the result goes straight to verification, in the system's name, and the clock stops."""
    case = Case(at=NOON + 9 * 3600 * SECOND).done("lee", Move.RETURN, reason="night").done("dora", Move.DISPATCH, unit="crew")
    case.done("nat", Move.ASSIGN).done("nat", Move.SUBMIT, note="towed", photos=(PHOTO,))
    assert case.ticket.state is State.VERIFYING
    assert [(event.fact, event.actor) for event in case.history[-2:]] == [(Fact.SUBMITTED, "nat"), (Fact.CONFIRMED, "system")]
    assert case.ticket.clock_stopped_at is not None


def test_accepting_names_one_of_several_standards() -> None:
    """A category with two standards asks for one by its condition; one with a single standard fills it in."""
    case = Case(TicketPolicy.CONFIRM, BIN)
    assert case.refused("ann", Move.ACCEPT).missing == (Need.STANDARD,)
    wrong = case.refused("ann", Move.ACCEPT, standard="bin lost")
    assert (wrong.what, wrong.fix) == ("'bin lost' is not a standard to choose here.", "Known: bin full; waste beside it.")
    assert case.done("ann", Move.ACCEPT, standard="waste beside it").ticket.standard == DESK.standards_of(BIN)[1]


def test_closing_names_the_standard_that_was_accepted() -> None:
    """Another standard cannot be slipped in at the end."""
    case = Case().submitted().done("lee", Move.CONFIRM)
    assert case.refused("cora", Move.PASS, standard="bin full").kind is RefusalKind.INCOMPLETE
    assert case.done("cora", Move.PASS, standard="parked illegally").history[-1].particulars.standard == case.ticket.standard


def test_the_case_clock_pauses_while_others_verify() -> None:
    """From the unit's confirm to a failed verification the time is not the unit's."""
    case = Case().submitted().done("lee", Move.CONFIRM)
    stopped = case.ticket.clock_stopped_at
    case.done("cora", Move.FAIL, reason="still there")
    assert stopped is not None
    assert case.ticket.pauses == ((stopped, stopped + SECOND),)
    assert case.ticket.clock_stopped_at is None


def test_a_unit_that_is_not_there_is_refused() -> None:
    """Dispatching to a name that nobody knows lists the known ones."""
    case = reported().done("ann", Move.ACCEPT)
    answer = case.refused("dora", Move.DISPATCH, unit="navy")
    assert (answer.what, answer.fix) == ("There is no unit 'navy'.", "Known: centre, crew, fire, order.")


def test_the_dispatcher_may_choose_the_person() -> None:
    """A person of the unit is taken as said; one of another unit is refused."""
    case = reported().done("ann", Move.ACCEPT)
    assert case.refused("dora", Move.DISPATCH, unit="order", person="finn").missing == (Need.PERSON,)
    assert case.done("dora", Move.DISPATCH, unit="order", person="sam").ticket.route == ("The dispatcher chose sam.",)


@pytest.mark.parametrize(
    ("fields", "what"),
    [
        ({"note": "x" * 4001, "photos": (PHOTO,)}, "A text of 4001 characters is too long."),
        ({"note": "x", "photos": (PHOTO,) * 9}, "9 photos are too many."),
        ({"note": "x", "photos": ("file:///etc/passwd",)}, "'file:///etc/passwd' is not a reference to a picture."),
        ({"note": "", "photos": (PHOTO,)}, "The command lacks: note."),
        ({}, "The command lacks: photo, note."),
    ],
)
def test_a_result_is_bounded_and_complete(fields: dict[str, object], what: str) -> None:
    """Texts and photos have bounds, photos are references, and nothing that is needed is missing."""
    answer = Case().done("sue", Move.ASSIGN).refused("sue", Move.SUBMIT, **fields)
    assert (answer.kind, answer.what) == (RefusalKind.INCOMPLETE, what)


def test_a_version_from_the_future_is_stale_too() -> None:
    """A version that never was is refused, with nothing to show for it."""
    case = Case()
    command = MoveCommand(ticket=case.ticket.id, move=Move.ASSIGN, version=99)
    answer = decide(case.ticket, case.history, command, actor("sue"), Situation(NOON, DESK, {}))
    assert isinstance(answer, Refusal)
    assert (answer.kind, answer.what, answer.changed) == (RefusalKind.STALE, "The ticket is at version 3, not 99.", ())


def test_nothing_happens_to_a_closed_ticket() -> None:
    """An ended ticket has no moves and takes no facts."""
    case = Case().submitted().done("lee", Move.CONFIRM).done("cora", Move.PASS)
    assert case.refused("lee", Move.CONFIRM).fix == "Known: none."
    noted = decide_fact(case.ticket, FactCommand(ticket=case.ticket.id, fact=Fact.NOTED, note="x"), actor("sue"), NOON)
    assert isinstance(noted, Refusal)
    assert noted.kind is RefusalKind.ILLEGAL


@pytest.mark.parametrize(
    ("command", "what"),
    [
        (FactCommand(ticket="x", fact=Fact.PASSED), "'passed' is not a fact that people add."),
        (FactCommand(ticket="x", fact=Fact.ALERT_RESOLVED), "'alert_resolved' is not a fact that people add."),
        (FactCommand(ticket="x", fact=Fact.NOTED), "The command lacks: note."),
        (FactCommand(ticket="x", fact=Fact.PHOTOGRAPHED, note="x"), "The command lacks: photo."),
        (FactCommand(ticket="x", fact=Fact.PHOTOGRAPHED, photos=("x",)), "'x' is not a reference to a picture."),
        (FactCommand(ticket="x", fact=Fact.ARRIVED), "The ticket is in the hands of sue."),
    ],
)
def test_facts_that_people_may_not_add(command: FactCommand, what: str) -> None:
    """People cannot add what moves or alerts say, nor empty facts, nor arrive for somebody else."""
    answer = decide_fact(Case().ticket, command, actor("sam"), NOON)
    assert isinstance(answer, Refusal)
    assert answer.what == what


def test_a_changed_event_breaks_the_chain() -> None:
    """Editing, dropping or reordering any event of a history shows at once."""
    history = Case().submitted().history
    forged = [*history]
    forged[1] = type(history[1])(**{name: getattr(history[1], name) for name in history[1].__struct_fields__} | {"actor": "mallory"})
    assert broken_link(history) is None
    assert broken_link(forged) is forged[1]
    assert broken_link(history[1:]) is history[1]
    assert broken_link([history[0], history[2]]) is history[2]


def test_a_history_that_the_table_does_not_know_is_refused() -> None:
    """The fold never guesses: no beginning, a gap or an impossible fact is an error that says what."""
    case = Case()
    with pytest.raises(HistoryError, match="at least one event"):
        fold([])
    with pytest.raises(HistoryError, match="a ticket begins with reported"):
        fold(case.history[1:])
    with pytest.raises(HistoryError, match=r"event 3 of .* does not follow version 1"):
        fold([case.history[0], case.history[2]])
    passed = following(case.ticket, TicketEvent(ticket=case.ticket.id, number=0, fact=Fact.PASSED, at=NOON, actor="x"))
    with pytest.raises(HistoryError, match="passed cannot happen to a ticket that is dispatched"):
        apply(case.ticket, passed)


def test_the_scope_is_the_units_subtree() -> None:
    """A leader sees the units below, the crew does not see the unit above, city-wide roles see all."""
    assert subtree(UNITS, "order") == {"order", "crew"}
    assert sees(actor("lee"), "crew")
    assert not sees(actor("nat"), "order")
    assert not sees(actor("lee"), None)
    assert sees(actor("cora"), None)
    assert sees(SYSTEM, "fire")
