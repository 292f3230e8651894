"""Every no of the dispatcher's desk, word for word: kind, what is wrong, the way out and what is missing."""

import pytest

from config.moment import SECOND
from dispatch.command import FactCommand, MoveCommand
from dispatch.decide import EVIDENCE, LONGEST_TEXT, MOST_PHOTOS, decide, decide_fact
from dispatch.desk import Desk, Situation
from dispatch.event import TicketEvent
from dispatch.intake import take
from dispatch.lifecycle import Fact, Move, Need, State
from dispatch.refusal import Refusal, RefusalKind
from dispatch.ticket import Ticket, apply
from streams.alert import TicketPolicy
from tests.fakes.town import BIN, NOON, PARKING, PHOTO, actor, alert, town

DESK = Desk(town())
Step = tuple[str, Move, dict[str, object]]

ACCEPT: Step = ("ann", Move.ACCEPT, {"standard": "bin full"})
DISPATCH: Step = ("dora", Move.DISPATCH, {})
TAKE: Step = ("sue", Move.ASSIGN, {})
SUBMIT: Step = ("sue", Move.SUBMIT, {"note": "done", "photos": (PHOTO,)})
CONFIRM: Step = ("lee", Move.CONFIRM, {})
PATH: dict[State, list[Step]] = {
    State.REPORTED: [],
    State.ACCEPTED: [ACCEPT],
    State.DISPATCHED: [ACCEPT, DISPATCH],
    State.HANDLING: [ACCEPT, DISPATCH, TAKE],
    State.HANDLED: [ACCEPT, DISPATCH, TAKE, SUBMIT],
    State.VERIFYING: [ACCEPT, DISPATCH, TAKE, SUBMIT, CONFIRM],
}
"""How a ticket about a full bin, which has two standards, comes to each state."""


def situation(ticket: Ticket) -> Situation:
    return Situation(ticket.changed_at + SECOND, DESK, {})


def brought_to(state: State) -> tuple[Ticket, list[TicketEvent]]:
    intake = take(alert(BIN, ticket=TicketPolicy.CONFIRM), None, (), Situation(NOON, DESK, {}))
    assert intake.ticket is not None
    ticket, history = intake.ticket, list(intake.events)
    for who, move, fields in PATH[state]:
        command = MoveCommand(ticket=ticket.id, move=move, version=ticket.version, **fields)  # type: ignore[arg-type]
        decision = decide(ticket, history, command, actor(who), situation(ticket))
        assert isinstance(decision, tuple), decision
        for event in decision:
            ticket = apply(ticket, event)
            history.append(event)
    assert ticket.state is state
    return ticket, history


UPLOAD = "Upload the picture, then use the reference."


