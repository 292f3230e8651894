"""A note of every id before it is sent, on disk, so that a proof can hold it against the log: what a demo or a test of chaos asks for.

A line of NDJSON an id. Each is written by one unbuffered call before the observation is sent: a process that is killed
leaves no half line, and nothing can lie in the log that was not noted.
"""

from collections.abc import Sequence
from pathlib import Path

import msgspec

BOUND = 200_000
"""Ids that a journal takes, some ten megabytes; a proof is about a run, not about years."""


class Line(msgspec.Struct, frozen=True, omit_defaults=True):
    """One line: an id, or the word that the journal is full and no more will be noted."""

    id: str | None = None
    full: bool = False


class Noted(msgspec.Struct, frozen=True):
    """What a journal says.

    Attributes:
        ids: in the order of their noting, with repetitions.
        complete: whether everything was noted; else there was more than the journal takes.
    """

    ids: Sequence[str] = ()
    complete: bool = True


class Journal:
    """Appends to the journal of a process; a process that was started again goes on with it.

    Args:
        path: the file; its folder is made.
        bound: ids that it takes.

    Raises:
        OSError: the file cannot be written.
        msgspec.DecodeError: the file that is there is no journal.
    """

    def __init__(self, path: Path, bound: int = BOUND) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        noted = read_journal(path)
        self._left = bound - len(noted.ids) if noted.complete else -1
        self._file = path.open("ab", buffering=0)

    def note(self, name: str) -> None:
        """Note an id; beyond the bound that the journal is full, once.

        Raises:
            OSError: the disk does not take it.
        """
        if self._left < 0:
            return
        line = Line(id=name) if self._left else Line(full=True)
        self._left -= 1
        self._file.write(msgspec.json.encode(line) + b"\n")

    def close(self) -> None:
        """Take nothing more."""
        self._file.close()


def journal_file(folder: str, process: str) -> Path:
    """The journal of a process in the folder of the setting ``journal``."""
    return Path(folder) / f"{process}.ndjson"


def read_journal(path: Path) -> Noted:
    """What a journal says; nothing when there is none.

    Raises:
        msgspec.DecodeError: the file is no journal.
    """
    try:
        lines = msgspec.json.Decoder(Line).decode_lines(path.read_bytes())
    except FileNotFoundError:
        return Noted()
    return Noted(tuple(line.id for line in lines if line.id is not None), not any(line.full for line in lines))
