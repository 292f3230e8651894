"""A camera whose frames come from a file: asked for the frame of a moment, it gives the same one every time."""

import math
import weakref
from pathlib import Path

from config.cameraoptions import Options
from detectors.inference.port import Picture
from detectors.sources.clip import Clip
from detectors.sources.frame import SourceError
from detectors.sources.programme import plan


class Shelf:
    """Clips by file, so that cameras that play the same file share one decoder and its decoded frames."""

    def __init__(self) -> None:
        self._clips: weakref.WeakValueDictionary[Path, Clip] = weakref.WeakValueDictionary()

    def clip(self, path: Path) -> Clip:
        """The clip of a file, opened when nobody has it open.

        Raises:
            SourceError: see :class:`detectors.sources.clip.Clip`.
        """
        known = path.absolute()
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

    def __init__(self, clip: Clip, options: Options, name: str) -> None:
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

    def length(self) -> float | None:
        """Seconds that it plays, as well as they are known; ``None`` when it never ends or nobody knows."""
        if self._programme.loop:
            return None
        return self._clip.estimate() if math.isinf(self._programme.length) else self._programme.length
