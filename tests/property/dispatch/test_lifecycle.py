"""Laws of the closed loop: whatever people try, the table holds."""

from hypothesis import given, settings
from hypothesis import strategies as st

from config.moment import SECOND
from config.people import Role
from dispatch.actor import SYSTEM
from dispatch.command import FactCommand, MoveCommand
from dispatch.decide import Decision, decide, decide_fact
from dispatch.desk import Desk, Situation
from dispatch.event import TicketEvent, broken_link
from dispatch.intake import take
from dispatch.lifecycle import ENDED, PEOPLES_STORY, ROWS, TABLE, Fact, Move, Need, State
from dispatch.permission import legal_moves
from dispatch.refusal import Refusal, RefusalKind
from dispatch.ticket import Ticket, apply, fold
from streams.alert import TicketPolicy
from tests.fakes.town import NOON, PEOPLE, PHOTO, SMOKE, actor, alert, town

DESK = Desk(town())
RETURNS = {row.move for row in ROWS if Need.REASON in row.needs}
FORWARD = {row.undoes for row in ROWS if row.undoes is not None}


def situation(step: int) -> Situation:
    return Situation(NOON + step * SECOND, DESK, {})


def fresh(policy: TicketPolicy) -> tuple[Ticket, list[TicketEvent]]:
    intake = take(alert(ticket=policy), None, (), situation(0))
    assert intake.ticket is not None
    return intake.ticket, list(intake.events)


texts = st.none() | st.just("because")
photos = st.sampled_from([(), (PHOTO,), ("not a reference",)])
moves = st.builds(
    MoveCommand,
    ticket=st.just("x"), move=st.sampled_from(list(Move)), version=st.integers(0, 2).map(lambda late: -late), reason=texts, note=texts,
    photos=photos, person=st.none() | st.sampled_from([*PEOPLE, "nobody"]), unit=st.none() | st.sampled_from(["order", "crew", "fire", "nowhere"]),
    standard=st.none() | st.sampled_from(["parked illegally", "nonsense"]),
)  # fmt: skip
facts = st.builds(FactCommand, ticket=st.just("x"), fact=st.sampled_from(list(Fact)), note=texts, photos=photos)
steps = st.lists(st.tuples(st.sampled_from([*PEOPLE]), moves | facts), max_size=40)


def attempt(ticket: Ticket, history: list[TicketEvent], step: int, person: str, command: MoveCommand | FactCommand) -> Decision:
    if isinstance(command, FactCommand):
        return decide_fact(ticket, command, actor(person), NOON + step)
    late = MoveCommand(
        **{name: getattr(command, name) for name in command.__struct_fields__} | {"version": ticket.version + command.version}
    )
    return decide(ticket, history, late, actor(person), situation(step))


@settings(max_examples=300, deadline=None)
@given(st.sampled_from([TicketPolicy.AUTO, TicketPolicy.CONFIRM]), steps)
def test_random_commands_never_leave_the_table(policy: TicketPolicy, tried: list[tuple[str, MoveCommand | FactCommand]]) -> None:
    """Every accepted command follows a row of the table, its actor's role and needs; the history stays one sound chain that folds to the ticket."""
    ticket, history = fresh(policy)
    for step, (person, command) in enumerate(tried, start=1):
        before, decision = ticket, attempt(ticket, history, step, person, command)
        if isinstance(decision, Refusal):
            continue
        for event in decision:
            ticket = apply(ticket, event)
            history.append(event)
        first = decision[0]
        if isinstance(command, MoveCommand):
            row = TABLE[before.state, command.move]
            assert first.fact is row.fact
            assert PEOPLE[person].role in row.roles
            check_needs(row.needs, first)
        else:
            assert first.fact in PEOPLES_STORY
            assert ticket.state is before.state
        check_duties(before, first)
    assert fold(history) == ticket
    assert broken_link(history) is None
    assert ticket.version == len(history)


