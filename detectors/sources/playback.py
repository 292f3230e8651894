"""A camera whose frames come from a file: asked for the frame of a moment, it gives the same one every time."""

import math
import threading
import weakref
from pathlib import Path
from typing import Protocol

from config.cameraoptions import Decode, Options
from config.moment import SECOND, Micros
from detectors.inference.port import Picture
from detectors.sources.clip import PICTURES, Clip
from detectors.sources.folder import FolderClip
from detectors.sources.frame import SourceError
from detectors.sources.keyframes import KeyframeClip
from detectors.sources.programme import plan


class Film(Protocol):
    """What can be played: pictures at media times."""

    def duration(self) -> float:
        """Seconds until the last frame has been shown for its time; 0 for a picture."""

    def estimate(self) -> float | None:
        """The same without reading it through; ``None`` when nobody knows."""

    def frame(self, seconds: float) -> Picture | None:
        """The frame that a viewer sees at a media time; ``None`` beyond the end."""


class Shelf:
    """Clips by file, so that cameras that play the same file share one decoder and its decoded frames. Safe to share between threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._clips: weakref.WeakValueDictionary[Path, Clip] = weakref.WeakValueDictionary()

    def film(self, path: Path, options: Options) -> Film:
        """What a camera with these options plays: a folder's pictures, a file's key frames, or all of its frames.

        Raises:
            SourceError: it cannot be played.
        """
        if path.is_dir():
            return FolderClip(path, options)
        return KeyframeClip(path) if options.decode is Decode.KEYFRAMES and path.suffix.lower() not in PICTURES else self.clip(path)

    def clip(self, path: Path) -> Clip:
        """The clip of a file, opened when nobody has it open.

        Raises:
            SourceError: see :class:`detectors.sources.clip.Clip`.
        """
        known = path.absolute()
        with self._lock:
            clip = self._clips.get(known)
            if clip is None:
                clip = Clip(path)
                self._clips[known] = clip
            return clip


class Playback:
    """A clip played by a camera's options.

    Args:
        clip: what is played.
        options: of the camera.
        name: the file, for messages.

    Raises:
        SourceError: the options name times that the file does not have.
    """

    def __init__(self, clip: Film, options: Options, name: str) -> None:
        self._clip = clip
        # The exact length costs a pass through the file, so it is only asked for when something depends on it.
        exact = options.loop or options.hold > 0 or options.rest > 0 or clip.estimate() == 0
        try:
            self._programme = plan(options, clip.duration() if exact else math.inf)
        except ValueError as error:
            msg = f"{name}: {error}"
            raise SourceError(msg) from error

    def frame(self, elapsed: float) -> Picture | None:
        """What is to be seen ``elapsed`` seconds after the beginning; ``None`` when it is over."""
        seconds = self._programme.media_time(elapsed)
        return None if seconds is None else self._clip.frame(seconds)

    @property
    def began_at(self) -> Micros | None:
        """Event time of the beginning, where the film knows it."""
        seconds = self._clip.began_at if isinstance(self._clip, FolderClip) else None
        return None if seconds is None else round(seconds * SECOND)

    def length(self) -> float | None:
        """Seconds that it plays, as well as they are known; ``None`` when it never ends or nobody knows."""
        if self._programme.loop:
            return None
        return self._clip.estimate() if math.isinf(self._programme.length) else self._programme.length
