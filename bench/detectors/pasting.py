"""Puts a cut-out vehicle or person into a real picture: its size by its place, its light by the picture's, a soft edge, a shadow."""

import cv2
import msgspec
import numpy as np
from numpy.typing import NDArray

from bench.detectors.cutouts import Cutout
from detectors.inference.port import Picture


class Pose(msgspec.Struct, frozen=True, kw_only=True):
    """How a cut-out stands in a picture.

    Attributes:
        x: middle of its lower edge, pixels.
        bottom: its lower edge, pixels.
        width: pixels.
        mirrored: left and right changed.
        gain: brighter or darker than its surroundings make it.
        tint: factor of each colour, so that one vehicle stands for several.
        shadow: how dark the ground below it becomes, 0 to 1.
    """

    x: float
    bottom: float
    width: float
    mirrored: bool = False
    gain: float = 1.0
    tint: tuple[float, float, float] = (1.0, 1.0, 1.0)
    shadow: float = 0.35


def paste(picture: Picture, thing: Cutout, pose: Pose, before: NDArray[np.float32] | None = None) -> Picture:
    """A new picture with the thing in it.

    Args:
        picture: the real one.
        thing: what is put into it.
        pose: where and how.
        before: (height, width), 1 where the picture shows what stands before the thing.
    """
    width = max(4, round(pose.width))
    height = max(4, round(thing.picture.shape[0] * width / thing.picture.shape[1]))
    way = cv2.INTER_AREA if width < thing.picture.shape[1] else cv2.INTER_CUBIC
    own = cv2.resize(thing.picture, (width, height), interpolation=way).astype(np.float32)
    mask = cv2.resize(thing.mask, (width, height), interpolation=cv2.INTER_LINEAR)
    if pose.mirrored:
        own, mask = own[:, ::-1], mask[:, ::-1]
    left, top = round(pose.x - width / 2), round(pose.bottom - height)
    rows, columns = picture.shape[:2]
    x0, x1, y0, y1 = max(0, left), min(columns, left + width), max(0, top), min(rows, top + height)
    out = _shaded(picture, left, left + width, pose, before)
    if x1 <= x0 or y1 <= y0:
        return out.astype(np.uint8)
    # The whole picture's light counts by its root: a thing is not as dark as the wall behind it, but it is darker at dusk.
    light = pose.gain * float(np.clip(picture.mean() / max(thing.light, 1.0), 0.2, 3.0)) ** 0.7
    own = np.clip(own[y0 - top : y1 - top, x0 - left : x1 - left] * (np.array(pose.tint, np.float32) * light), 0, 255)
    share = mask[y0 - top : y1 - top, x0 - left : x1 - left]
    if before is not None:
        share = share * (1 - before[y0:y1, x0:x1])
    under = out[y0:y1, x0:x1]
    out[y0:y1, x0:x1] = own * share[..., None] + under * (1 - share[..., None])
    return out.clip(0, 255).astype(np.uint8)


def _shaded(picture: Picture, left: int, right: int, pose: Pose, before: NDArray[np.float32] | None) -> NDArray[np.float32]:
    out = picture.astype(np.float32)
    if pose.shadow <= 0:
        return out
    ground: NDArray[np.float32] = np.zeros(picture.shape[:2], np.float32)
    middle, axes = ((left + right) // 2, round(pose.bottom) - 1), ((right - left) // 2, max(2, (right - left) // 16))
    cv2.ellipse(ground, middle, axes, 0, 0, 360, pose.shadow, -1)
    ground = np.asarray(cv2.GaussianBlur(ground, (0, 0), max(1.0, (right - left) / 50)), np.float32)
    if before is not None:
        ground *= 1 - before
    return out * (1 - ground[..., None])
