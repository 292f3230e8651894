"""The chain of a camera's evidence: each link names a picture and the link before it, so that none can be changed, left out or moved.

Whoever holds the last link's hash (every observation with a picture carries its own) can prove the whole chain before it
(Haber and Stornetta, "How to time-stamp a digital document", 1991).
"""

import hashlib
import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec

from config.moment import Micros

BEGINNING = "0" * 64
"""What the first link names before it."""
_CAMERA = re.compile(r"camera/([a-z0-9]([a-z0-9._-]*[a-z0-9])?)")


class Taken(msgspec.Struct, frozen=True, kw_only=True):
    """One picture that was kept.

    Attributes:
        reference: of the picture in the store.
        frame: SHA-256 of the frame's own pixels, before anything was blurred or drawn.
        camera: who took it.
        zone: which zone it is about.
        stay: the name of the stay.
        phase: ``confirmed``, ``lasting`` or ``ended``.
        at: event time.
    """

    reference: str
    frame: str
    camera: str
    zone: str
    stay: str
    phase: str
    at: Micros


class Link(msgspec.Struct, frozen=True):
    """A picture in the chain: its number from 1, the hash of the link before, what was taken, and the hash of all that."""

    number: int
    before: str
    taken: Taken
    hash: str


def link(number: int, before: str, taken: Taken) -> Link:
    """Make a link."""
    return Link(number, before, taken, hashlib.sha256(msgspec.json.encode([number, before, taken], order="sorted")).hexdigest())


class Break(msgspec.Struct, frozen=True):
    """Where a chain is broken: the number of the first link that does not hold, and why."""

    number: int
    reason: str


def broken(links: Iterable[Link]) -> Break | None:
    """The first break of a chain; ``None`` while it holds."""
    before = BEGINNING
    for number, one in enumerate(links, 1):
        if one.number != number:
            return Break(number, f"link {number} is missing (number {one.number} comes instead)")
        if one.before != before:
            return Break(number, f"link {number} does not follow the one before it")
        if link(one.number, one.before, one.taken).hash != one.hash:
            return Break(number, f"link {number} was changed")
        before = one.hash
    return None


class ChainStore:
    """The chains of all cameras: a file of JSON lines for each. One process writes a camera's chain.

    Args:
        folder: made with the first link.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._last: dict[str, tuple[int, str]] = {}

    def append(self, taken: Taken) -> Link:
        """Add a picture; on disk when this returns.

        Raises:
            ValueError: the camera's name is none, or its chain cannot be read.
            OSError: the file cannot be written.
        """
        if taken.camera not in self._last:
            self._last[taken.camera] = self._end(taken.camera)
        number, before = self._last[taken.camera]
        made = link(number + 1, before, taken)
        file = self._file(taken.camera)
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("ab") as target:
            target.write(msgspec.json.encode(made) + b"\n")
            target.flush()
            # The observation that carries this hash must never be older than the link that proves it.
            os.fsync(target.fileno())
        self._last[taken.camera] = (made.number, made.hash)
        return made

    def links(self, camera: str) -> Iterator[Link]:
        """The links of a camera in their order; a last line that was cut off by a power cut is passed over.

        Raises:
            ValueError: another line cannot be read; it says which.
        """
        file = self._file(camera)
        lines = file.read_bytes().split(b"\n") if file.exists() else []
        for number, line in enumerate(lines, 1):
            if not line:
                continue
            try:
                yield msgspec.json.decode(line, type=Link)
            except msgspec.MsgspecError as error:
                if number == len(lines):
                    return
                msg = f"{file}:{number}: this is not a link of a chain: {error}"
                raise ValueError(msg) from None

    def cameras(self) -> tuple[str, ...]:
        """Cameras that have a chain."""
        return tuple(sorted(f"camera/{file.stem}" for file in self._folder.glob("*.ndjson")))

    def _end(self, camera: str) -> tuple[int, str]:
        """Number and hash of the last whole link; what was cut off behind it is cut away, since lines are only appended."""
        file, last = self._file(camera), (0, BEGINNING)
        for one in self.links(camera):
            last = (one.number, one.hash)
        if file.exists() and not (content := file.read_bytes()).endswith(b"\n"):
            with file.open("r+b") as target:
                target.truncate(content.rfind(b"\n") + 1)
        return last

    def _file(self, camera: str) -> Path:
        match = _CAMERA.fullmatch(camera)
        if match is None:
            msg = f"{camera!r} is not a camera's id"
            raise ValueError(msg)
        return self._folder / f"{match[1]}.ndjson"
