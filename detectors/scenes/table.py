"""Every scene in one table."""

from collections.abc import Callable, Mapping

from config.sources import Zone
from detectors.heads.head import Head
from detectors.heads.labels import TAUGHT
from detectors.scenes.dwelling import LABELS, Dwelling
from detectors.scenes.port import Watcher
from detectors.scenes.state import Taught
from detectors.scenes.static import Static

HeadOf = Callable[[], Head | None]
"""Gives a zone's head at present."""


def _dwelling(zone: Zone, head_of: HeadOf) -> Watcher:  # All makers have one shape.
    return Dwelling(zone)


def _static(zone: Zone, head_of: HeadOf) -> Watcher:  # As above.
    return Static(zone)


def _taught(zone: Zone, head_of: HeadOf) -> Watcher:
    return Taught(zone, head_of)


WATCHERS: Mapping[str, Callable[[Zone, HeadOf], Watcher]] = {
    **dict.fromkeys(LABELS, _dwelling),
    **dict.fromkeys(TAUGHT, _taught),
    "unknown_static_object": _static,
}
"""What watches a zone, by the scene's name; the names are those of :data:`config.sources.SCENES`."""


def nobody_taught() -> Head | None:
    """The head of a zone that was never taught."""
    return None


def watcher_of(zone: Zone, head_of: HeadOf = nobody_taught) -> Watcher:
    """A watcher that has seen nothing yet."""
    return WATCHERS[zone.scene](zone, head_of)
