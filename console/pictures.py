"""Whether uploaded bytes are a picture that can be kept as evidence."""

import io

from PIL import Image, ImageFile, UnidentifiedImageError

LARGEST = 8 * 1024 * 1024
"""Bytes of the largest picture that is taken."""
MOST_PIXELS = 50_000_000
"""Pixels of the largest picture that is decoded; phones in use make up to 50 megapixels."""
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
