"""Whether bytes are a JPEG that may be passed on: decoded once, small, before anybody is told that it was taken."""

import io
import warnings

from PIL import Image, UnidentifiedImageError

MOST_PIXELS = 40_000_000
"""As many as the cameras judge (:data:`detectors.sources.still.MOST_PIXELS`)."""
MOST_SCANS = 64
"""A progressive JPEG has about ten; each scan costs a pass over the whole picture, however few bytes it has."""
_SCAN = b"\xff\xda"


def check_jpeg(content: bytes) -> tuple[int, int]:
    """Width and height of a JPEG that can be decoded to its end.

    Raises:
        ValueError: it is none, is cut off, or would cost too much; the message is a sentence for its sender.
    """
    if not content:
        raise ValueError("The body is empty. Send one JPEG.")
    # In the picture's data a 0xFF is followed by 0x00, so the marker is found nowhere else.
    if content.count(_SCAN) > MOST_SCANS:
        raise ValueError(f"The JPEG has more than {MOST_SCANS} scans. Send a baseline JPEG.")
    try:
        with warnings.catch_warnings():
            # Pillow warns of large pictures on opening; the sides are checked here before anything is decoded.
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            image = Image.open(io.BytesIO(content), formats=("JPEG",))
        width, height = image.size
        if width * height > MOST_PIXELS:
            raise ValueError(
                f"{width} x {height} are {width * height / 1e6:.0f} megapixels, more than the {MOST_PIXELS / 1e6:.0f} that are judged. Send a smaller picture."
            )
        # An eighth of the size is decoded from all of the data: a cut is found at the price of a thumbnail.
        image.draft("L", (max(1, width // 8), max(1, height // 8)))
        image.load()
    except UnidentifiedImageError:
        raise ValueError("The body is not a JPEG.") from None
    except (OSError, SyntaxError, Image.DecompressionBombError) as error:
        raise ValueError(f"The JPEG is damaged or cut off ({error}). Send it again, whole.") from None
    return width, height
