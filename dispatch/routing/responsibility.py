"""Which units answer for a category in a place, the nearest level first."""

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from config.people import Responsibility, Unit

EVERY = "*"
"""Stands for every category in a responsibility."""


class Level(msgspec.Struct, frozen=True):
    """A unit that may be asked, with the reason, one sentence."""

    unit: str
    why: str


class Responsibilities:
    """The table of who answers for what, indexed.

    Args:
        rows: in file order; of two rows for the same category and cell the first counts.
        units: by id.
    """

    def __init__(self, rows: Iterable[Responsibility], units: Mapping[str, Unit]) -> None:
        self._units = units
        self._rows: dict[tuple[str, str], str] = {}
        for row in rows:
            self._rows.setdefault((row.category, row.cell), row.unit)

    def levels(self, category: str, around: Sequence[str]) -> tuple[Level, ...]:
        """The units to ask in turn.

        The most specific row comes first (the cell before those around it, in one cell the category before ``*``), then
        the units above its unit, then the rows of wider cells with the units above theirs. No unit comes twice.

        Args:
            category: matter code.
            around: the cell and those around it, the narrowest first.
        """
        found: dict[str, Level] = {}
        for cell in around:
            for word in (category, EVERY):
                unit = self._rows.get((word, cell))
                if unit is not None:
                    matter = "every category" if word == EVERY else f"category {word}"
                    found.setdefault(unit, Level(unit, f"Unit {unit} answers for {matter} in cell {cell}."))
                    for above in self._above(unit):
                        found.setdefault(above, Level(above, f"Unit {above} is above {unit}."))
        return tuple(found.values())

    def _above(self, unit: str) -> tuple[str, ...]:
        chain: list[str] = []
        here = self._units[unit].parent if unit in self._units else None
        while here is not None and here in self._units and here not in chain and here != unit:
            chain.append(here)
            here = self._units[here].parent
        return tuple(chain)
