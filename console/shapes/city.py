"""The map as GeoJSON (RFC 7946)."""

from typing import Any, Literal

import msgspec

from config.catalogue import Catalogue
from config.places import Layer


class CellProperties(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a cell beside its outline."""

    code: str
    layer: Layer
    parent: str | None
    name: str


class CellFeature(msgspec.Struct, frozen=True, kw_only=True):
    """A cell; its geometry is a Polygon or a MultiPolygon, WGS 84."""

    id: str
    geometry: dict[str, Any]
    properties: CellProperties
    type: Literal["Feature"] = "Feature"


class CellMap(msgspec.Struct, frozen=True, kw_only=True):
    """Every cell of the city."""

    features: tuple[CellFeature, ...]
    type: Literal["FeatureCollection"] = "FeatureCollection"


def map_of(catalogue: Catalogue) -> CellMap:
    """The cells in the catalogue's order, the widest layers where the file has them."""
    return CellMap(
        features=tuple(
            CellFeature(
                id=cell.code,
                geometry=cell.geometry,
                properties=CellProperties(code=cell.code, layer=cell.layer, parent=cell.parent, name=cell.name),
            )
            for cell in catalogue.cells.values()
        )
    )
