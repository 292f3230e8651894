"""Picture and video files as nobody wants them: cut off, empty, and small ones that stand for gigabytes."""

import struct
import zlib
from functools import cache
from pathlib import Path

import av
import cv2
import numpy as np

_PNG = b"\x89PNG\r\n\x1a\n"
_NOISE = np.random.default_rng(0).integers(0, 255, (120, 160, 3)).astype(np.uint8)


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def _png(width: int, height: int, *chunks: bytes) -> bytes:
    """A PNG of these sides whose pixels are missing."""
    return _PNG + _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)) + b"".join(chunks) + _chunk(b"IEND", b"")


def cut() -> bytes:
    """Two thirds of a JPEG."""
    whole = cv2.imencode(".jpg", _NOISE)[1].tobytes()
    return whole[: len(whole) * 2 // 3]


def hundred_megapixels() -> bytes:
    """A JPEG whose header promises 10,000 x 10,000."""
    content = bytearray(cv2.imencode(".jpg", _NOISE)[1].tobytes())
    sides = content.index(b"\xff\xc0") + 5
    content[sides : sides + 4] = struct.pack(">HH", 10_000, 10_000)
    return bytes(content)


def endless_sides() -> bytes:
    """A PNG with the longest sides that the format knows."""
    return _png(2**31 - 1, 2**31 - 1, _chunk(b"IDAT", zlib.compress(b"\0" * 999)))


@cache
def zipped_text() -> bytes:
    """A PNG of 64 x 48 with a comment that is a hundred megabytes of nothing, in a hundred kilobytes."""
    return _png(64, 48, _chunk(b"zTXt", b"Comment\0\0" + zlib.compress(bytes(100_000_000), 9)))


@cache
def zipped_profile() -> bytes:
    """The same as its colour profile."""
    return _png(64, 48, _chunk(b"iCCP", b"profile\0\0" + zlib.compress(bytes(100_000_000), 9)))


def write_film_without_frames(path: Path) -> Path:
    """A video of 64 x 48 in good order that ends before its first frame."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=10)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        container.start_encoding()
    return path
