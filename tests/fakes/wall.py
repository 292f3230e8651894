"""Network cameras on the wall: real RTSP servers in processes of their own, and things that listen where a camera should."""

import contextlib
import os
import signal
import socket
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest

from detectors.inference.port import Picture
from streams.leash import leash

PYTHON = "/usr/bin/python3"
"""The system's: PyGObject comes with the distribution."""
PROGRAM = str(Path(__file__).with_name("rtspcamera.py"))


def need_rtsp(*elements: str) -> None:
    """Skip the test where this machine has no RTSP server, or one without these elements of GStreamer."""
    if not Path(PYTHON).is_file():
        pytest.skip(f"{PYTHON} is not here")
    done = subprocess.run([PYTHON, PROGRAM, "check", *elements], capture_output=True, text=True, timeout=60, check=False)
    if done.returncode:
        said = (done.stderr.strip().splitlines() or ["it says nothing"])[-1]
        pytest.skip(
            f"no RTSP server here: {said} (Debian: gir1.2-gst-rtsp-server-1.0, python3-gi, gstreamer1.0-plugins-base, -good, -ugly)"
        )


def film(folder: Path, picture: Picture) -> str:
    """Ten pictures, each with another light in its corner, so that the camera does not seem frozen; the pattern of their names."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(10):
        shown = np.array(picture)
        shown[:16, :16] = 25 * number
        assert cv2.imwrite(str(folder / f"{number:02}.png"), shown)
    return str(folder / "%02d.png")


class WallCamera:
    """A camera that streams ``pictures`` until it is switched off.

    Args:
        pictures: pattern of file names, see :func:`film`.
        size: width and height of the stream.
        port: 0 takes a free one.
        seconds: after which the stream ends; 0 for never.
        asks: ``(scheme, user, password)`` that it asks for.
        sizes: ``640x272 320x136``: the next is taken every two seconds in the midst of the stream.
        every: one in so many frames is a key frame, of ten a second.
        codec: ``h264`` or ``h265``.
        sound: whether there is sound, too.
    """

    def __init__(
        self,
        pictures: str,
        size: tuple[int, int] = (320, 136),
        port: int = 0,
        seconds: float = 0,
        asks: tuple[str, str, str] | None = None,
        *,
        sizes: str = "",
        every: int = 10,
        codec: str = "h264",
        sound: bool = False,
    ) -> None:
        secrets = dict(zip(("CAMERA_SCHEME", "CAMERA_USER", "CAMERA_PASSWORD"), asks, strict=True)) if asks else {}
        self._process = subprocess.Popen(
            [PYTHON, PROGRAM, str(port), f"{size[0]}x{size[1]}", pictures, str(seconds)],
            env={
                **os.environ,
                **secrets,
                "CAMERA_SIZES": sizes,
                "CAMERA_GOP": str(every),
                "CAMERA_CODEC": codec,
                "CAMERA_SOUND": "1" if sound else "",
            },
            stdout=subprocess.PIPE,
            text=True,
            preexec_fn=leash(),  # noqa: PLW1509  # All that it does is a call of the kernel.
        )
        assert self._process.stdout is not None
        said = self._process.stdout.readline().strip()
        assert said.isdigit(), f"the camera does not listen on port {port}: {said}"
        self.port = int(said)
        self.url = f"rtsp://127.0.0.1:{self.port}/live"

    def stick(self) -> None:
        """Hang: the connection stays, nothing comes."""
        self._process.send_signal(signal.SIGSTOP)

    def unstick(self) -> None:
        """Go on."""
        self._process.send_signal(signal.SIGCONT)

    def off(self) -> None:
        """Pull the plug."""
        self._process.kill()
        self._process.communicate(timeout=10)

    def __enter__(self) -> "WallCamera":
        """It streams already."""
        return self

    def __exit__(self, *_: object) -> None:
        """Whatever happened to it, its process ends."""
        self.off()


Talk = Callable[[socket.socket], None]
"""What a listener does to whoever connects; it may take until the other hangs up."""


@contextlib.contextmanager
def listener(talk: Talk) -> Iterator[str]:
    """Something on a free loopback port that is no camera; the address at which one is looked for."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def one(line: socket.socket) -> None:
            with line, contextlib.suppress(OSError):
                talk(line)

        def accept() -> None:
            with contextlib.suppress(OSError):
                while True:
                    threading.Thread(target=one, args=(server.accept()[0],), daemon=True).start()

        threading.Thread(target=accept, daemon=True).start()
        yield f"rtsp://127.0.0.1:{server.getsockname()[1]}/live"
        # A thread in accept() is only woken by this; closing alone leaves it there.
        server.shutdown(socket.SHUT_RDWR)
