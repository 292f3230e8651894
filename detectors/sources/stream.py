"""Frames from a stream (RTSP, RTMP), through FFmpeg in PyAV: all of them, or those alone that stand for themselves."""

import time
from collections.abc import Generator, Mapping
from typing import Any
from urllib.parse import urlsplit

import av.error
import numpy as np

from config.cameraoptions import Decode
from detectors.inference.port import Picture
from detectors.sources.container import check_size, open_video
from detectors.sources.frame import SourceError
from detectors.sources.refusal import why_refused
from detectors.sources.trust import check_certificate

WAITED = 0.9
"""Part of the time-out after which a read counts as having waited for all of it."""

KNOWING: Mapping[str, str] = {"fpsprobesize": "0", "analyzeduration": "1000000"}
"""How well FFmpeg gets to know a stream before its first frame is given out (https://ffmpeg.org/ffmpeg-formats.html).

By itself it counts frames to guess their rate, 20 of RTSP and 40 of RTMP, two and four seconds of a camera with ten a second; the
rate is of no use here. And it waits five seconds of an RTMP stream for the sound that may yet come. What it has not found out in a
second, the decoder finds in the next key frame.
"""
END: Any = object()
"""Comes instead of a frame when there will be none any more."""
RTSP: Mapping[str, str] = {**KNOWING, "rtsp_transport": "tcp", "allowed_media_types": "video"}
"""Over TCP, so that nothing is lost on the way; sound and events are not asked for."""


def _decoded(container: Any, stream: Any) -> Generator[Any, None, None]:
    """Frames in their order; ``None`` for a packet that gave none, so that the reader can look at its watch."""
    for packet in container.demux(stream):
        try:
            yield from packet.decode() or (None,)
        except av.error.FFmpegError:
            yield None  # Damaged on the way: the decoder goes on with the next, and is whole again with the next key frame.


class StreamReader:
    """One connection to a live source.

    Args:
        name: the URL without credentials, for messages.
        url: the URL with them.
        timeout: seconds to connect, and to wait for a frame.
        decode: all frames, or key frames alone: the decoder passes over all others, for a tenth of the price.
        certificate: file by which the other's certificate is checked, with TLS; ``None`` takes any.

    Raises:
        SourceError: no connection, or no video in it.
    """

    def __init__(self, name: str, url: str, timeout: float, decode: Decode = Decode.ALL, certificate: str | None = None) -> None:
        self._name = name
        self._timeout = timeout
        self._wanted = "key frame" if decode is Decode.KEYFRAMES else "frame"
        options = RTSP if urlsplit(name).scheme in {"rtsp", "rtsps"} else KNOWING
        check_certificate(certificate)
        if certificate is not None:
            options = {**options, "tls_verify": "1", "ca_file": certificate}
        try:
            self._container, stream = open_video(url, name, decode, options, timeout)
        except SourceError:
            msg = f"{name}: {why_refused(name, timeout, credentials=url != name, certificate=certificate)}"
            raise SourceError(msg) from None
        try:
            check_size(name, stream.codec_context.width, stream.codec_context.height)
        except SourceError:
            self._container.close()
            raise
        self._frames = _decoded(self._container, stream)

    def read(self) -> Picture:
        """Wait for the next frame, of whatever size: a stream may change it.

        Raises:
            SourceError: the connection was lost, or nothing came in time.
        """
        began = time.monotonic()
        try:
            frame = next(self._frames, END)
            while frame is None and self._in_time(began):
                frame = next(self._frames, END)
        except (av.error.FFmpegError, OSError) as error:
            msg = f"{self._name}: the stream broke off ({type(error).__name__})"
            raise SourceError(msg) from None
        # When the wait is over, FFmpeg still gives out frames that it has kept back: they are as old as the silence, and not of now.
        if frame is END or not self._in_time(began):
            msg = f"{self._name}: the stream ended or no {self._wanted} came in time"
            raise SourceError(msg)
        check_size(self._name, frame.width, frame.height)
        return np.ascontiguousarray(frame.to_ndarray(format="bgr24"), np.uint8)

    def _in_time(self, began: float) -> bool:
        return time.monotonic() - began <= WAITED * self._timeout

    def close(self) -> None:
        """Hang up."""
        self._frames.close()
        self._container.close()
