"""Pushed frames on the judging side."""

import threading
import time
from pathlib import Path

import cv2
import pytest

from config.moment import SECOND
from config.sources import Camera, Zone
from detectors.sources.frame import SourceError
from detectors.sources.opening import open_live
from detectors.sources.pushed import PushedReader
from streams.clock import system_clock
from streams.spool import Spool
from tests.fakes.painting import SQUARE, paint

CAMERA = Camera(id="camera/pole-1", zones=(Zone(id="bay", scene="illegal_parking", polygon=SQUARE),), url="push:", rate=5.0)


def jpeg(light: int) -> bytes:
    """A street of one level of grey."""
    return cv2.imencode(".jpg", paint(size=(64, 48), light=light))[1].tobytes()


def test_frames_keep_their_senders_time(tmp_path: Path) -> None:
    """A pushed frame is judged at the time that its sender gave; the newest one is handed out."""
    spool = Spool(tmp_path)
    spool.put(CAMERA.id, 5 * SECOND, jpeg(50))
    spool.put(CAMERA.id, 7 * SECOND + 1, jpeg(90))
    frame = PushedReader(CAMERA.id, spool, 1.0, threading.Event()).read()
    assert (frame.at, int(frame.picture[0, 0, 0])) == (7 * SECOND + 1, 90)


def test_a_live_source_takes_what_is_pushed(tmp_path: Path) -> None:
    """The camera's source waits for frames, and ends at once when it is stopped."""
    spool = Spool(tmp_path)
    source = open_live(CAMERA, {}, system_clock, spool=spool)
    source.start(CAMERA.id)
    spool.put(CAMERA.id, 9 * SECOND, jpeg(70))
    deadline, frame = time.monotonic() + 5, None
    while frame is None and time.monotonic() < deadline:
        frame = source.latest.take()
        time.sleep(0.01)
    fault = source.fault
    source.stop()
    assert frame is not None
    assert (frame.at, fault, source.connections) == (9 * SECOND, None, 1)


def test_what_is_no_picture_is_a_fault(tmp_path: Path) -> None:
    """Somebody else's file in the spool is named, taken away, and harms nothing after it."""
    spool = Spool(tmp_path)
    spool.put(CAMERA.id, SECOND, b"no picture")
    reader = PushedReader(CAMERA.id, spool, 1.0, threading.Event())
    with pytest.raises(SourceError, match=r"^camera/pole-1: pushed frame: this is not a picture"):
        reader.read()
    spool.put(CAMERA.id, SECOND, jpeg(50))
    assert reader.read().at == SECOND


def test_a_spool_that_cannot_be_read_is_a_fault(tmp_path: Path) -> None:
    """A folder that is none is told with its reason."""
    (tmp_path / "spool").write_text("")
    with pytest.raises(SourceError, match=r"^camera/pole-1: the folder of pushed frames cannot be read \(Not a directory\)$"):
        PushedReader(CAMERA.id, Spool(tmp_path / "spool"), 1.0, threading.Event()).read()


def test_nobody_waits(tmp_path: Path) -> None:
    """A stopped reader does not wait for a frame that may never come."""
    stopped = threading.Event()
    stopped.set()
    with pytest.raises(SourceError, match="nobody waits"):
        PushedReader(CAMERA.id, Spool(tmp_path), 1.0, stopped).read()


def test_a_command_without_a_gateway_says_so() -> None:
    """Where there is no spool, a camera with pushed frames says where they are taken."""
    source = open_live(CAMERA, {}, system_clock)
    source.start(CAMERA.id)
    deadline = time.monotonic() + 5
    while source.failures == 0 and time.monotonic() < deadline:
        time.sleep(0.01)
    source.stop()
    assert source.fault == "camera/pole-1: its frames are pushed to the gateway, and only the role cameras takes them from there"
