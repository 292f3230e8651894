"""A folder of pictures that is played like a film."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from config.cameraoptions import Options, Times
from detectors.inference.port import Picture
from detectors.sources.frame import SourceError
from detectors.sources.still import decode_still, open_still, read_still

PICTURES = frozenset({".jpg", ".jpeg", ".png", ".webp"})
_TAKEN, _OFFSET, _DETAILS = 0x9003, 0x9011, 0x8769
"""Exif tags: DateTimeOriginal, OffsetTimeOriginal, and where they stand (CIPA DC-008)."""
SLACK_SECONDS = 1e-4


class FolderClip:
    """The pictures of a folder, each shown until the next. One thread at a time.

    Args:
        folder: with JPEG, PNG or WebP files; others are passed over.
        options: say where the pictures' times come from, and how long each is on.

    Raises:
        SourceError: there is no such folder, no picture in it, or one has no time.
    """

    def __init__(self, folder: Path, options: Options) -> None:
        if not folder.is_dir():
            msg = f"{folder}: there is no such folder"
            raise SourceError(msg)
        # By name for equal times, so that the same folder is always the same film.
        paths = sorted(path for path in folder.iterdir() if path.suffix.lower() in PICTURES and path.is_file())
        if not paths:
            msg = f"{folder}: there is no picture in the folder (known: {', '.join(sorted(PICTURES))})"
            raise SourceError(msg)
        if options.times is Times.NAMES:
            timed = [(index * options.step, path) for index, path in enumerate(paths)]
            self.began_at: float | None = None
        else:
            taken = sorted((_READERS[options.times](path), path) for path in paths)
            self.began_at = taken[0][0]
            timed = [(at - taken[0][0], path) for at, path in taken]
        self._times = [at for at, _ in timed]
        self._paths = [path for _, path in timed]
        self._step = options.step
        self._kept: tuple[int, Picture] | None = None

    def duration(self) -> float:
        """Seconds until the last picture has been shown for its time."""
        return self._times[-1] + self._step

    def estimate(self) -> float | None:
        """The same: it costs nothing."""
        return self.duration()

    def frame(self, seconds: float) -> Picture | None:
        """The picture that is on at a media time; ``None`` beyond the end.

        Raises:
            SourceError: it cannot be decoded.
        """
        if seconds >= self.duration() - SLACK_SECONDS:
            return None
        index = max(0, int(np.searchsorted(self._times, seconds + SLACK_SECONDS, side="right")) - 1)
        if self._kept is None or self._kept[0] != index:
            path = self._paths[index]
            self._kept = (index, decode_still(read_still(path), str(path)))
        return self._kept[1]


def _exif(path: Path) -> float:
    """When a picture was taken, seconds since 1970; a time without offset is taken for UTC."""
    image = open_still(read_still(path), str(path))
    try:
        details: Mapping[int, object] = image.getexif().get_ifd(_DETAILS)
        text, offset = str(details[_TAKEN]), str(details.get(_OFFSET, "+00:00"))
        return datetime.strptime(f"{text} {offset}", "%Y:%m:%d %H:%M:%S %z").astimezone(UTC).timestamp()
    except (KeyError, ValueError, OSError, SyntaxError) as error:  # Exif data may be damaged, too.
        msg = f"{path}: its Exif data do not say when it was taken; write options: {{times: mtime}} or {{times: names}}"
        raise SourceError(msg) from error


def _changed(path: Path) -> float:
    return path.stat().st_mtime


_READERS: Mapping[Times, Callable[[Path], float]] = {Times.EXIF: _exif, Times.MTIME: _changed}
