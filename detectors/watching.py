"""The frames of one camera in the order in which they are judged, from a file or from a live source."""

from collections.abc import Callable, Iterator

import msgspec

from config.moment import SECOND, Micros
from detectors.sources.frame import Frame
from detectors.sources.live import LiveSource
from detectors.sources.playback import Playback


def frames_of(playback: Playback, rate: float, started_at: Micros, until: float | None = None) -> Iterator[Frame]:
    """The frames of a file, ``rate`` a second of its playing time; the same ones on every run.

    Args:
        playback: the file.
        rate: frames per second.
        started_at: event time of the first frame.
        until: seconds of playing time after which it ends (a looping one never does by itself).
    """
    count = 0
    while until is None or count / rate <= until:
        picture = playback.frame(count / rate)
        if picture is None:
            return
        # Counted in whole microseconds from the start, so that rounding does not add up over a long file.
        yield Frame(picture, started_at + round(count * SECOND / rate))
        count += 1


class Arrival(msgspec.Struct, frozen=True):
    """What a live source had when it was asked: a frame, or why there is none."""

    frame: Frame | None
    fault: str | None


def arrivals_of(source: LiveSource, rate: float, wait: Callable[[float], bool]) -> Iterator[Arrival]:
    """Ask a started live source ``rate`` times a second.

    Args:
        source: the source.
        rate: times per second.
        wait: waits for so many seconds and says whether to stop, as :meth:`threading.Event.wait` does.
    """
    while not wait(1 / rate):
        yield Arrival(source.latest.take(), source.fault)
