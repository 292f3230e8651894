"""What a camera's judge needs for scenes that were taught: the backbone, and each zone's head."""

from collections.abc import Callable
from functools import partial

import msgspec

from config.sources import Camera, Zone
from detectors.gathering import Gatherer
from detectors.heads.head import Head
from detectors.heads.store import HeadStore
from detectors.inference.port import FeatureExtractor
from detectors.scenes.port import Look
from detectors.scenes.state import POLICIES

Gather = Callable[[Zone, Look, Head | None], object]
"""Takes a look at a zone, and its head."""


class Lessons(msgspec.Struct, frozen=True):
    """What was taught.

    Attributes:
        extractor: gives the features of a crop.
        head_of: gives a zone's head at present.
        gather: is shown each look at a zone that is to be taught, with its head; ``None`` gathers nothing.
    """

    extractor: FeatureExtractor
    head_of: Callable[[str], Head | None]
    gather: Gather | None = None


def lessons_of(camera: Camera, store: HeadStore, extractor: FeatureExtractor, *, crops: int = 0) -> Lessons:
    """The lessons of a camera; a head that was taught on other features counts as none.

    Args:
        camera: whose zones are judged.
        store: of the heads.
        extractor: gives the features of a crop.
        crops: how many crops of a zone may be gathered and wait for a label; 0 gathers none.
    """
    gather = Gatherer(camera.id, store, extractor.name, crops) if crops else None
    return Lessons(extractor, partial(_fitting, camera.id, store, extractor.name), gather)


def taught_zones(camera: Camera) -> tuple[Zone, ...]:
    """The zones whose scene must be taught."""
    return tuple(zone for zone in camera.zones if zone.scene in POLICIES)


def _fitting(camera: str, store: HeadStore, backbone: str, zone: str) -> Head | None:
    head = store.current(camera, zone)
    return head if head is not None and head.card.backbone == backbone else None