@pytest.mark.parametrize(
    ("state", "who", "move", "fields", "what", "fix", "missing"),
    [
        (State.REPORTED, "ann", Move.ACCEPT, {}, "The command lacks: standard.", "Name one of the category's standards by its condition.", (Need.STANDARD,)),
        (
            State.REPORTED, "ann", Move.ACCEPT, {"standard": "smoke"},
            "'smoke' is not a standard to choose here.", "Known: bin full; waste beside it.", (Need.STANDARD,),
        ),
        (State.REPORTED, "ann", Move.REJECT, {}, "The command lacks: reason.", "Give a reason.", (Need.REASON,)),
        (State.REPORTED, "ann", Move.REJECT, {"reason": ""}, "The command lacks: reason.", "Give a reason.", (Need.REASON,)),
        (State.REPORTED, "ann", Move.REJECT, {"note": "only a note"}, "The command lacks: reason.", "Give a reason.", (Need.REASON,)),
        (State.ACCEPTED, "dora", Move.RETURN, {}, "The command lacks: reason.", "Give a reason.", (Need.REASON,)),
        (
            State.ACCEPTED, "dora", Move.DISPATCH, {"unit": "nowhere"},
            "There is no unit 'nowhere'.", "Known: centre, crew, fire, order.", (Need.UNIT,),
        ),
        (
            State.ACCEPTED, "dora", Move.DISPATCH, {"unit": "order", "person": "finn"},
            "'finn' does not handle tickets in unit order.", "Known: lee, nat, sam, sue.", (Need.PERSON,),
        ),
        (
            State.ACCEPTED, "dora", Move.DISPATCH, {"unit": "fire", "person": "cora"},
            "'cora' does not handle tickets in unit fire.", "Known: finn, flo.", (Need.PERSON,),
        ),
        (
            State.DISPATCHED, "lee", Move.ASSIGN, {"person": "nobody"},
            "'nobody' does not handle tickets in unit order.", "Known: lee, nat, sam, sue.", (Need.PERSON,),
        ),
        (State.DISPATCHED, "lee", Move.RETURN, {"note": "x"}, "The command lacks: reason.", "Give a reason.", (Need.REASON,)),
        (
            State.HANDLING, "sue", Move.SUBMIT, {},
            "The command lacks: photo, note.", "Add at least one photo. Say in a note what was done or seen.", (Need.PHOTO, Need.NOTE),
        ),
        (State.HANDLING, "sue", Move.SUBMIT, {"note": "done"}, "The command lacks: photo.", "Add at least one photo.", (Need.PHOTO,)),
        (
            State.HANDLING, "sue", Move.SUBMIT, {"photos": (PHOTO,)},
            "The command lacks: note.", "Say in a note what was done or seen.", (Need.NOTE,),
        ),
        (State.HANDLING, "sue", Move.SUBMIT, {"note": "x", "photos": ("a.jpg",)}, "'a.jpg' is not a reference to a picture.", UPLOAD, (Need.PHOTO,)),
        (
            State.HANDLING, "sue", Move.SUBMIT, {"note": "x", "photos": (PHOTO.upper(),)},
            f"{PHOTO.upper()!r} is not a reference to a picture.", UPLOAD, (Need.PHOTO,),
        ),
        (
            State.HANDLING, "sue", Move.SUBMIT, {"note": "x", "photos": (PHOTO,) * 9},
            "9 photos are too many.", "Send at most 8.", (Need.PHOTO,),
        ),
        (
            State.HANDLING, "sue", Move.SUBMIT, {"note": "x" * 4001, "photos": (PHOTO,)},
            "A text of 4001 characters is too long.", "Write at most 4000.", (Need.NOTE,),
        ),
        (
            State.HANDLING, "sue", Move.HAND_BACK, {"reason": "x" * 5000},
            "A text of 5000 characters is too long.", "Write at most 4000.", (Need.NOTE,),
        ),
        (
            State.VERIFYING, "cora", Move.PASS, {"standard": "waste beside it"},
            "'waste beside it' is not a standard to choose here.", "Known: bin full.", (Need.STANDARD,),
        ),
    ],
)  # fmt: skip
def test_incomplete(
    *, state: State, who: str, move: Move, fields: dict[str, object], what: str, fix: str, missing: tuple[Need, ...]
) -> None:
    """A command that lacks something, or brings what cannot be used, says which need is open and how to fill it."""
    ticket, history = brought_to(state)
    command = MoveCommand(ticket=ticket.id, move=move, version=ticket.version, **fields)  # type: ignore[arg-type]
    wanted = Refusal(kind=RefusalKind.INCOMPLETE, what=what, fix=fix, missing=missing)
    assert decide(ticket, history, command, actor(who), situation(ticket)) == wanted


@pytest.mark.parametrize(
    ("state", "move", "known"),
    [
        (State.REPORTED, Move.PASS, "accept, reject, ask_check, withdraw"),
        (State.ACCEPTED, Move.ACCEPT, "dispatch, return, withdraw"),
        (State.DISPATCHED, Move.SUBMIT, "assign, return"),
        (State.HANDLING, Move.PASS, "submit, hand_back"),
        (State.HANDLED, Move.SUBMIT, "confirm, redo"),
        (State.VERIFYING, Move.CONFIRM, "pass, fail"),
    ],
)
def test_a_move_of_another_state(state: State, move: Move, known: str) -> None:
    """What cannot be done now is refused with what can, whoever asks."""
    ticket, history = brought_to(state)
    for who in ("root", "sue", "cora"):
        command = MoveCommand(ticket=ticket.id, move=move, version=ticket.version)
        assert decide(ticket, history, command, actor(who), situation(ticket)) == Refusal(
            kind=RefusalKind.ILLEGAL, what=f"A ticket that is {state.value} has no move {move.value!r}.", fix=f"Known: {known}."
        )


@pytest.mark.parametrize(
    ("version", "told", "shown"),
    [
        (4, "The ticket is at version 5, not 4: meanwhile sue submitted.", 1),
        (3, "The ticket is at version 5, not 3: meanwhile sue assigned; sue submitted.", 2),
        (0, "The ticket is at version 5, not 0: meanwhile system reported; ann accepted; dora dispatched; sue assigned; sue submitted.", 5),
        (6, "The ticket is at version 5, not 6.", 0),
        (-1, "The ticket is at version 5, not -1.", 0),
    ],
)
def test_a_stale_command_is_told_who_changed_what(version: int, told: str, shown: int) -> None:
    """Exactly the events that its author had not seen are named, in order, before anything else is judged."""
    ticket, history = brought_to(State.HANDLED)
    command = MoveCommand(ticket=ticket.id, move=Move.WITHDRAW, version=version)
    refused = decide(ticket, history, command, actor("sam"), situation(ticket))
    assert refused == Refusal(
        kind=RefusalKind.STALE,
        what=told,
        fix="Look at it again, then decide.",
        changed=tuple(history[5 - shown :]) if shown else (),
        version=5,
    )


