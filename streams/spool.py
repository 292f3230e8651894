"""Frames that are on their way from the gateway to the process that judges cameras: a folder with the newest one of each camera.

Two processes share it and nothing else. A frame is a plain JPEG file that appears whole (written aside, then renamed) and carries
its event time as the time of its last change; a newer one takes its place, and who takes it takes the file away, so that no
picture lies about.
"""

import os
from pathlib import Path

import msgspec

from config.moment import Micros

_NANOS = 1000


class Spooled(msgspec.Struct, frozen=True):
    """A frame that was taken.

    Attributes:
        at: event time.
        content: the JPEG.
    """

    at: Micros
    content: bytes


class Spool:
    """The folder.

    Args:
        folder: made when something is put.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, camera: str, at: Micros, content: bytes) -> None:
        """Leave a frame in the place of the one that lies there.

        Args:
            camera: an id of the catalogue, never of a request: it becomes a file's name.
            at: event time.
            content: the JPEG.

        Raises:
            OSError: the disk is full, or the folder cannot be written.
        """
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        place = self._place(camera)
        aside = place.with_suffix(".part")
        try:
            with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
                file.write(content)
            os.utime(aside, ns=(at * _NANOS, at * _NANOS))
            aside.replace(place)
        except OSError:
            aside.unlink(missing_ok=True)
            raise

    def take(self, camera: str) -> Spooled | None:
        """Take the newest frame away; ``None`` when none came since the last time.

        Raises:
            OSError: the folder cannot be read or written.
        """
        place = self._place(camera)
        # Renamed first: a frame that comes while this one is read is not thrown away with it.
        taken = place.with_suffix(".taken")
        try:
            place.replace(taken)
        except FileNotFoundError:
            return None
        at = taken.stat().st_mtime_ns // _NANOS
        content = taken.read_bytes()
        taken.unlink()
        return Spooled(at, content)

    def _place(self, camera: str) -> Path:
        return self._folder / f"{camera.rpartition('/')[2]}.jpg"
