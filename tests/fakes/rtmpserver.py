"""A stream server that speaks RTMP (nginx with its RTMP module, Debian: nginx and libnginx-mod-rtmp), and a camera that publishes to it."""

import contextlib
import shutil
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import av.error
import numpy as np
import pytest

from detectors.inference.port import Picture
from streams.broker.process import free_port
from streams.leash import leash

MODULE = Path("/usr/lib/nginx/modules/ngx_rtmp_module.so")
RATE = 10
"""Frames per second that are published; one in ten is a key frame."""
CONFIG = """
load_module {module};
daemon off;
master_process off;
pid {folder}/nginx.pid;
error_log stderr;
events {{ }}
rtmp {{ access_log off; server {{ listen 127.0.0.1:{port}; application live {{ live on; }} }} }}
"""


def need_rtmp() -> str:
    """Where nginx is; the test is skipped where it, or its module, is not here."""
    nginx = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    if nginx is None or not MODULE.is_file():
        pytest.skip("no RTMP server here (Debian: nginx and libnginx-mod-rtmp)")
    return nginx


class RtmpServer:
    """A stream server on loopback.

    Args:
        folder: for its configuration.
        port: 0 takes a free one.
    """

    def __init__(self, folder: Path, port: int = 0) -> None:
        nginx = need_rtmp()
        self.port = port or free_port()
        self.url = f"rtmp://127.0.0.1:{self.port}/live/gate"
        folder.mkdir(parents=True, exist_ok=True)
        file = folder / "nginx.conf"
        file.write_text(CONFIG.format(module=MODULE, folder=folder, port=self.port), encoding="utf-8")
        self._process = subprocess.Popen(
            [nginx, "-p", str(folder), "-c", str(file), "-e", "stderr"],
            stderr=subprocess.DEVNULL,
            preexec_fn=leash(),  # noqa: PLW1509  # All that it does is a call of the kernel.
        )
        self._wait()

    def _wait(self) -> None:
        deadline = time.monotonic() + 10
        while True:
            assert self._process.poll() is None, "nginx has ended"
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1.0):
                return
            assert time.monotonic() < deadline, "nginx does not listen"
            time.sleep(0.05)

    def stick(self) -> None:
        """Hang: the connections stay, nothing comes."""
        self._process.send_signal(signal.SIGSTOP)

    def off(self) -> None:
        """Pull the plug."""
        self._process.kill()
        self._process.wait(10)

    def __enter__(self) -> "RtmpServer":
        """It listens already."""
        return self

    def __exit__(self, *_: object) -> None:
        """Whatever happened to it, its process ends."""
        self.off()


def _publish(url: str, picture: Picture, ended: threading.Event) -> None:
    height, width = picture.shape[:2]
    # A camera that loses its server hangs up, too.
    with contextlib.suppress(av.error.FFmpegError, OSError), av.open(url, "w", format="flv", timeout=5.0) as container:
        stream: Any = container.add_stream("libx264", rate=RATE, options={"preset": "ultrafast", "tune": "zerolatency"})
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        stream.codec_context.gop_size = RATE
        stream.codec_context.time_base = Fraction(1, RATE)
        number = 0
        while not ended.wait(1 / RATE):
            shown = np.array(picture)
            shown[:16, :16] = 25 * (number % 10)
            frame = av.VideoFrame.from_ndarray(shown, format="bgr24")
            frame.pts = number
            container.mux(stream.encode(frame))
            number += 1


@contextlib.contextmanager
def publishing(url: str, picture: Picture) -> Iterator[None]:
    """A camera that shows a picture, with another light in its corner in each frame, to a stream server."""
    ended = threading.Event()
    thread = threading.Thread(target=_publish, args=(url, picture, ended), daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join(10)
