"""Every scene in one table."""

from collections.abc import Callable, Mapping

from config.sources import Zone
from detectors.scenes.dwelling import LABELS, Dwelling
from detectors.scenes.port import Watcher

WATCHERS: Mapping[str, Callable[[Zone], Watcher]] = dict.fromkeys(LABELS, Dwelling)
"""What watches a zone, by the scene's name; the names are those of :data:`config.sources.SCENES`."""


def watcher_of(zone: Zone) -> Watcher:
    """A watcher that has seen nothing yet."""
    return WATCHERS[zone.scene](zone)
