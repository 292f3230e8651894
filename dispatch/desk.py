"""The dispatcher's desk: the city's tables, indexed once, as decisions ask for them."""

from collections.abc import Mapping

import msgspec

from config.catalogue import Catalogue
from config.matters import Calendar, ClockType, Standard
from config.moment import Micros
from config.people import Person, Unit
from dispatch.actor import subtree
from dispatch.alertcase import AlertCase
from dispatch.noise.subject import Subject, subject_of
from dispatch.routing.cellmap import CellMap
from dispatch.routing.responsibility import Responsibilities
from dispatch.routing.route import TAKERS, Rosters, Route
from streams.alert import AlertEvent
from streams.observation import Position

UNCATEGORISED = "00000"
"""Category of an alert that names none: routed by the rows for every category."""

ORDINARY = ("not set by the city", 1, ClockType.WORK_DAY)
EMERGENCY = ("not set by the city (emergency)", 2, ClockType.URGENT_HOUR)


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """Where something is.

    Attributes:
        position: the alert's own, else its source's.
        cell: code of the narrowest cell around it.
        name: the cell's name, else the source's; of a feed, its label in both languages.
    """

    position: Position | None
    cell: str | None
    name: str


class Desk:
    """Read-only; a new catalogue means a new desk.

    Args:
        catalogue: the whole city.
    """

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        self._map = CellMap(catalogue.cells)
        self._feeds = {f"feed/{feed.name}": feed.label for feed in catalogue.feed_table.rows}
        self._responsibilities = Responsibilities(catalogue.responsibilities, catalogue.units)
        self._rosters = Rosters(catalogue.people, catalogue.units, catalogue.roster, catalogue.zone)
        self._standards: dict[str, tuple[Standard, ...]] = {}
        for row in catalogue.standards:
            self._standards[row.code] = (*self._standards.get(row.code, ()), row)

    @property
    def calendar(self) -> Calendar:
        """The city's working time."""
        return self.catalogue.calendar

    @property
    def people(self) -> Mapping[str, Person]:
        """By id."""
        return self.catalogue.people

    @property
    def units(self) -> Mapping[str, Unit]:
        """By id."""
        return self.catalogue.units

    def place_of(self, event: AlertEvent) -> Place:
        """Where an alert is."""
        origin = self.catalogue.cameras.get(event.source or "") or self.catalogue.devices.get(event.source or "")
        position = event.position
        if position is None and origin is not None and origin.lon is not None and origin.lat is not None:
            position = Position(origin.lon, origin.lat)
        cell = None if position is None else self._map.locate(position)
        feed = self._feeds.get(event.source or "")
        told = "" if feed is None else " ".join(dict.fromkeys((feed.zh, feed.en)))
        names = (cell.name if cell else "", origin.name if origin else "", told, event.source or "")
        return Place(position=position, cell=cell.code if cell else None, name=next((name for name in names if name), ""))

    def standards_of(self, category: str, *, emergency: bool = False) -> tuple[Standard, ...]:
        """The rows of a category in file order. Where the city has set none, one stands in that says so: a ticket always has a limit."""
        rows = self._standards.get(category)
        if rows:
            return rows
        condition, limit, clock = EMERGENCY if emergency or self.is_emergency(category) else ORDINARY
        return (
            Standard(
                code=category, condition=condition, limit=limit, clock=clock, closing_condition="trouble gone", source="cityloop's default"
            ),
        )

    def is_emergency(self, category: str) -> bool:
        """Whether the category's table says so."""
        found = self.catalogue.categories.get(category)
        return found is not None and found.emergency

    def route(self, category: str, cell: str | None, position: Position | None, at: Micros, loads: Mapping[str, int]) -> Route:
        """Unit and person for a category in a cell."""
        around = self._map.around(cell)
        return self._rosters.route(self._responsibilities.levels(category, around), around, at, loads, position)

    def route_within(self, unit: str, cell: str | None, position: Position | None, at: Micros, loads: Mapping[str, int]) -> Route:
        """The person on duty of a unit that somebody has chosen."""
        chosen = self._rosters.on_duty(unit, self._map.around(cell), at, loads, position)
        if chosen is None:
            return Route(unit=unit, person=None, why=(f"Nobody of unit {unit} is on duty here.",))
        return Route(unit=unit, person=chosen[0], why=(chosen[1],))

    def answering_unit(self, category: str, cell: str | None) -> str | None:
        """The unit that answers for a category in a cell, whoever is on duty."""
        levels = self._responsibilities.levels(category, self._map.around(cell))
        return levels[0].unit if levels else None

    def around(self, cell: str | None) -> tuple[str, ...]:
        """A cell and those around it, the narrowest first; nothing for no cell."""
        return () if cell is None else self._map.around(cell)

    def above(self, unit: str | None) -> tuple[str, ...]:
        """A unit and those above it; a loop in the parents ends the walk."""
        chain: list[str] = []
        while unit is not None and unit not in chain:
            chain.append(unit)
            unit = self.units[unit].parent if unit in self.units else None
        return tuple(chain)

    def subject(self, alert: AlertCase) -> Subject:
        """An alert as noise control sees it."""
        return subject_of(alert, self.around(alert.cell), self.above(alert.unit))

    def below(self, unit: str) -> frozenset[str]:
        """A unit and every unit below it."""
        return subtree(self.units, unit)

    def takers(self, unit: str | None) -> tuple[Person, ...]:
        """The people of a unit and those below it who can handle a ticket, by id."""
        below = self.below(unit) if unit is not None else frozenset()
        return tuple(person for _, person in sorted(self.people.items()) if person.unit in below and person.role in TAKERS)


class Situation(msgspec.Struct, frozen=True):
    """What a decision is taken in.

    Attributes:
        now: the present, handed in.
        desk: the city's tables.
        loads: open tickets by person.
    """

    now: Micros
    desk: Desk
    loads: Mapping[str, int]
