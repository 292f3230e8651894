"""Who looked at which original, when and why: written before it is shown, in a chain of hashes that nobody shortens unseen."""

import fcntl
import hashlib
import os
from collections import deque
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec

from config.moment import Micros
from detectors.evidence.chain import BEGINNING, Break

FILE = "viewings.ndjson"


class Viewing(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody was shown an original.

    Attributes:
        reference: of the evidence.
        by: login name.
        reason: in their own words.
        at: when.
    """

    reference: str
    by: str
    reason: str
    at: Micros


class Entry(msgspec.Struct, frozen=True):
    """A viewing in the chain: its number from 1, the hash of the entry before, the viewing, and the hash of all that."""

    number: int
    before: str
    viewing: Viewing
    hash: str


def entry(number: int, before: str, viewing: Viewing) -> Entry:
    """Make an entry."""
    return Entry(number, before, viewing, hashlib.sha256(msgspec.json.encode([number, before, viewing], order="sorted")).hexdigest())


def broken_viewing(entries: Iterable[Entry]) -> Break | None:
    """The first break of the chain; ``None`` while it holds."""
    before = BEGINNING
    for number, one in enumerate(entries, 1):
        if one != entry(number, before, one.viewing):
            return Break(number, f"viewing {number} was changed, left out or moved")
        before = one.hash
    return None


class ViewingLog:
    """A file of JSON lines. Safe for many processes at once: whoever appends holds the file's lock.

    Args:
        folder: of the evidence; made with the first viewing.
    """

    def __init__(self, folder: Path) -> None:
        self._file = folder / FILE

    def append(self, viewing: Viewing) -> Entry:
        """Note a viewing; on disk when this returns.

        Raises:
            OSError: the file cannot be written.
            ValueError: what is there cannot be read; it says where.
        """
        self._file.parent.mkdir(parents=True, exist_ok=True)
        with self._file.open("a+b") as target:
            fcntl.flock(target, fcntl.LOCK_EX)  # Let go with the file.
            target.seek(0)
            content = target.read()
            whole = content.rfind(b"\n") + 1
            ends = deque(self._read(content[:whole]), maxlen=1)
            number, before = (ends[0].number, ends[0].hash) if ends else (0, BEGINNING)
            target.truncate(whole)  # A line cut off by a power cut was never answered for: nothing was shown for it.
            made = entry(number + 1, before, viewing)
            target.write(msgspec.json.encode(made) + b"\n")
            target.flush()
            os.fsync(target.fileno())
        return made

    def entries(self) -> Iterator[Entry]:
        """Every viewing in its order.

        Raises:
            ValueError: a line cannot be read; it says which.
        """
        content = self._file.read_bytes() if self._file.exists() else b""
        return self._read(content[: content.rfind(b"\n") + 1])

    def _read(self, content: bytes) -> Iterator[Entry]:
        for number, line in enumerate(content.splitlines(), 1):
            try:
                yield msgspec.json.decode(line, type=Entry)
            except msgspec.MsgspecError as error:
                msg = f"{self._file}:{number}: this is not a viewing: {error}"
                raise ValueError(msg) from None
