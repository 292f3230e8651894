"""Scenes in which something stands for longer than it may: which labels each is about."""

from collections.abc import Mapping

from config.sources import Zone
from detectors.inference.labels import NON_MOTOR, VEHICLES
from detectors.scenes import parking
from detectors.scenes.port import Look, Need, Sight
from detectors.scenes.stay import Phase, Stay

LABELS: Mapping[str, frozenset[str]] = {
    "illegal_parking": VEHICLES,
    "non_motor_parking": NON_MOTOR,
    "fire_lane": VEHICLES | NON_MOTOR,
}
"""What may not stand in a zone, by scene."""


class Dwelling:
    """A :class:`detectors.scenes.port.Watcher` of what stands in a zone.

    Args:
        zone: with the scene's name and the dwell.
        policy: what counts; default is the scene's own.
    """

    needs = Need.DETECTIONS | Need.PICTURE
    sight = Sight.CLEAR

    def __init__(self, zone: Zone, policy: parking.Policy | None = None) -> None:
        self._zone = zone
        self._policy = policy or parking.Policy(dwell=zone.dwell, labels=LABELS[zone.scene])
        self._state = parking.State()

    @property
    def standing(self) -> tuple[Stay, ...]:
        """The stays that have been told and last."""
        return tuple(track.stay(Phase.LASTING) for track in self._state.tracks if track.told is not None)

    def look(self, look: Look) -> tuple[Stay, ...]:
        """Look once."""
        self._state, told = parking.step(self._state, self._policy, self._zone.polygon, look.seen, look.at, picture=look.picture)
        return told

    def blind(self) -> None:
        """The camera sees nothing."""
        self._state = parking.blinded(self._state)
