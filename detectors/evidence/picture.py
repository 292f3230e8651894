"""The picture that goes with an observation: blurred, drawn upon, stamped, as JPEG."""

import hashlib
from collections.abc import Sequence

import cv2
import msgspec
import numpy as np
from numpy.typing import NDArray

from config import moment
from config.moment import Micros
from config.sources import Point
from detectors.boxes import Box, Detection
from detectors.evidence.privacy import Region, unreadable
from detectors.inference.port import Picture

QUALITY = 85
ZONE_COLOUR = (0, 190, 255)
STAY_COLOUR = (40, 40, 230)
OTHER_COLOUR = (190, 190, 190)
STRIP = 22
"""Height of the stamp's line below the picture, pixels."""

FONT = cv2.FONT_HERSHEY_SIMPLEX
SMALL = 0.42

Canvas = NDArray[np.uint8]
Colour = tuple[int, int, int]
"""Blue, green, red."""


class Stamp(msgspec.Struct, frozen=True):
    """What is written below a picture: which camera and zone, and when."""

    camera: str
    zone: str
    at: Micros


def evidence_jpeg(picture: Picture, polygon: Sequence[Point], box: Box, seen: Sequence[Detection], stamp: Stamp) -> bytes:
    """Make the evidence of one stay; the frame itself is not changed.

    Args:
        picture: the frame.
        polygon: the zone.
        box: where the thing stands.
        seen: everything found in the frame; people and vehicles among it are blurred.
        stamp: camera, zone and time. The frame's own SHA-256 is written beside them, which ties the picture to an original.
    """
    canvas = blurred(picture, unreadable(seen))
    draw_zone(canvas, polygon)
    draw_box(canvas, box, STAY_COLOUR, 2)
    return encode(_stamped(canvas, stamp, frame_digest(picture)))


def frame_digest(picture: Picture) -> str:
    """SHA-256 of a frame's own pixels: 64 hexadecimal digits."""
    return hashlib.sha256(np.ascontiguousarray(picture).data).hexdigest()


def blurred(picture: Picture, regions: Sequence[Region]) -> Canvas:
    """A copy with regions reduced to few blocks and smoothed: what was there cannot be computed back from their means."""
    canvas = picture.copy()
    for region in regions:
        left, top, right, bottom = _pixels(region.box, canvas)
        part = canvas[top:bottom, left:right]
        if part.size:
            height, width = part.shape[:2]
            # A block is never smaller than four pixels, so that small, far regions are blurred too.
            across = max(1, min(region.blocks, width // 4))
            coarse = cv2.resize(part, (across, max(1, round(across * height / width))), interpolation=cv2.INTER_AREA)
            canvas[top:bottom, left:right] = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_LINEAR)
    return canvas


def draw_zone(canvas: Canvas, polygon: Sequence[Point]) -> None:
    """Draw a zone's outline."""
    height, width = canvas.shape[:2]
    corners = np.array([[round(x * (width - 1)), round(y * (height - 1))] for x, y in polygon], np.int32)
    cv2.polylines(canvas, [corners], isClosed=True, color=ZONE_COLOUR, thickness=2, lineType=cv2.LINE_AA)


def draw_box(canvas: Canvas, box: Box, colour: Colour, thickness: int, text: str = "", *, below: bool = False) -> None:
    """Draw a box, with words above or below it, kept inside the picture."""
    left, top, right, bottom = _pixels(box, canvas)
    cv2.rectangle(canvas, (left, top), (max(left, right - 1), max(top, bottom - 1)), colour, thickness)
    if text:
        (width, height), _ = cv2.getTextSize(text, FONT, SMALL, 1)
        x = max(0, min(left + 2, canvas.shape[1] - width - 2))
        y = min(bottom + height + 6, canvas.shape[0] - 4) if below else max(height + 2, top - 4)
        cv2.putText(canvas, text, (x, y), FONT, SMALL, colour, 1, cv2.LINE_AA)


def encode(canvas: Canvas) -> bytes:
    """JPEG bytes.

    Raises:
        ValueError: the canvas cannot be encoded (an empty one).
    """
    done, content = cv2.imencode(".jpg", canvas, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])
    if not done:
        msg = f"a picture of shape {canvas.shape} cannot be written as JPEG"
        raise ValueError(msg)
    return content.tobytes()


def lossless(picture: Picture) -> bytes:
    """PNG bytes of a frame, pixel for pixel: their SHA-256 is still that of :func:`frame_digest`.

    Raises:
        ValueError: the picture cannot be encoded (an empty one).
    """
    done, content = cv2.imencode(".png", picture, [cv2.IMWRITE_PNG_COMPRESSION, 1])
    if not done:
        msg = f"a picture of shape {picture.shape} cannot be written as PNG"
        raise ValueError(msg)
    return content.tobytes()


def _stamped(canvas: Canvas, stamp: Stamp, digest: str) -> Canvas:
    strip = np.zeros((STRIP, canvas.shape[1], 3), np.uint8)
    words = f"{stamp.camera}  {stamp.zone}  {moment.render(stamp.at)}  frame sha256 {digest[:16]}"
    # The letters shrink with narrow pictures, so that the line is never cut off.
    (width, _), _ = cv2.getTextSize(words, FONT, 0.45, 1)
    size = 0.45 * min(1.0, (canvas.shape[1] - 8) / width)
    cv2.putText(strip, words, (4, 15), FONT, size, (255, 255, 255), 1, cv2.LINE_AA)
    return np.vstack([canvas, strip])


def _pixels(box: Box, canvas: Canvas) -> tuple[int, int, int, int]:
    height, width = canvas.shape[:2]
    inside = box.clipped()
    return round(inside.left * width), round(inside.top * height), round(inside.right * width), round(inside.bottom * height)
