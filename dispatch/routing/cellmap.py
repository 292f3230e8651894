"""Which cell a position lies in, and which cells lie around it."""

from collections.abc import Mapping

import shapely

from config.places import Cell, Layer
from streams.observation import Position

INWARD = (Layer.MICRO, Layer.CELL, Layer.COMMUNITY, Layer.STREET, Layer.DISTRICT, Layer.CITY)
"""The order in which layers are asked: an exclusive cell wins over the base cell around it, and where the map has a hole a wider cell answers."""

NEAR_DEGREES = 1e-9
"""About a tenth of a millimetre: coordinates of a shared border are rounded apart by less."""


class CellMap:
    """The cells of a city with a spatial index, built once.

    Args:
        cells: by code; geometries as GeoJSON.
    """

    def __init__(self, cells: Mapping[str, Cell]) -> None:
        self._cells = cells
        self._layers: list[tuple[tuple[str, ...], shapely.STRtree]] = []
        for layer in INWARD:
            codes = tuple(sorted(code for code, cell in cells.items() if cell.layer is layer))
            shapes = [shapely.geometry.shape(cells[code].geometry) for code in codes]
            if codes:
                self._layers.append((codes, shapely.STRtree(shapes)))

    def locate(self, position: Position) -> Cell | None:
        """The narrowest cell that a position lies in; of cells that share the border it lies on, the one with the lowest code."""
        point = shapely.Point(position.lon, position.lat)
        for codes, tree in self._layers:
            hits = tree.query(point, predicate="dwithin", distance=NEAR_DEGREES)
            if len(hits):
                return self._cells[codes[min(hits)]]
        return None

    def around(self, code: str | None) -> tuple[str, ...]:
        """A cell and those around it, the narrowest first; for no cell, the cells that have nothing around them."""
        if code is None:
            return tuple(sorted(found for found, cell in self._cells.items() if cell.parent is None))
        chain: list[str] = []
        here: str | None = code
        while here is not None and here in self._cells and here not in chain:
            chain.append(here)
            here = self._cells[here].parent
        return tuple(chain)
