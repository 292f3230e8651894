"""Which unit and which person a ticket goes to, and why."""

import math
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from config.moment import Micros
from config.people import Duty, Person, Role, Unit
from dispatch.actor import subtree
from dispatch.routing.duty import is_on_duty
from dispatch.routing.responsibility import Level
from streams.observation import Position

EARTH_RADIUS_METRES = 6_371_008.8
"""Mean radius (IUGG), as in SEMANTICS section 2."""

TAKERS = (Role.STAFF, Role.LEADER)
"""Roles that can handle a ticket, in the order in which they are asked."""


class Route(msgspec.Struct, frozen=True, kw_only=True):
    """Where a ticket goes.

    Attributes:
        unit: ``None`` when nobody answers for it anywhere.
        person: who is on duty; ``None`` when nobody is.
        why: one sentence a step.
    """

    unit: str | None
    person: str | None
    why: tuple[str, ...]


class Rosters:
    """The people of a city and when they are on duty.

    Args:
        people: by id.
        units: by id.
        roster: duty entries.
        zone: IANA time zone of the city.
    """

    def __init__(self, people: Mapping[str, Person], units: Mapping[str, Unit], roster: Iterable[Duty], zone: str) -> None:
        self._people = people
        self._zone = zone
        self._units = {unit: subtree(units, unit) for unit in units}
        self._roster: dict[str, list[Duty]] = {}
        for duty in roster:
            self._roster.setdefault(duty.person, []).append(duty)

    def route(
        self, levels: Sequence[Level], around: Sequence[str], at: Micros, loads: Mapping[str, int], position: Position | None
    ) -> Route:
        """The first level with somebody on duty; without any, the first level and nobody.

        Args:
            levels: units to ask in turn.
            around: the cell and those around it, the narrowest first.
            at: when.
            loads: open tickets by person.
            position: of the trouble, for distance.
        """
        if not levels:
            return Route(unit=None, person=None, why=("No unit answers for this category here.",))
        why: list[str] = []
        for level in levels:
            why.append(level.why)
            chosen = self.on_duty(level.unit, around, at, loads, position)
            if chosen is not None:
                person, reason = chosen
                return Route(unit=level.unit, person=person, why=(*why, reason))
            why.append(f"Nobody of unit {level.unit} is on duty here.")
        return Route(unit=levels[0].unit, person=None, why=(*why, f"So it waits at unit {levels[0].unit} for its leader."))

    def on_duty(
        self, unit: str, around: Sequence[str], at: Micros, loads: Mapping[str, int], position: Position | None
    ) -> tuple[str, str] | None:
        """Who of a unit and those below it takes a ticket, and why.

        Staff before leaders, the roster entry for the narrowest cell first, then the fewest open tickets, then the shortest way.
        """
        ranked: list[tuple[int, int, int, float, str]] = []
        for person in self._people.values():
            nearest = self._duty_level(person, around, at)
            if nearest is not None and person.role in TAKERS and person.unit in self._units.get(unit, frozenset()):
                rank = TAKERS.index(person.role), nearest, loads.get(person.id, 0), distance_metres(person, position), person.id
                ranked.append(rank)
        if not ranked:
            return None
        role, nearest, load, metres, chosen = min(ranked)
        way = f"{metres:.0f} m away" if math.isfinite(metres) else "at an unknown distance"
        told = f"{chosen} ({TAKERS[role].value}) is on duty for cell {around[nearest]}, with {load} open tickets, {way}"
        return chosen, f"{told}: first of {len(ranked)} by role, roster, load and distance."

    def _duty_level(self, person: Person, around: Sequence[str], at: Micros) -> int | None:
        levels = [
            around.index(duty.cell) for duty in self._roster.get(person.id, ()) if duty.cell in around and is_on_duty(duty, at, self._zone)
        ]
        return min(levels, default=None)


def distance_metres(person: Person, position: Position | None) -> float:
    """Great-circle distance from a person's place (haversine); infinite where one of the two is unknown."""
    if position is None or person.lon is None or person.lat is None:
        return math.inf
    phi, psi = math.radians(person.lat), math.radians(position.lat)
    half = math.sin((psi - phi) / 2) ** 2 + math.cos(phi) * math.cos(psi) * math.sin(math.radians(position.lon - person.lon) / 2) ** 2
    return 2 * EARTH_RADIUS_METRES * math.asin(min(1.0, math.sqrt(half)))
