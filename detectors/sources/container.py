"""Opens a file's or a stream's video with PyAV, and bounds what may be in it."""

from collections.abc import Mapping
from typing import Any

import av
import av.error

from config.cameraoptions import Decode
from detectors.sources.frame import SourceError
from detectors.sources.still import MOST_PIXELS


def open_video(url: str, name: str, decode: Decode, options: Mapping[str, str], timeout: float | None) -> tuple[Any, Any]:
    """A container and its first video stream; whoever gets it closes the container.

    Args:
        url: a path, or an address with its credentials.
        name: what messages call it.
        decode: whether frames that do not stand for themselves are passed over.
        options: of FFmpeg's demuxers and protocols.
        timeout: seconds to connect, and again to wait for each packet; ``None`` for a file.

    Raises:
        SourceError: there is none. The decoder's own words are not repeated: they may hold the address with its credentials.
    """
    try:
        container = av.open(url, options=dict(options), timeout=timeout)
    except (av.error.FFmpegError, OSError, ValueError) as error:
        msg = f"{name}: no video that can be opened ({type(error).__name__})"
        raise SourceError(msg) from None
    if not container.streams.video:
        container.close()
        msg = f"{name}: there is no video in it"
        raise SourceError(msg)
    stream = container.streams.video[0]
    context = stream.codec_context
    if decode is Decode.KEYFRAMES:
        context.skip_frame = "NONKEY"
    # With more threads the decoder holds a frame back for each.
    context.thread_count = 1
    return container, stream


def check_size(name: str, width: int, height: int) -> None:
    """Refuse frames that are too large; a stream may change their size at any time.

    Raises:
        SourceError: they are.
    """
    if width * height > MOST_PIXELS:
        msg = f"{name}: frames of {width} x {height} are too large; choose the camera's smaller stream"
        raise SourceError(msg)
