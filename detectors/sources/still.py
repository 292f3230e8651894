"""Decodes a picture that came from outside: bounded before it is decoded, refused when it is cut off."""

import io
import warnings
from pathlib import Path

import numpy as np
from PIL import Image, UnidentifiedImageError

from detectors.inference.port import Picture
from detectors.sources.frame import SourceError

LARGEST_BYTES = 32_000_000
MOST_PIXELS = 40_000_000
"""An 8K frame has 33 million pixels; decoded, a picture takes three bytes for each."""
FORMATS = ("JPEG", "PNG", "WEBP")


_LIMIT = f"more than the {MOST_PIXELS / 1e6:.0f} that are judged; let the camera send a smaller stream"


def open_still(content: bytes, name: str) -> Image.Image:
    """A picture of which only the header has been read: its sides are within bounds.

    Args:
        content: the file.
        name: what the message calls it.

    Raises:
        SourceError: no such picture, or larger than :data:`LARGEST_BYTES` or :data:`MOST_PIXELS`.
    """
    if len(content) > LARGEST_BYTES:
        msg = f"{name}: {len(content)} bytes are more than a picture may have ({LARGEST_BYTES})"
        raise SourceError(msg)
    try:
        with warnings.catch_warnings():
            # Pillow warns of large pictures on opening; the sides are checked here before anything is decoded.
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            image = Image.open(io.BytesIO(content), formats=FORMATS)
    except UnidentifiedImageError as error:
        msg = f"{name}: this is not a picture that is known here (known: {', '.join(FORMATS)})"
        raise SourceError(msg) from error
    except Image.DecompressionBombError as error:
        msg = f"{name}: its megapixels are {_LIMIT}"
        raise SourceError(msg) from error
    except (OSError, ValueError, SyntaxError) as error:
        msg = f"{name}: the picture is damaged or cut off ({error})"
        raise SourceError(msg) from error
    if image.width * image.height > MOST_PIXELS:
        msg = f"{name}: {image.width} x {image.height} are {image.width * image.height / 1e6:.0f} megapixels, {_LIMIT}"
        raise SourceError(msg)
    return image


def decode_still(content: bytes, name: str) -> Picture:
    """Decode a JPEG, PNG or WebP picture.

    Args:
        content: the file.
        name: what the message calls it.

    Raises:
        SourceError: see :func:`open_still`; or it is cut off.
    """
    image = open_still(content, name)
    try:
        pixels = np.asarray(image.convert("RGB"))
    except (OSError, ValueError, SyntaxError) as error:
        msg = f"{name}: the picture is damaged or cut off ({error})"
        raise SourceError(msg) from error
    return np.ascontiguousarray(pixels[:, :, ::-1])


def read_still(path: Path) -> bytes:
    """The content of a picture's file, which may be anything of any size.

    Raises:
        SourceError: it cannot be read, or is longer than a picture may be.
    """
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST_BYTES + 1)
    except OSError as error:
        msg = f"{path}: the picture cannot be read ({error.strerror})"
        raise SourceError(msg) from error
    if len(content) > LARGEST_BYTES:
        msg = f"{path}: the file is longer than a picture may be ({LARGEST_BYTES} bytes)"
        raise SourceError(msg)
    return content
