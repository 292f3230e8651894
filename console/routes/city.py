"""The map."""

import msgspec
from litestar import Response, get
from litestar.openapi.datastructures import ResponseSpec

from console.answers import may_answer
from console.auth.rights import Right
from console.gate.asked import Given
from console.gate.guards import needs
from console.shapes.city import CellMap, map_of

GEOJSON = "application/geo+json"
ANSWERS = may_answer() | {200: ResponseSpec(CellMap, generate_examples=False, description="Cells", media_type=GEOJSON)}


@get("/map", opt=needs(Right.READ_TICKETS), responses=ANSWERS, summary="Cells as GeoJSON", tags=["city"], media_type=GEOJSON)
async def city_map(parts: Given) -> Response[bytes]:
    """The cells of the city; they change with the catalogue only, so a browser may keep them for a while."""
    content = msgspec.json.encode(map_of(parts.catalogue))
    return Response(content, media_type=GEOJSON, headers={"Cache-Control": "private, max-age=300"})
