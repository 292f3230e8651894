"""What the crew does with a ticket next, as people on duty would: not at once, one step after the other, each by another."""

from collections.abc import Mapping, Sequence

import msgspec

from config.moment import SECOND, Micros
from config.people import Person, Role
from dispatch.lifecycle import Fact, Move, State

LEFT_ALONE = 4
"""One ticket in so many is left for whoever watches the demo."""


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """A ticket as the crew sees it on its list.

    Attributes:
        id: its id.
        version: what a move carries.
        state: where it stands.
        unit: id of the unit that handles it.
        assignee: whose task it is, or would be.
        changed_at: when it last changed.
        life_safety: whether lives may be at stake; such a ticket is never left alone.
    """

    id: str
    version: int
    state: State
    unit: str | None
    assignee: str | None
    changed_at: Micros
    life_safety: bool = False


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """What one person does.

    Attributes:
        person: who.
        ticket: with which ticket.
        act: the move or the fact.
        version: the version that was seen.
        give_to: for a move that needs a person or a unit.
        photo: take a photograph first and send it along.
        note: in their own words.
    """

    person: str
    ticket: str
    act: Move | Fact
    version: int
    give_to: str | None = None
    photo: bool = False
    note: str | None = None


PAUSE: Mapping[State, Micros] = {
    State.REPORTED: 3 * SECOND,
    State.ACCEPTED: 2 * SECOND,
    State.DISPATCHED: 3 * SECOND,
    State.HANDLING: 4 * SECOND,
    State.HANDLED: 3 * SECOND,
    State.VERIFYING: 4 * SECOND,
}
"""How long a ticket lies before somebody takes the next step: a demo's minute stands for an hour."""


def next_step(case: Case, people: Sequence[Person], arrived: frozenset[str], now: Micros) -> Step | None:
    """Decide who does what with a ticket.

    Args:
        case: the ticket.
        people: everybody.
        arrived: ids of tickets whose handler has said that they are there.
        now: the present.

    Returns:
        The step, or ``None`` when it is not time yet, nobody can, or the ticket is left to a visitor.
    """
    if case.state not in PAUSE or now - case.changed_at < PAUSE[case.state] or is_left_alone(case):
        return None
    return _STEPS[case.state](case, people, arrived)


def is_left_alone(case: Case) -> bool:
    """Whether the crew lets a visitor work on a ticket; decided by its id, so that it stays so."""
    return not case.life_safety and int(case.id[:8], 16) % LEFT_ALONE == 0


def _accept(case: Case, people: Sequence[Person], _arrived: frozenset[str]) -> Step | None:
    return _by(_first(people, Role.ACCEPTOR), case, Move.ACCEPT)


def _dispatch(case: Case, people: Sequence[Person], _arrived: frozenset[str]) -> Step | None:
    return _by(_first(people, Role.DISPATCHER), case, Move.DISPATCH)


def _take(case: Case, people: Sequence[Person], _arrived: frozenset[str]) -> Step | None:
    """The proposed person takes it; where nobody was proposed, the unit's leader gives it to somebody."""
    if case.assignee is not None:
        return _by(case.assignee, case, Move.ASSIGN, give_to=case.assignee)
    return _by(_first(people, Role.LEADER, case.unit), case, Move.ASSIGN, give_to=_first(people, Role.STAFF, case.unit))


def _handle(case: Case, _people: Sequence[Person], arrived: frozenset[str]) -> Step | None:
    """First be there, then take a photograph of what was done."""
    if case.id not in arrived:
        return _by(case.assignee, case, Fact.ARRIVED)
    return _by(case.assignee, case, Move.SUBMIT, photo=True, note="已处理 Done, see photo")


def _confirm(case: Case, people: Sequence[Person], _arrived: frozenset[str]) -> Step | None:
    return _by(_first(people, Role.LEADER, case.unit), case, Move.CONFIRM)


def _verify(case: Case, people: Sequence[Person], _arrived: frozenset[str]) -> Step | None:
    return _by(_first(people, Role.COLLECTOR), case, Move.PASS, note="现场核实 Verified on site")


_STEPS = {
    State.REPORTED: _accept,
    State.ACCEPTED: _dispatch,
    State.DISPATCHED: _take,
    State.HANDLING: _handle,
    State.HANDLED: _confirm,
    State.VERIFYING: _verify,
}


def _by(
    person: str | None, case: Case, act: Move | Fact, *, give_to: str | None = None, photo: bool = False, note: str | None = None
) -> Step | None:
    if person is None:
        return None
    return Step(person=person, ticket=case.id, act=act, version=case.version, give_to=give_to, photo=photo, note=note)


def _first(people: Sequence[Person], role: Role, unit: str | None = None) -> str | None:
    """Whoever of a role (and unit) comes first by name of login."""
    found = sorted(person.id for person in people if person.role is role and unit in {None, person.unit})
    return found[0] if found else None
