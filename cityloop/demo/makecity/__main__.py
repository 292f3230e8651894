"""Writes the generated files of the demo city; what is written by hand (city.yaml and the rules) stays as it is."""

import sys
from pathlib import Path

from cityloop.demo.makecity.areas import areas
from cityloop.demo.makecity.cameras import cameras
from cityloop.demo.makecity.devices import devices
from cityloop.demo.makecity.grid import corners, middle
from cityloop.demo.makecity.staff import UNITS, people, responsibilities, roster
from cityloop.demo.makecity.write import write_map, write_table
from config.places import Layer

SEED = 2026


def make(folder: Path) -> None:
    """Write map, units, people, roster, responsibilities, devices and cameras into a folder."""
    cells = list(areas(corners(SEED)))
    houses = [cell for cell in cells if cell.layer is Layer.MICRO]
    staff = list(people([middle(house.geometry["coordinates"][0]) for house in houses]))
    write_map(folder / "cells.geojson", cells)
    write_table(folder / "units.csv", ("id", "name", "parent"), UNITS)
    write_table(folder / "people.csv", ("id", "name", "unit", "role", "phone", "lon", "lat"), [person for person, _, _ in staff])
    write_table(folder / "roster.csv", ("person", "cell", "start", "end"), roster(staff))
    write_table(folder / "responsibilities.csv", ("category", "cell", "unit"), responsibilities())
    write_table(folder / "devices.csv", ("id", "adapter", "address", "kinds", "name", "lon", "lat"), devices(houses))
    (folder / "cameras").mkdir(exist_ok=True)
    for name, text in cameras(houses):
        (folder / "cameras" / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    make(Path(sys.argv[1]))
