"""The map: cells as GeoJSON (RFC 7946)."""

import msgspec
from litestar import Response, get

from config.catalogue import Catalogue
from console.answers import may_answer
from console.auth.rights import Right
from console.gate.asked import Given
from console.gate.guards import needs


def map_of(catalogue: Catalogue) -> bytes:
    """Every cell as a feature with code, layer, parent and name, as GeoJSON."""
    features = [
        {
            "type": "Feature",
            "id": cell.code,
            "geometry": cell.geometry,
            "properties": {"code": cell.code, "layer": cell.layer, "parent": cell.parent, "name": cell.name},
        }
        for cell in catalogue.cells.values()
    ]
    return msgspec.json.encode({"type": "FeatureCollection", "features": features})


@get(
    "/map",
    opt=needs(Right.READ_TICKETS),
    responses=may_answer(),
    summary="Cells as GeoJSON",
    tags=["city"],
    media_type="application/geo+json",
)
async def city_map(parts: Given) -> Response[bytes]:
    """The cells of the city."""
    return Response(map_of(parts.catalogue), media_type="application/geo+json", headers={"Cache-Control": "private, max-age=300"})
