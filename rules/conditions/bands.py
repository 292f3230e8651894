"""Matches of a window by bands of latitude, so that a circle is looked for among its neighbours only."""

import math

import msgspec

from config.moment import Micros
from rules.conditions.window import Entry, Window, enter
from streams.observation import Position

EARTH_RADIUS = 6_371_008.8
"""Mean radius of the earth in metres (IUGG)."""
_SWEEP = 64
"""After so many matches, what has left the window is dropped from the bands that nobody looked at."""


class Bands(msgspec.Struct, array_like=True, gc=False):
    """A window cut into bands.

    Attributes:
        entered: matches so far.
        bands: by number from the equator; no circle is higher than a band, so that it lies in three at most.
    """

    entered: int = 0
    bands: dict[int, Window] = {}


class Banding:
    """Cuts by one radius. A great circle distance is never shorter than the difference of latitudes on its way."""

    def __init__(self, radius: float) -> None:
        self._height = math.degrees(radius / EARTH_RADIUS) * 1.000_001

    def enter(self, bands: Bands, entry: Entry, at: Position, within: Micros) -> None:
        """Add a match, and drop what has left the window now and then."""
        number = self._number(at)
        bands.bands[number] = enter(bands.bands.get(number), entry, within)
        bands.entered += 1
        if bands.entered % _SWEEP == 0:
            bands.bands = {number: window for number, window in bands.bands.items() if window[-1].at > entry.at - within}

    def near(self, bands: Bands, centre: Position, since: Micros) -> Window:
        """The matches later than an instant that may lie around a point, in the order of time."""
        number = self._number(centre)
        found = [entry for band in (number - 1, number, number + 1) for entry in bands.bands.get(band, ()) if entry.at > since]
        return sorted(found, key=_instant)

    def _number(self, position: Position) -> int:
        return math.floor(position.lat / self._height)


def distance(one: Position, other: Position) -> float:
    """Metres between two points on the great circle (haversine formula, exact enough for small distances too)."""
    lat_one, lat_other = math.radians(one.lat), math.radians(other.lat)
    half_lat = math.sin((lat_other - lat_one) / 2)
    half_lon = math.sin(math.radians(other.lon - one.lon) / 2)
    root = half_lat * half_lat + math.cos(lat_one) * math.cos(lat_other) * half_lon * half_lon
    return 2 * EARTH_RADIUS * math.asin(math.sqrt(min(1.0, root)))


def _instant(entry: Entry) -> Micros:
    return entry.at
