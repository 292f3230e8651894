"""Whether uploaded bytes are a picture that can be kept as evidence."""

import io

import numpy as np
from PIL import Image, ImageFile, UnidentifiedImageError

from config.sources import Zone
from detectors.sources.frame import SourceError
from detectors.sources.still import decode_still
from detectors.viewing import crop_of

LARGEST = 8 * 1024 * 1024
"""Bytes of the largest picture that is taken."""
MOST_PIXELS = 50_000_000
"""Pixels of the largest picture that is decoded; phones in use make up to 50 megapixels."""
CROP_QUALITY = 95
"""Of a crop that is coded again: its artefacts must not be what a head learns."""
_MAGIC = b"\xff\xd8\xff"

# Pillow can pad a truncated file with grey; evidence must be whole. This is its default, stated because we rely on it.
ImageFile.LOAD_TRUNCATED_IMAGES = False


class BadPictureError(ValueError):
    """The bytes are not a whole JPEG picture of a bearable size; the message says why and what to do."""


def check_jpeg(content: bytes) -> tuple[int, int]:
    """Check size, form and content; decodes the whole picture, so call it from a worker thread.

    Returns:
        Width and height in pixels.

    Raises:
        BadPictureError: too large, not a JPEG, too many pixels (judged from the header, before decoding), truncated or broken.
    """
    if len(content) > LARGEST:
        msg = f"The picture has {len(content):,} bytes; at most {LARGEST:,} are taken. Send a smaller picture."
        raise BadPictureError(msg)
    if not content.startswith(_MAGIC):
        msg = "The body does not begin like a JPEG picture. Send the JPEG file itself, with content type image/jpeg."
        raise BadPictureError(msg)
    try:
        with Image.open(io.BytesIO(content), formats=("JPEG",)) as picture:
            width, height = picture.size
            if width * height > MOST_PIXELS:
                msg = f"The picture is {width} x {height} pixels; at most {MOST_PIXELS // 1_000_000} megapixels are taken. Send a smaller picture."
                raise BadPictureError(msg)
            picture.load()
    except (Image.DecompressionBombError, UnidentifiedImageError, OSError, SyntaxError) as error:
        msg = f"The JPEG picture is truncated or broken ({error}). Take or send it again."
        raise BadPictureError(msg) from error
    return width, height


def cut_out(content: bytes, zone: Zone) -> tuple[bytes, int, int]:
    """The zone's part of a camera's whole picture, cut as the cameras cut it; decodes, so call it from a worker thread.

    Returns:
        A JPEG picture, its width and height in pixels.

    Raises:
        BadPictureError: it is not a whole picture, or has more pixels than the cameras judge.
    """
    try:
        crop = crop_of(decode_still(content, "The picture"), zone)
    except SourceError as error:
        raise BadPictureError(str(error)) from error
    target = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(crop[:, :, ::-1])).save(target, "JPEG", quality=CROP_QUALITY)
    return target.getvalue(), crop.shape[1], crop.shape[0]
