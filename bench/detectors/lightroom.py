"""Pictures of one drawn scene at one spot: the same for the same arguments, never one for both teaching and judging."""

import hashlib

import msgspec
import numpy as np

from bench.detectors.drawing.scenes import DRAWN
from bench.detectors.drawing.weather import CONDITIONS, light_of, seen_in
from bench.detectors.grounds import Ground
from detectors.inference.port import Picture
from detectors.scenes.state import POLICIES


class Room(msgspec.Struct, frozen=True, kw_only=True):
    """Where pictures are made.

    Attributes:
        scene: which one is drawn.
        ground: the real picture below.
        number: of the spot; it chooses the bin's colour and the line's height.
        seed: of everything that is drawn.
    """

    scene: str
    ground: Ground
    number: int
    seed: int

    def crop(self, number: int, *, there: bool) -> Picture:
        """A crop to teach by: a single picture, made by day."""
        draw = self._draw("taught", number, there)
        weather = CONDITIONS["day"]
        return seen_in(self._scene(draw, there=there), weather, light_of(weather, draw), draw)

    def look(self, condition: str, number: int, *, there: bool) -> Picture:
        """What the scene would look at: one picture, or the median of as many as its policy says, while the light stays."""
        draw = self._draw(condition, number, there)
        weather = CONDITIONS[condition]
        scene, light = self._scene(draw, there=there), light_of(weather, draw)
        pictures = [seen_in(scene, weather, light, draw) for _ in range(POLICIES[self.scene].median)]
        return pictures[0] if len(pictures) == 1 else np.median(np.stack(pictures), axis=0).astype(np.uint8)

    def _scene(self, draw: np.random.Generator, *, there: bool) -> Picture:
        """The thing on the ground; the camera's picture is never on the same pixels twice."""
        right, down = (int(part) for part in draw.integers(-3, 4, 2))
        return DRAWN[self.scene](np.roll(self.ground.picture, (down, right), (0, 1)), draw, self.number, there=there)

    def _draw(self, use: str, number: int, there: bool) -> np.random.Generator:  # noqa: FBT001  # A part of the key, no switch.
        key = f"{self.seed}/{self.scene}/{self.ground.spot.name}/{use}/{number}/{there}"
        return np.random.default_rng(int.from_bytes(hashlib.sha256(key.encode()).digest()[:8], "big"))
