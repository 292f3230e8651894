"""How long evidence is kept: after that it is deleted, and only its links in the chain stay."""

from itertools import chain
from pathlib import Path

import msgspec

from config.moment import SECOND, Micros
from detectors.evidence.originals import FOLDER as ORIGINALS

DAY: Micros = 86_400 * SECOND


class Swept(msgspec.Struct, frozen=True):
    """What one sweep did: pictures deleted and left, and files that could not be deleted."""

    deleted: int
    left: int
    stuck: int


def sweep(folder: Path, days: int, now: Micros) -> Swept:
    """Delete every picture, and every original, that was kept longer ago than so many days.

    A picture that somebody kept again meanwhile counts from then (the store touches it).

    Args:
        folder: of an :class:`detectors.evidence.store.EvidenceStore`.
        days: 0 keeps everything for ever.
        now: by the clock that file systems have.
    """
    deleted = left = stuck = 0
    for file in chain(folder.glob("[0-9a-f][0-9a-f]/*"), (folder / ORIGINALS).glob("[0-9a-f][0-9a-f]/*")):
        if not days or file.stat().st_mtime_ns // 1000 >= now - days * DAY:
            left += 1
            continue
        try:
            file.unlink()
            deleted += 1
        except OSError:
            stuck += 1
    return Swept(deleted, left, stuck)
