"""A video or picture file: which frame is to be seen at which media time."""

import threading
from collections import OrderedDict
from pathlib import Path

import cv2
import numpy as np

from detectors.inference.port import Picture
from detectors.sources.frame import SourceError
from detectors.sources.place import check_readable
from detectors.sources.still import MOST_PIXELS, decode_still, read_still

PICTURES = frozenset({".jpg", ".jpeg", ".png", ".webp"})
KEPT_BYTES = 48_000_000
"""Frames kept for the next one who asks: cameras that play the same file ask for the same frames."""
SLACK_SECONDS = 1e-4
"""Containers keep times as fractions; a frame this little after the asked time is still the asked one."""


class Clip:
    """A file, decoded once however many play it. Safe to share between threads.

    Args:
        path: the file.

    Raises:
        SourceError: there is no such file, or nothing in it can be decoded.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._kept: OrderedDict[int, Picture] = OrderedDict()
        self._capture: cv2.VideoCapture | None = None
        self._index = -1
        self._times: list[float] = []
        self._complete = False
        if not path.is_file():
            msg = f"{path}: there is no such file"
            raise SourceError(msg)
        if path.stat().st_size == 0:
            msg = f"{path}: the file is empty"
            raise SourceError(msg)
        check_readable(path)
        if path.suffix.lower() in PICTURES:
            self._keep(0, decode_still(read_still(path), str(path)))
            self._times, self._complete, self._step = [0.0], True, 0.0
        else:
            rate = self._open().get(cv2.CAP_PROP_FPS)
            self._step = 1 / rate if 0 < rate < 1000 else 0.04
            if not self._grab():
                msg = f"{path}: the video holds no frame that can be decoded"
                raise SourceError(msg)

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the first frame, pixels."""
        picture = self.frame(0.0)
        if picture is None:  # pragma: no cover  # The first frame was decoded when the clip was opened.
            raise SourceError(str(self._path))
        return picture.shape[1], picture.shape[0]

    def duration(self) -> float:
        """Seconds until the last frame has been shown for its time; 0 for a picture. Reads the file once."""
        with self._lock:
            while not self._complete:
                self._grab()
            return self._times[-1] + self._step

    def estimate(self) -> float | None:
        """Seconds as the container says them, for a progress bar; ``None`` when it does not say."""
        if self._capture is None:
            return 0.0
        count = self._capture.get(cv2.CAP_PROP_FRAME_COUNT)
        return count * self._step if count > 0 else None

    def frame(self, seconds: float) -> Picture | None:
        """The frame that a viewer sees at a media time; ``None`` beyond the end. It may be shared: do not draw on it."""
        with self._lock:
            index = self._index_at(seconds)
            if index is None:
                return None
            if index not in self._kept:
                if index < self._index:
                    self._open()
                while self._index < index:
                    if not self._grab():
                        return None
                self._keep(index, self._retrieve())
            self._kept.move_to_end(index)
            return self._kept[index]

    def _index_at(self, seconds: float) -> int | None:
        while not self._complete and self._times[-1] <= seconds + SLACK_SECONDS:
            self._keep_if_next(seconds)
            self._grab()
        index = int(np.searchsorted(self._times, seconds + SLACK_SECONDS, side="right")) - 1
        past_end = self._complete and self._step > 0 and seconds >= self._times[-1] + self._step - SLACK_SECONDS
        return None if past_end else max(index, 0)

    def _keep_if_next(self, seconds: float) -> None:
        """Looking for the frame after the wanted one passes the wanted one: it is decoded on the way."""
        likely_last = self._times[-1] + self._step > seconds
        if likely_last and self._index == len(self._times) - 1 and self._index not in self._kept:
            self._keep(self._index, self._retrieve())

    def _open(self) -> cv2.VideoCapture:
        """Begin, or begin again, before the first frame."""
        if self._capture is not None:
            self._capture.release()
        self._capture = capture = cv2.VideoCapture(str(self._path), cv2.CAP_FFMPEG)
        if not capture.isOpened():
            msg = f"{self._path}: this is not a video that is known here"
            raise SourceError(msg)
        pixels = capture.get(cv2.CAP_PROP_FRAME_WIDTH) * capture.get(cv2.CAP_PROP_FRAME_HEIGHT)
        if pixels > MOST_PIXELS:
            msg = f"{self._path}: frames of {pixels / 1e6:.0f} megapixels are more than the {MOST_PIXELS / 1e6:.0f} that are judged"
            raise SourceError(msg)
        self._index = -1
        return capture

    def _grab(self) -> bool:
        """Go to the next frame and learn its time when it is new."""
        if self._capture is None or not self._capture.grab():
            self._complete = True
            return False
        self._index += 1
        if self._index == len(self._times):
            told = self._capture.get(cv2.CAP_PROP_POS_MSEC) / 1000
            expected = self._times[-1] + self._step if self._times else 0.0
            # Streams without times, or with times that jump back, are played at the container's frame rate.
            later = told > self._times[-1] if self._times else False
            self._times.append(told if later else expected)
        return True

    def _retrieve(self) -> Picture:
        found, picture = self._capture.retrieve() if self._capture else (False, None)
        if not found or picture is None:
            msg = f"{self._path}: frame {self._index} cannot be decoded"
            raise SourceError(msg)
        return np.asarray(picture, np.uint8)

    def _keep(self, index: int, picture: Picture) -> None:
        self._kept[index] = picture
        while len(self._kept) > 1 and sum(kept.nbytes for kept in self._kept.values()) > KEPT_BYTES:
            self._kept.popitem(last=False)
