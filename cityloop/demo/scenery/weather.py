"""What lies between a scene and its picture: light, rain, a camera's noise, and people who walk past."""

from collections.abc import Mapping
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from cityloop.demo.scenery.things import Canvas

NOISE = 3.0
"""Standard deviation of a pixel."""
LIGHTS: Mapping[str, tuple[float, float, float]] = {
    "day": (1.0, 1.0, 1.0),
    "dusk": (0.7, 0.6, 0.52),
    "bright": (1.15, 1.2, 1.22),
    "rain": (0.88, 0.85, 0.82),
}
"""Factors of blue, green and red."""


def taken(scene: Canvas, numbers: np.random.Generator, light: str = "day", factor: float = 1.0) -> Canvas:
    """The picture that a camera takes of a scene.

    Args:
        scene: is not changed.
        numbers: of the noise and the rain.
        light: one of :data:`LIGHTS`.
        factor: more or less of that light.
    """
    grain = np.roll(_grain(*scene.shape), tuple(numbers.integers(0, scene.shape).tolist()), (0, 1, 2))
    lit = cv2.multiply(scene, np.array([*LIGHTS[light], 0.0]), scale=factor, dtype=cv2.CV_32F)
    canvas = np.asarray(cv2.add(lit, grain, dtype=cv2.CV_8U), np.uint8)
    if light == "rain":
        height, width = canvas.shape[:2]
        for x, y in zip(numbers.integers(0, width, 60).tolist(), numbers.integers(0, height, 60).tolist(), strict=True):
            cv2.line(canvas, (x, y), (x - 3, y + 14), (200, 200, 200), 1, cv2.LINE_AA)
    return canvas


@cache
def _grain(height: int, width: int, channels: int) -> NDArray[np.float32]:
    """One field of noise for all pictures of a size: shifted from picture to picture it is as good as a new one, and costs a tenth."""
    return NOISE * np.random.default_rng(0).standard_normal((height, width, channels), dtype=np.float32)


def passer_by(scene: Canvas, at: float) -> Canvas:
    """The scene with somebody dark and blurred walking through it, at a part of its width."""
    height, width = scene.shape[:2]
    shape = np.zeros((height, width), np.float32)
    middle = round(at * width)
    cv2.ellipse(shape, (middle, round(0.45 * height)), (round(0.035 * width), round(0.27 * height)), 0.0, 0.0, 360.0, 1.0, cv2.FILLED)
    cv2.circle(shape, (middle, round(0.14 * height)), round(0.02 * width), 1.0, cv2.FILLED)
    for foot in (-0.02, 0.025):
        cv2.line(shape, (middle, round(0.65 * height)), (middle + round(foot * width), round(0.95 * height)), 1.0, round(0.025 * width))
    cover = cv2.GaussianBlur(shape, (0, 0), 2.0)[:, :, None]
    return np.asarray(scene * (1 - cover) + np.array((46, 40, 38), np.float32) * cover, np.uint8)