@pytest.mark.parametrize(
    ("fact", "fields", "who", "kind", "what", "fix"),
    [
        (Fact.NOTED, {}, "sam", RefusalKind.INCOMPLETE, "The command lacks: note.", "Say in a note what was done or seen."),
        (Fact.NOTED, {"note": ""}, "sam", RefusalKind.INCOMPLETE, "The command lacks: note.", "Say in a note what was done or seen."),
        (Fact.PHOTOGRAPHED, {"note": "x"}, "sam", RefusalKind.INCOMPLETE, "The command lacks: photo.", "Add at least one photo."),
        (Fact.PHOTOGRAPHED, {"photos": ("x",)}, "sam", RefusalKind.INCOMPLETE, "'x' is not a reference to a picture.", UPLOAD),
        (Fact.NOTED, {"note": "x" * 4001}, "sam", RefusalKind.INCOMPLETE, "A text of 4001 characters is too long.", "Write at most 4000."),
        (Fact.ARRIVED, {}, "sam", RefusalKind.FORBIDDEN, "The ticket is in the hands of sue.", "Only they arrive."),
        *(
            (fact, {}, "sue", RefusalKind.INCOMPLETE, f"{fact.value!r} is not a fact that people add.", "Known: arrived, noted, photographed.")
            for fact in (Fact.PASSED, Fact.REPORTED, Fact.ALERT_JOINED, Fact.ALERT_RESOLVED, Fact.WITHDRAWAL_OFFERED)
        ),
    ],
)  # fmt: skip
def test_facts_that_are_refused(*, fact: Fact, fields: dict[str, object], who: str, kind: RefusalKind, what: str, fix: str) -> None:
    """A fact that says nothing, that another must say, or that is not people's to add, is refused in a sentence."""
    ticket, _ = brought_to(State.HANDLING)
    refused = decide_fact(ticket, FactCommand(ticket=ticket.id, fact=fact, **fields), actor(who), NOON)  # type: ignore[arg-type]
    assert isinstance(refused, Refusal)
    assert (refused.kind, refused.what, refused.fix) == (kind, what, fix)


@pytest.mark.parametrize(
    ("fact", "fields", "who"),
    [
        (Fact.NOTED, {"note": "x" * LONGEST_TEXT}, "cora"),
        (Fact.PHOTOGRAPHED, {"photos": (PHOTO,) * MOST_PHOTOS}, "sam"),
        (Fact.ARRIVED, {}, "sue"),
    ],
    ids=["longest-note", "most-photos", "arrived"],
)
def test_facts_at_their_bounds_are_taken(fact: Fact, fields: dict[str, object], who: str) -> None:
    """The longest text and the most photos are still taken, change no state, and name who said it and when."""
    ticket, _ = brought_to(State.HANDLING)
    made = decide_fact(ticket, FactCommand(ticket=ticket.id, fact=fact, **fields), actor(who), NOON + 9 * SECOND)  # type: ignore[arg-type]
    assert isinstance(made, tuple)
    (event,) = made
    assert (event.fact, event.actor, event.at, event.number) == (fact, who, NOON + 9 * SECOND, ticket.version + 1)
    assert apply(ticket, event).state is State.HANDLING


@pytest.mark.parametrize(
    ("photo", "good"),
    [
        (PHOTO, True),
        ("evidence:sha256/" + "a" * 63, False),
        ("evidence:sha256/" + "a" * 65, False),
        ("evidence:sha256/" + "g" * 64, False),
        ("Evidence:sha256/" + "a" * 64, False),
        ("https://elsewhere/" + PHOTO, False),
        (PHOTO + "\n", False),
        (PHOTO + "/../../etc/passwd", False),
    ],
)
def test_a_reference_is_a_hash_and_nothing_else(photo: str, good: bool) -> None:
    """What comes in as a reference can never be a path or an address."""
    assert (EVIDENCE.fullmatch(photo) is not None) is good


def test_an_accepted_ticket_without_any_unit_asks_for_one() -> None:
    """Where routing knows no unit the dispatcher must name one."""
    desk = Desk(town(responsibilities=()))
    intake = take(alert(PARKING), None, (), Situation(NOON, desk, {}))
    assert intake.ticket is not None
    command = MoveCommand(ticket=intake.ticket.id, move=Move.DISPATCH, version=intake.ticket.version)
    refused = decide(intake.ticket, intake.events, command, actor("dora"), Situation(NOON, desk, {}))
    assert isinstance(refused, Refusal)
    assert (refused.what, refused.fix) == ("The command lacks: unit.", "Name a unit: routing knows none for this category and place.")
