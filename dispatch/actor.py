"""Who acts on a ticket: a person in a role of a unit, or the system itself."""

from collections.abc import Mapping
from enum import StrEnum

import msgspec

from config.people import Person, Role, Unit


class ActorKind(StrEnum):
    """A person answers for what the system never may: separation of duties counts persons."""

    PERSON = "person"
    SYSTEM = "system"


class Actor(msgspec.Struct, frozen=True, kw_only=True):
    """One who acts.

    Attributes:
        id: login name; ``system`` for the system.
        role: what the person may do; ``None`` for the system.
        unit: id of the person's unit; ``None`` for the system.
        units: the unit and every unit below it: the rows that the actor answers for.
        kind: person or system.
    """

    id: str
    role: Role | None = None
    unit: str | None = None
    units: frozenset[str] = frozenset()
    kind: ActorKind = ActorKind.PERSON

    def answers_for(self, unit: str | None) -> bool:
        """Whether a unit is the actor's own or below it."""
        return unit is not None and (unit == self.unit or unit in self.units)


SYSTEM = Actor(id="system", kind=ActorKind.SYSTEM)
"""The automatic path acts in this name."""

CITY_WIDE = frozenset({Role.ACCEPTOR, Role.DISPATCHER, Role.COLLECTOR, Role.ADMIN})
"""Roles that serve the whole city and so see every row; the others see their unit's subtree."""


def subtree(units: Mapping[str, Unit], root: str) -> frozenset[str]:
    """The ids of a unit and of every unit below it; a loop in the parents ends the walk."""
    children: dict[str, list[str]] = {}
    for unit in units.values():
        if unit.parent is not None:
            children.setdefault(unit.parent, []).append(unit.id)
    found: set[str] = set()
    waiting = [root]
    while waiting:
        unit_id = waiting.pop()
        if unit_id not in found:
            found.add(unit_id)
            waiting.extend(children.get(unit_id, ()))
    return frozenset(found)


def actor_of(person: Person, units: Mapping[str, Unit]) -> Actor:
    """The actor that a person of the catalogue is."""
    return Actor(id=person.id, role=person.role, unit=person.unit, units=subtree(units, person.unit))


def sees(actor: Actor, unit: str | None) -> bool:
    """Row scope: whether the actor may see what belongs to a unit (``None``: not yet given to one)."""
    return actor.kind is ActorKind.SYSTEM or actor.role in CITY_WIDE or actor.answers_for(unit)
