"""A camera on this machine, with a capture that stands for OpenCV's; OpenCV's own is tested in tests/integration/detectors/test_v4l2.py."""

import numpy as np
import pytest

from config.sources import Camera, Zone
from detectors.sources.device import DeviceReader
from detectors.sources.frame import SourceError
from detectors.sources.opening import open_live
from streams.clock import system_clock
from tests.fakes.painting import SQUARE, paint

PICTURE = paint(size=(64, 48))


class FakeCapture:
    """A device that gives these answers, one after the other.

    Args:
        answers: what :meth:`read` returns.
        there: whether it can be opened.
    """

    def __init__(self, *answers: tuple[bool, object], there: bool = True) -> None:
        self._answers = list(answers)
        self._there = there
        self.released = False

    def isOpened(self) -> bool:  # noqa: N802  # OpenCV's name.
        """Whether there is a device."""
        return self._there

    def read(self) -> tuple[bool, object]:
        """The next answer."""
        return self._answers.pop(0)

    def release(self) -> None:
        """Let the device go."""
        self.released = True


def test_pictures_of_a_device() -> None:
    """A device is opened by its path, read, and let go."""
    captures = {"/dev/video0": FakeCapture((True, PICTURE), (True, PICTURE))}
    reader = DeviceReader("/dev/video0", captures.__getitem__)
    assert (reader.read() == PICTURE).all()
    reader.close()
    assert captures["/dev/video0"].released


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        ((False, None), "/dev/video0: the camera gives no picture any more"),
        ((True, None), "/dev/video0: the camera gives no picture any more"),
        ((True, np.zeros((8000, 8000, 3), np.uint8)), "/dev/video0: pictures of 8000 x 8000 are too large"),
    ],
)
def test_a_device_that_was_pulled_out_is_told(answer: tuple[bool, object], message: str) -> None:
    """A device without pictures, or with impossible ones, is a fault of one sentence."""
    with pytest.raises(SourceError) as told:
        DeviceReader("/dev/video0", lambda _: FakeCapture(answer)).read()
    assert str(told.value) == message


def test_a_device_that_is_not_there_is_told() -> None:
    """What cannot be opened is let go and told with what to look after."""
    capture = FakeCapture(there=False)
    with pytest.raises(SourceError, match=r"^/dev/video7: no camera can be opened there"):
        DeviceReader("/dev/video7", lambda _: capture)
    assert capture.released


def test_the_address_of_a_device() -> None:
    """``v4l2:PATH`` opens that device with OpenCV itself, and says so when there is none."""
    zone = Zone(id="bay", scene="fire_lane", polygon=SQUARE)
    source = open_live(Camera(id="camera/desk", zones=(zone,), url="v4l2:/dev/video99"), {}, system_clock, lambda: 0.0)
    source.start("camera/desk")
    for _ in range(500):
        if source.failures:
            break
        source._stopped.wait(0.01)  # A wait, and no busy loop.
    source.stop()
    assert str(source.fault).startswith("/dev/video99: no camera can be opened there")
