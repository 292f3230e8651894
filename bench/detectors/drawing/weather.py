"""Light and weather between a drawn scene and the picture that a camera makes of it."""

from collections.abc import Mapping

import cv2
import msgspec
import numpy as np
from numpy.typing import NDArray

from detectors.inference.port import Picture


class Weather(msgspec.Struct, frozen=True, kw_only=True):
    """One condition.

    Attributes:
        gains: darkest and brightest factor of every level.
        noise: standard deviation of the sensor's noise, levels.
        shadows: part of the looks over which the edge of a shadow lies.
        streaks: streaks of rain in a picture.
    """

    gains: tuple[float, float]
    noise: float = 3.0
    shadows: float = 0.4
    streaks: int = 0


CONDITIONS: Mapping[str, Weather] = {
    "day": Weather(gains=(0.85, 1.15)),
    "dusk": Weather(gains=(0.35, 0.6), noise=9.0, shadows=0.0),
    "bright": Weather(gains=(1.3, 1.6)),
    "rain": Weather(gains=(0.7, 0.9), noise=5.0, shadows=0.0, streaks=70),
}
"""By name. Heads are taught by day, and judged in each."""
PASSERS_BY = 0.2
"""Part of the pictures before which somebody walks."""
IN_SHADOW = 0.55
"""Light that is left in a shadow."""


class Light(msgspec.Struct, frozen=True):
    """The light of a look: a factor of each colour, and the edge of a shadow (its slope and place), if there is one."""

    gains: NDArray[np.float64]
    edge: tuple[float, float] | None


def light_of(weather: Weather, draw: np.random.Generator) -> Light:
    """Draw a light; it stays while a look's pictures are taken."""
    gains = draw.uniform(*weather.gains) * draw.uniform(0.94, 1.06, 3)
    shadow = draw.random() < weather.shadows
    return Light(gains, (draw.uniform(-1, 1), draw.uniform(0, 1)) if shadow else None)


def seen_in(scene: Picture, weather: Weather, light: Light, draw: np.random.Generator) -> Picture:
    """The picture that a camera makes: passer-by, light, shadow, rain, noise, JPEG."""
    height, width = scene.shape[:2]
    levels = scene.astype(np.float64)
    if draw.random() < PASSERS_BY:
        left, wide = (int(draw.uniform(*span) * width) for span in ((0.0, 0.85), (0.08, 0.14)))
        levels[height // 10 : height * 19 // 20, left : left + wide] = draw.uniform(20, 200, 3)
    levels *= light.gains
    if light.edge is not None:
        rows, columns = np.mgrid[:height, :width]
        levels *= np.where(columns + light.edge[0] * rows > light.edge[1] * width, 1.0, IN_SHADOW)[..., None]
    for _ in range(weather.streaks):
        x, y, length = (int(draw.uniform(*span) * height) for span in ((0.0, width / height), (-0.1, 1.0), (0.05, 0.15)))
        cv2.line(levels, (x, y), (x - length // 6, y + length), (190.0, 190.0, 190.0), 1)
    levels += draw.normal(0, weather.noise, levels.shape)
    coded = cv2.imencode(".jpg", levels.clip(0, 255).astype(np.uint8), [cv2.IMWRITE_JPEG_QUALITY, int(draw.integers(40, 85))])[1]
    return np.asarray(cv2.imdecode(coded, cv2.IMREAD_COLOR), np.uint8)