def check_needs(needs: tuple[Need, ...], event: TicketEvent) -> None:
    told = event.particulars
    given_needs = {
        Need.REASON: told.reason, Need.NOTE: told.note, Need.PHOTO: told.photos,
        Need.STANDARD: told.standard, Need.UNIT: told.unit, Need.PERSON: told.person,
    }  # fmt: skip
    assert all(given_needs[need] for need in needs)


def check_duties(before: Ticket, event: TicketEvent) -> None:
    """Separation of duties: handler and verifier differ, and a return bars whoever was given it."""
    if event.fact in (Fact.PASSED, Fact.FAILED):
        assert event.actor not in before.handlers
    if event.fact is Fact.ACCEPTED:
        assert event.actor not in before.barred.get(Move.ACCEPT, ())
    if event.fact is Fact.DISPATCHED:
        assert event.actor not in before.barred.get(Move.DISPATCH, ())


@settings(max_examples=200, deadline=None)
@given(st.sampled_from([TicketPolicy.AUTO, TicketPolicy.CONFIRM]), steps, st.sampled_from([*PEOPLE]))
def test_legal_moves_are_those_that_are_not_forbidden(
    policy: TicketPolicy, tried: list[tuple[str, MoveCommand | FactCommand]], person: str
) -> None:
    """What an actor is told to be legal is what a command of theirs is not refused for, as far as its fields go."""
    ticket, history = fresh(policy)
    for step, (who, command) in enumerate(tried, start=1):
        decision = attempt(ticket, history, step, who, command)
        if not isinstance(decision, Refusal):
            for event in decision:
                ticket = apply(ticket, event)
                history.append(event)
    legal = {move.move for move in legal_moves(ticket, actor(person))}
    for move in Move:
        bare = MoveCommand(ticket=ticket.id, move=move, version=ticket.version)
        decision = decide(ticket, history, bare, actor(person), situation(99))
        allowed = not isinstance(decision, Refusal) or decision.kind is RefusalKind.INCOMPLETE
        assert allowed == (move in legal)


def test_every_state_but_suspended_can_be_reached() -> None:
    """The table leads from reported to every state; suspension comes with its own rows."""
    reached, waiting = set[State](), [State.REPORTED]
    while waiting:
        state = waiting.pop()
        if state not in reached:
            reached.add(state)
            waiting.extend(row.to for row in ROWS if row.state is state)
    assert set(State) - reached == {State.SUSPENDED}


def test_the_table_says_each_move_once_and_ends_where_it_ends() -> None:
    """State and move name one row, state and fact too; nothing leads out of an ended ticket."""
    assert len(TABLE) == len(ROWS) == len({(row.state, row.fact) for row in ROWS})
    assert not [row for row in ROWS if row.state in ENDED]


def test_every_return_has_a_reason() -> None:
    """Whatever takes a ticket back or ends it without a result asks for a reason."""
    assert {Move.REJECT, Move.WITHDRAW, Move.RETURN, Move.HAND_BACK, Move.REDO, Move.FAIL} == RETURNS
    assert {Move.ACCEPT, Move.DISPATCH} == FORWARD


def test_submitting_asks_for_photo_and_note_and_closing_for_a_standard() -> None:
    """The needs of the design stand in the table."""
    assert TABLE[State.HANDLING, Move.SUBMIT].needs == (Need.PHOTO, Need.NOTE)
    assert TABLE[State.REPORTED, Move.ACCEPT].needs == TABLE[State.VERIFYING, Move.PASS].needs == (Need.STANDARD,)


def test_nobody_but_collectors_verify() -> None:
    """Passing and failing are the collector's alone, not even the administrator's."""
    for move in (Move.PASS, Move.FAIL):
        assert TABLE[State.VERIFYING, move].roles == {Role.COLLECTOR}


def test_the_system_acts_on_an_emergency_without_acceptors() -> None:
    """Even when its rule asks for confirmation, an emergency is accepted and dispatched at once."""
    intake = take(alert(SMOKE, ticket=TicketPolicy.CONFIRM), None, (), situation(0))
    assert intake.ticket is not None
    assert intake.ticket.state is State.DISPATCHED
    assert {event.actor for event in intake.events} == {SYSTEM.id}
