"""Decodes a picture that came from outside: bounded before it is decoded, refused when it is cut off."""

import io
import warnings

import numpy as np
from PIL import Image, UnidentifiedImageError

from detectors.inference.port import Picture
from detectors.sources.frame import SourceError

LARGEST_BYTES = 32_000_000
MOST_PIXELS = 40_000_000
"""An 8K frame has 33 million pixels; decoded, a picture takes three bytes for each."""
FORMATS = ("JPEG", "PNG", "WEBP")


def decode_still(content: bytes, name: str) -> Picture:
    """Decode a JPEG, PNG or WebP picture.

    Args:
        content: the file.
        name: what the message calls it.

    Raises:
        SourceError: no such picture, cut off, or larger than :data:`LARGEST_BYTES` or :data:`MOST_PIXELS`.
    """
    if len(content) > LARGEST_BYTES:
        msg = f"{name}: {len(content)} bytes are more than a picture may have ({LARGEST_BYTES})"
        raise SourceError(msg)
    try:
        with warnings.catch_warnings():
            # Pillow warns of large pictures on opening; the sides are checked here before anything is decoded.
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            image = Image.open(io.BytesIO(content), formats=FORMATS)
        if image.width * image.height > MOST_PIXELS:
            msg = f"{name}: {image.width} x {image.height} are {image.width * image.height / 1e6:.0f} megapixels, more than the {MOST_PIXELS / 1e6:.0f} that are judged; let the camera send a smaller stream"
            raise SourceError(msg)
        pixels = np.asarray(image.convert("RGB"))
    except UnidentifiedImageError as error:
        msg = f"{name}: this is not a picture that is known here (known: {', '.join(FORMATS)})"
        raise SourceError(msg) from error
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        msg = f"{name}: the picture is damaged or cut off ({error})"
        raise SourceError(msg) from error
    return np.ascontiguousarray(pixels[:, :, ::-1])
