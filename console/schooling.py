"""Which zones a caller may teach, and what teaches them."""

import threading
from collections.abc import Mapping

from config.catalogue import Catalogue
from config.sources import SCENES, Camera, Zone
from detectors.heads.labels import TAUGHT
from detectors.heads.store import HeadStore
from detectors.inference.port import FeatureExtractor
from detectors.school import Pupil
from dispatch.actor import Actor, sees
from dispatch.routing.cellmap import CellMap
from dispatch.routing.responsibility import Responsibilities
from streams.observation import Position


class Schooling:
    """Finds the zones of the catalogue that can be taught, each for those who answer for its matter at its place.

    Args:
        catalogue: the whole city.
        store: of the heads, the one that the cameras read.
        extractor: gives features; asked when something is taught or suggested, and not before.
        categories: matter codes of the rules that look at a kind; a zone whose kind no rule looks at is for those who serve the whole city.
    """

    def __init__(
        self, catalogue: Catalogue, store: HeadStore, extractor: FeatureExtractor, categories: Mapping[str, frozenset[str]]
    ) -> None:
        self._catalogue = catalogue
        self._store = store
        self._extractor = extractor
        self._categories = categories
        self._map = CellMap(catalogue.cells)
        self._responsibilities = Responsibilities(catalogue.responsibilities, catalogue.units)
        self.lock = threading.Lock()
        """Held by whoever changes a zone's crops or heads: two teachings at once would make the same version."""

    def pupil(self, actor: Actor, camera_id: str, zone_id: str) -> Pupil | None:
        """The zone of a camera (its id without ``camera/``), when it can be taught and the actor may see it."""
        camera = self._catalogue.cameras.get(f"camera/{camera_id}")
        if camera is None:
            return None
        zone = next((zone for zone in camera.zones if zone.id == zone_id and zone.scene in TAUGHT), None)
        if zone is None or not any(sees(actor, unit) for unit in self._units(camera, zone)):
            return None
        return Pupil(camera, zone, self._store, self._extractor)

    def pupils(self, actor: Actor) -> list[Pupil]:
        """Every zone that the actor may teach, by camera."""
        found = (
            self.pupil(actor, camera.removeprefix("camera/"), zone.id)
            for camera, of in self._catalogue.cameras.items()
            for zone in of.zones
        )
        return sorted((pupil for pupil in found if pupil is not None), key=lambda pupil: (pupil.camera.id, pupil.zone.id))

    def _units(self, camera: Camera, zone: Zone) -> set[str | None]:
        """The units that answer for what the zone tells; nobody's is a unit of its own."""
        cell = None
        if camera.lon is not None and camera.lat is not None:
            cell = self._map.locate(Position(lon=camera.lon, lat=camera.lat))
        around = self._map.around(cell.code if cell is not None else None)
        codes = self._categories.get(zone.kind or SCENES[zone.scene], frozenset())
        levels = [self._responsibilities.levels(code, around) for code in codes]
        return {found[0].unit for found in levels if found} or {None}
