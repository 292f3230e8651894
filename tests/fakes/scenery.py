"""Street views by chance: large enough to turn a camera in, with structure everywhere, and what weather, night and lenses do to them."""

import cv2
import numpy as np

from detectors.inference.port import Picture

WIDTH, HEIGHT = 320, 180
"""Of what a camera sees of it."""
_GRAIN = np.random.default_rng(5).normal(0, 1, (7, HEIGHT, WIDTH, 3)).astype(np.float32)
"""A sensor's noise, a few pictures of it."""


def panorama(seed: int) -> Picture:
    """Twice as wide and high as a camera's picture: walls, windows, poles and signs on a shaded ground."""
    chance = np.random.default_rng(seed)
    width, height = 2 * WIDTH, 2 * HEIGHT
    shade = np.linspace(90, 150, height)[:, None, None] * np.ones((1, width, 3)) * np.array([0.9, 1.0, 1.05])
    picture = shade.astype(np.uint8)
    for _ in range(240):
        left, top = int(chance.integers(0, width)), int(chance.integers(0, height))
        wide, high = (int(chance.integers(4, 45)) for _ in range(2))
        colour = [int(chance.integers(20, 235)) for _ in range(3)]
        cv2.rectangle(picture, (left, top), (left + wide, top + high), colour, -1)
    grain = chance.normal(0, 6, (height, width, 1))
    return np.asarray(np.clip(picture + grain, 0, 255), np.uint8)


def seen(scene: Picture, right: float = 0.0, down: float = 0.0) -> Picture:
    """What a camera sees that is turned by parts of its picture's width and height."""
    left, top = round(WIDTH * (0.5 + right)), round(HEIGHT * (0.5 + down))
    return np.ascontiguousarray(scene[top : top + HEIGHT, left : left + WIDTH])


def passers(picture: Picture, seed: int, count: int = 6) -> Picture:
    """Some people in black walk through it."""
    chance, busy = np.random.default_rng(seed), picture.copy()
    for _ in range(count):
        left, top = int(chance.integers(0, WIDTH)), int(chance.integers(0, HEIGHT))
        cv2.rectangle(busy, (left, top), (left + 18, top + 50), (20, 16, 18), -1)
    return busy


def lit(picture: Picture, gain: float, noise: float = 1.0, seed: int = 0) -> Picture:
    """The same by more or less light, with the sensor's noise."""
    return np.asarray(np.clip(picture * np.float32(gain) + noise * _GRAIN[seed % len(_GRAIN)], 0, 255), np.uint8)


def jpeg(picture: Picture, quality: int) -> Picture:
    """The same through a JPEG encoder."""
    _, content = cv2.imencode(".jpg", picture, [int(cv2.IMWRITE_JPEG_QUALITY), quality])
    return np.asarray(cv2.imdecode(content, cv2.IMREAD_COLOR), np.uint8)


def defocused(picture: Picture, pixels: float) -> Picture:
    """The same out of focus."""
    return np.asarray(cv2.GaussianBlur(picture, (0, 0), pixels), np.uint8)


def infrared(picture: Picture, seed: int = 0) -> Picture:
    """The same by the camera's own lamp: grey, bright in the middle, noisy."""
    rows, columns = np.mgrid[: picture.shape[0], : picture.shape[1]]
    lamp = 1.3 * np.exp(-2 * (((columns / picture.shape[1]) - 0.5) ** 2 + ((rows / picture.shape[0]) - 0.6) ** 2))
    grey = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY) * lamp + 4 * _GRAIN[seed % len(_GRAIN)][:, :, 0]
    return np.repeat(np.clip(grey, 0, 255).astype(np.uint8)[:, :, None], 3, axis=2)
