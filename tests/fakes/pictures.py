"""JPEG pictures for tests, whole and broken."""

import io

from PIL import Image


def jpeg(width: int = 64, height: int = 48, shade: int = 128) -> bytes:
    """A whole picture of one shade."""
    target = io.BytesIO()
    Image.new("RGB", (width, height), (shade, shade, shade)).save(target, "JPEG")
    return target.getvalue()


def truncated_jpeg() -> bytes:
    """A picture whose last half never arrived."""
    whole = jpeg(640, 480)
    return whole[: len(whole) // 2]


def vast_jpeg(width: int, height: int) -> bytes:
    """A small file that says in its header that it is vast: who decodes it to find out has lost already."""
    whole = bytearray(jpeg())
    frame = whole.index(b"\xff\xc0")
    whole[frame + 5 : frame + 9] = height.to_bytes(2, "big") + width.to_bytes(2, "big")
    return bytes(whole)
