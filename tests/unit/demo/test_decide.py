"""What the crew does next."""

import pytest

from cityloop.demo.crew.decide import PAUSE, Case, Step, is_left_alone, next_step
from config.loader import DEMO_CITY, load_city
from config.moment import SECOND
from config.people import Person, Role
from dispatch.lifecycle import Fact, Move, State

PEOPLE = (
    Person(id="acc", name="", unit="centre", role=Role.ACCEPTOR),
    Person(id="dis", name="", unit="centre", role=Role.DISPATCHER),
    Person(id="lead-b", name="", unit="fire", role=Role.LEADER),
    Person(id="lead-a", name="", unit="care", role=Role.LEADER),
    Person(id="staff-2", name="", unit="fire", role=Role.STAFF),
    Person(id="staff-1", name="", unit="fire", role=Role.STAFF),
    Person(id="col", name="", unit="inspection", role=Role.COLLECTOR),
)
WORKED, LEFT = "00000001-aaaa", "00000004-aaaa"


def case(state: State, *, assignee: str | None = "staff-2", name: str = WORKED, life_safety: bool = False) -> Case:
    """A ticket that last changed at zero."""
    return Case(id=name, version=3, state=state, unit="fire", assignee=assignee, changed_at=0, life_safety=life_safety)


def step(state: State, *, assignee: str | None = "staff-2", arrived: bool = False) -> Step | None:
    """What is done a minute after the last change."""
    return next_step(case(state, assignee=assignee), PEOPLE, frozenset({WORKED} if arrived else ()), 60 * SECOND)


@pytest.mark.parametrize(
    ("state", "person", "act"),
    [
        (State.REPORTED, "acc", Move.ACCEPT),
        (State.ACCEPTED, "dis", Move.DISPATCH),
        (State.DISPATCHED, "staff-2", Move.ASSIGN),
        (State.HANDLING, "staff-2", Fact.ARRIVED),
        (State.HANDLED, "lead-b", Move.CONFIRM),
        (State.VERIFYING, "col", Move.PASS),
    ],
)
def test_each_state_has_its_person_and_act(state: State, person: str, act: Move | Fact) -> None:
    """The walk of a ticket goes through six hands, each with the version it saw."""
    found = step(state)
    assert found is not None
    assert (found.person, found.act, found.version) == (person, act, 3)


@pytest.mark.parametrize("state", [State.CLOSED, State.CANCELLED, State.NOT_ACCEPTED, State.SUSPENDED, State.CHECKING])
def test_other_states_are_nobodys_turn(state: State) -> None:
    """The script ends with the case, and leaves to visitors what it does not know."""
    assert step(state) is None


def test_a_photograph_follows_the_arrival() -> None:
    """Once there, the handler submits with a photograph and a note."""
    found = step(State.HANDLING, arrived=True)
    assert found is not None
    assert (found.act, found.photo, bool(found.note)) == (Move.SUBMIT, True, True)


def test_a_leader_gives_what_was_proposed_to_nobody() -> None:
    """Without a proposed person the unit's leader names the first of the staff."""
    found = step(State.DISPATCHED, assignee=None)
    assert found is not None
    assert (found.person, found.give_to) == ("lead-b", "staff-1")


def test_nobody_hurries() -> None:
    """Before the state's pause is over nothing is done, at its end it is."""
    waiting = case(State.HANDLED)
    assert next_step(waiting, PEOPLE, frozenset(), PAUSE[State.HANDLED] - 1) is None
    assert next_step(waiting, PEOPLE, frozenset(), PAUSE[State.HANDLED]) is not None


def test_some_tickets_are_left_to_visitors() -> None:
    """One in four is left alone, but never one where lives may be at stake."""
    assert is_left_alone(case(State.DISPATCHED, name=LEFT))
    assert not is_left_alone(case(State.DISPATCHED, name=WORKED))
    assert not is_left_alone(case(State.DISPATCHED, name=LEFT, life_safety=True))
    assert next_step(case(State.DISPATCHED, name=LEFT), PEOPLE, frozenset(), 60 * SECOND) is None


def test_without_anybody_of_a_role_nothing_is_done() -> None:
    """An empty roster stops the script, it does not break it."""
    assert next_step(case(State.HANDLED), [], frozenset(), 60 * SECOND) is None
    assert next_step(case(State.HANDLING, assignee=None), PEOPLE, frozenset(), 60 * SECOND) is None


def test_in_the_demo_city_every_unit_can_work() -> None:
    """Each unit that rules send tickets to has a leader and staff, and there is a collector."""
    people = tuple(load_city(DEMO_CITY).people.values())
    for unit in ("order", "fire", "care", "sanitation"):
        for state in (State.DISPATCHED, State.HANDLED, State.VERIFYING):
            ticket = Case(id=WORKED, version=1, state=state, unit=unit, assignee=None, changed_at=0)
            found = next_step(ticket, people, frozenset(), 60 * SECOND)
            assert found is not None
            assert found.give_to is not None or state is not State.DISPATCHED
