"""Everything that the city decided, as one frozen value."""

from collections.abc import Mapping
from pathlib import Path

import msgspec

from config.feeds import CityFeeds, Feed, FeedTable
from config.kinds import Kind
from config.matters import Calendar, Category, Standard
from config.people import Duty, Person, Responsibility, Unit
from config.places import Cell
from config.sources import Camera, Device, Reporter, reporters


class Catalogue(msgspec.Struct, frozen=True, kw_only=True):
    """A whole city. :mod:`config.loader` reads it from a folder and reports every problem with file and line.

    Attributes:
        name: the city's name.
        zone: its IANA time zone.
        kinds: by name.
        categories: by code (matters win over components of the same code).
        standards: rows in file order.
        calendar: working time.
        cells: by code.
        units: by id.
        people: by id.
        roster: duty entries.
        responsibilities: rows in file order.
        cameras: by id.
        devices: by id.
        rule_files: rule files of the city, in name order.
        noise_file: what the city decided about noise; ``None``: nothing.
        feeds: the city's own feeds, in file order; the doors' own come on top (:attr:`feed_table`).
    """

    name: str
    zone: str
    kinds: Mapping[str, Kind]
    categories: Mapping[str, Category]
    standards: tuple[Standard, ...]
    calendar: Calendar
    cells: Mapping[str, Cell]
    units: Mapping[str, Unit]
    people: Mapping[str, Person]
    roster: tuple[Duty, ...]
    responsibilities: tuple[Responsibility, ...]
    cameras: Mapping[str, Camera]
    devices: Mapping[str, Device]
    rule_files: tuple[Path, ...]
    noise_file: Path | None = None
    feeds: tuple[Feed, ...] = ()

    @property
    def feed_table(self) -> FeedTable:
        """Every feed, and which one a source belongs to; a new table each time."""
        return FeedTable(self.feeds, self.devices.keys())

    @property
    def city_feeds(self) -> CityFeeds:
        """The same as plain values, as the log carries them."""
        return CityFeeds.of(self.feeds, self.devices.keys())

    @property
    def reporters(self) -> Mapping[str, Reporter]:
        """Every source by id, as rules expect it; a new table each time."""
        return reporters(self.cameras, self.devices)
