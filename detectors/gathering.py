"""Keeps looks at a camera's zones that are worth a label, where the console finds them."""

import structlog

from config.sources import Zone
from detectors.evidence.picture import lossless
from detectors.heads.gathering import Gathered, is_worth, kept
from detectors.heads.head import Head
from detectors.heads.labels import MOST_CROPS, UNLABELLED
from detectors.heads.store import HeadStore
from detectors.scenes.port import Look

_log = structlog.get_logger(__name__)


class Gatherer:
    """Gathers for the zones of one camera, as long as fewer than so many of a zone wait for a label.

    What is kept is what the head is shown: the rectangle around the zone, as a median over pictures of some 30 s, in which nobody who walks
    past is left. Whoever stays is in it, and nothing is blurred.

    Args:
        camera: its id.
        store: of the heads and crops, the console's.
        backbone: what the features are of.
        most: crops of a zone that may wait for a label.
    """

    def __init__(self, camera: str, store: HeadStore, backbone: str, most: int) -> None:
        self._camera, self._store, self._backbone, self._most = camera, store, backbone, most
        self._gathered: dict[str, Gathered] = {}

    def __call__(self, zone: Zone, look: Look, head: Head | None) -> bool:
        """Consider a look; returns whether it was kept. A full disk costs the crop and is logged."""
        if look.crop is None or look.features is None:
            return False
        gathered = self._gathered.get(zone.id) or self._known(zone.id)
        doubtful = head is None or head.verdict(look.features) is None
        self._gathered[zone.id] = gathered
        if not is_worth(gathered, look.features, look.at, doubtful=doubtful):
            return False
        if not self._has_room(zone.id):
            # The folder is not asked again at the next look.
            self._gathered[zone.id] = Gathered(look.at, gathered.known)
            return False
        try:
            name = self._store.add(self._camera, zone.id, UNLABELLED, lossless(look.crop))
            self._store.keep_features(self._camera, zone.id, self._backbone, name, look.features)
        except OSError as error:
            _log.warning("crops.not_kept", camera=self._camera, zone=zone.id, error=str(error))
            return False
        finally:
            self._gathered[zone.id] = kept(gathered, look.features, look.at)
        return True

    def _has_room(self, zone: str) -> bool:
        labels = list(self._store.examples(self._camera, zone).values())
        return labels.count(UNLABELLED) < self._most and len(labels) < MOST_CROPS

    def _known(self, zone: str) -> Gathered:
        """What earlier processes and people kept."""
        names = self._store.examples(self._camera, zone)
        features = (self._store.features(self._camera, zone, self._backbone, name) for name in names)
        return Gathered(None, tuple(one for one in features if one is not None))
