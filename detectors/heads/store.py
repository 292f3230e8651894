"""Where heads and their crops are kept: a folder for each zone, versions that are never overwritten."""

import hashlib
import os
import re
import tempfile
from collections.abc import Mapping
from pathlib import Path

import msgspec
import numpy as np

from detectors.heads.head import Card, Head, Numbers, Vector

_NAME = re.compile(r"[a-z0-9]([a-z0-9._-]*[a-z0-9])?")


class Stored(msgspec.Struct, frozen=True):
    """A head as it lies in its file: its card, and its two vectors as little-endian float32."""

    card: Card
    centre: bytes
    weights: bytes


class HeadStore:
    """Heads of every camera below one folder.

    Args:
        folder: made when something is kept.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._read: dict[Path, tuple[tuple[int, int], Head]] = {}

    def current(self, camera: str, zone: str) -> Head | None:
        """The head in force; what changed on disk is read again, so a new teaching holds at once.

        Raises:
            ValueError: the file is damaged, or the name is none.
        """
        pointer = self._place(camera, zone) / "current"
        try:
            version = int(pointer.read_text())
            file = self._file(camera, zone, version)
            state = file.stat()
        except FileNotFoundError:
            return None
        mark = (state.st_mtime_ns, state.st_size)
        if file not in self._read or self._read[file][0] != mark:
            self._read[file] = (mark, decode_head(file.read_bytes(), str(file)))
        return self._read[file][1]

    def versions(self, camera: str, zone: str) -> tuple[int, ...]:
        """Every version that was ever kept, ascending."""
        return tuple(sorted(int(file.stem) for file in (self._place(camera, zone) / "heads").glob("[0-9]*.head")))

    def cards(self, camera: str, zone: str) -> tuple[Card, ...]:
        """What is known of every kept version, ascending.

        Raises:
            ValueError: a file is damaged, or the name is none.
        """
        files = [self._file(camera, zone, version) for version in self.versions(camera, zone)]
        return tuple(decode_head(file.read_bytes(), str(file)).card for file in files)

    def keep(self, camera: str, zone: str, head: Head) -> None:
        """Keep a new version and put it in force.

        Raises:
            FileExistsError: this version is there already.
        """
        file = self._file(camera, zone, head.card.version)
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("xb") as target:
            target.write(encode_head(head))
        self._point(camera, zone, head.card.version)

    def roll_back(self, camera: str, zone: str, version: int) -> Head:
        """Put a version that was kept in force again.

        Raises:
            LookupError: there is no such version; the message names those that there are.
        """
        if version not in self.versions(camera, zone):
            kept = ", ".join(map(str, self.versions(camera, zone))) or "none"
            msg = f"there is no version {version} of {camera} {zone}; kept are: {kept}"
            raise LookupError(msg)
        self._point(camera, zone, version)
        head = self.current(camera, zone)
        assert head is not None  # noqa: S101  # It was pointed to a line ago.
        return head

    def add(self, camera: str, zone: str, label: str, picture: bytes) -> str:
        """Keep a labelled crop; the same crop under another label moves there. Returns its name (SHA-256)."""
        name = hashlib.sha256(picture).hexdigest()
        folder = self._place(camera, zone) / "examples"
        for elsewhere in folder.glob(f"*/{name}.crop"):
            elsewhere.unlink()
        target = folder / _checked(label) / f"{name}.crop"
        target.parent.mkdir(parents=True, exist_ok=True)
        _write(target, picture)
        return name

    def examples(self, camera: str, zone: str) -> Mapping[str, str]:
        """Label of each kept crop, by its name, in the order of names."""
        found = sorted((self._place(camera, zone) / "examples").glob("*/*.crop"), key=lambda file: file.name)
        return {file.stem: file.parent.name for file in found}

    def picture(self, camera: str, zone: str, name: str, label: str) -> bytes:
        """The bytes of a kept crop."""
        return (self._place(camera, zone) / "examples" / _checked(label) / f"{_checked(name)}.crop").read_bytes()

    def features(self, camera: str, zone: str, backbone: str, name: str) -> Vector | None:
        """The features of a crop, when they were computed before."""
        try:
            return np.frombuffer(self._numbers(camera, zone, backbone, name).read_bytes(), "<f4")
        except FileNotFoundError:
            return None

    def keep_features(self, camera: str, zone: str, backbone: str, name: str, features: Vector) -> None:
        """Keep a crop's features, so that the next teaching need not compute them again."""
        target = self._numbers(camera, zone, backbone, name)
        target.parent.mkdir(parents=True, exist_ok=True)
        _write(target, features.astype("<f4").tobytes())

    def _place(self, camera: str, zone: str) -> Path:
        return self._folder / _checked(camera.removeprefix("camera/")) / _checked(zone)

    def _file(self, camera: str, zone: str, version: int) -> Path:
        return self._place(camera, zone) / "heads" / f"{version:04d}.head"

    def _numbers(self, camera: str, zone: str, backbone: str, name: str) -> Path:
        mark = hashlib.sha256(backbone.encode()).hexdigest()[:12]
        return self._place(camera, zone) / "features" / mark / f"{_checked(name)}.f4"

    def _point(self, camera: str, zone: str, version: int) -> None:
        _write(self._place(camera, zone) / "current", f"{version}\n".encode())


def encode_head(head: Head) -> bytes:
    """A head as bytes."""
    centre, weights = (vector.astype("<f4").tobytes() for vector in (head.numbers.centre, head.numbers.weights))
    return msgspec.msgpack.encode(Stored(head.card, centre, weights))


def decode_head(raw: bytes, file: str) -> Head:
    """The inverse of :func:`encode_head`.

    Raises:
        ValueError: this is no head.
    """
    try:
        read = msgspec.msgpack.decode(raw, type=Stored)
        numbers = Numbers(centre=np.frombuffer(read.centre, "<f4"), weights=np.frombuffer(read.weights, "<f4"))
    except (msgspec.MsgspecError, ValueError) as error:
        msg = f"{file}: this is not a head: {error}. Teach the zone again, or go back to a kept version: cityloop teach --roll-back N"
        raise ValueError(msg) from None
    if numbers.centre.shape != numbers.weights.shape:
        msg = f"{file}: this is not a head: its two vectors have {len(numbers.centre)} and {len(numbers.weights)} numbers"
        raise ValueError(msg)
    return Head(read.card, numbers)


def _checked(name: str) -> str:
    """A name that may be a folder's.

    Raises:
        ValueError: it may not.
    """
    if not _NAME.fullmatch(name):
        msg = f"{name!r} is not a short name in lower case"
        raise ValueError(msg)
    return name


def _write(target: Path, content: bytes) -> None:
    """Write in one step: whoever reads sees the old or the new."""
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=".new-")
    with os.fdopen(handle, "wb") as file:
        file.write(content)
    Path(name).replace(target)
