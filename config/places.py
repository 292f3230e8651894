"""The map of the city: cells in layers, each with a parent."""

from enum import StrEnum
from typing import Any

import msgspec


class Layer(StrEnum):
    """Layers of the map, the widest first. ``micro`` cells are exclusive: they win over the base cell around them."""

    CITY = "city"
    DISTRICT = "district"
    STREET = "street"
    COMMUNITY = "community"
    CELL = "cell"
    MICRO = "micro"


class Cell(msgspec.Struct, frozen=True, kw_only=True):
    """A polygon on the map.

    Attributes:
        code: 15 digits for cells of the layers ``cell`` and ``micro``, shorter for those above.
        layer: which layer it tiles.
        parent: code of the cell around it; ``None`` for the city.
        name: shown to people.
        geometry: GeoJSON geometry (Polygon or MultiPolygon), WGS 84.
    """

    code: str
    layer: Layer
    parent: str | None
    name: str
    geometry: dict[str, Any]
