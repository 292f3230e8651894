"""Names for ids: what people read instead of login names, unit ids and category codes."""

import msgspec

from config.catalogue import Catalogue
from config.kinds import Text
from config.people import Person
from dispatch.actor import SYSTEM


class Named(msgspec.Struct, frozen=True):
    """Somebody or something with a name."""

    id: str
    name: str


class Coded(msgspec.Struct, frozen=True):
    """A category by its code."""

    code: str
    label: Text


class Directory:
    """Looks names up in the catalogue; what left the catalogue keeps its id as its name."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue

    def person(self, person_id: str) -> Named:
        """A person, or the system."""
        if person_id == SYSTEM.id:
            return Named(SYSTEM.id, "cityloop")
        person = self._catalogue.people.get(person_id)
        return Named(person_id, person.name if person else person_id)

    def unit(self, unit_id: str) -> Named:
        """A unit."""
        unit = self._catalogue.units.get(unit_id)
        return Named(unit_id, unit.name if unit else unit_id)

    def category(self, code: str) -> Coded:
        """A category."""
        category = self._catalogue.categories.get(code)
        return Coded(code, Text(en=category.en, zh=category.zh) if category else Text(en=code, zh=code))

    def member(self, person_id: str) -> Person | None:
        """The catalogue's row of a person, whose role and unit hold for the login of the same id."""
        return self._catalogue.people.get(person_id)
