"""RTSP streams with something wrong in them, from a real server through a relay that meddles; and key frames alone."""

import itertools
import os
import struct
import time
from collections.abc import Iterator

import pytest

from config.cameraoptions import Decode
from detectors.sources.frame import Frame, SourceError
from detectors.sources.live import LiveSource
from detectors.sources.quiet import quiet_decoders
from detectors.sources.stream import StreamReader
from streams.clock import system_clock
from tests.fakes.painting import paint
from tests.fakes.relay import Meddle, relay
from tests.fakes.wall import WallCamera, film, need_rtsp
from tests.fakes.watching import TIMEOUT, watching

pytestmark = [pytest.mark.slow, pytest.mark.long]


@pytest.fixture(scope="module")
def camera(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WallCamera]:
    """One camera for all tests: each connects anew."""
    need_rtsp()
    quiet_decoders()
    with WallCamera(film(tmp_path_factory.mktemp("film"), paint(size=(320, 136)))) as wall:
        yield wall


def frames(source: LiveSource, seconds: float, enough: int) -> list[Frame]:
    """Frames of so many seconds at most, until there are enough."""
    found: list[Frame] = []
    deadline = time.monotonic() + seconds
    while len(found) < enough and time.monotonic() < deadline:
        frame = source.latest.take()
        found += [frame] if frame else []
        time.sleep(0.02)
    return found


def garbage(begin: int, end: int) -> Meddle:
    """Random bytes in place of the picture, in a run of packets; once, whatever connections there are."""
    seen = itertools.count()
    return lambda _, packet: packet[:12] + os.urandom(len(packet) - 12) if begin <= next(seen) < end else packet


def jump(after: int, seconds: int) -> Meddle:
    """The camera's clock jumps: its time stamps (90,000 a second) do, and stay so."""

    def meddle(count: int, packet: bytes) -> bytes:
        if count < after:
            return packet
        (stamp,) = struct.unpack(">I", packet[4:8])
        return packet[:4] + struct.pack(">I", (stamp + 90_000 * seconds) % 2**32) + packet[8:]

    return meddle


def to_the_end(reader: StreamReader) -> None:
    """Read until the reader says that nothing comes."""
    while True:
        reader.read()


@pytest.mark.parametrize("decode", ["all", "keyframes"])
@pytest.mark.parametrize("meddle", [garbage(60, 90), jump(60, 3600), jump(60, -3600)], ids=["garbage", "forward", "back"])
def test_a_stream_goes_on_after_trouble(camera: WallCamera, meddle: Meddle, decode: str) -> None:
    """Garbage and jumps of the camera's clock cost frames, or a reconnection at most; frames come after it, stamped with our clock."""
    with relay(camera.port, meddle) as url, watching(url, decode=decode) as source:
        seen = frames(source, 25, enough=9 if decode == "keyframes" else 80)
        assert len(seen) == (9 if decode == "keyframes" else 80), source.fault
        assert source.fault is None
        assert source.connections <= 3
        times = [frame.at for frame in seen]
        assert times == sorted(times)
        assert system_clock() - times[-1] < 5_000_000


def test_key_frames_come_once_a_second(camera: WallCamera) -> None:
    """Of a camera with ten frames a second, one of which stands for itself, that one is read."""
    reader = StreamReader(camera.url, camera.url, TIMEOUT, Decode.KEYFRAMES)
    for _ in range(3):
        reader.read()  # What came while the stream was got to know comes at once.
    began, shapes = time.monotonic(), [reader.read().shape for _ in range(3)]
    reader.close()
    assert shapes == [(136, 320, 3)] * 3
    assert 1.5 < time.monotonic() - began < 8.0


def test_the_smaller_stream_is_taken(camera: WallCamera) -> None:
    """``substream`` is connected to instead of the address."""
    with watching("rtsp://127.0.0.1:9/never", substream=camera.url) as source:
        assert len(frames(source, 15, enough=1)) == 1


def test_why_there_are_no_key_frames_is_told(camera: WallCamera) -> None:
    """A refused connection is told with the camera's own reason, as for all frames."""
    with watching(camera.url.replace("live", "other"), decode="keyframes") as source:
        deadline = time.monotonic() + 15
        while source.failures == 0 and time.monotonic() < deadline:
            time.sleep(0.02)
        assert str(source.fault).endswith("/other: the camera has no such stream (404)")


def test_a_stuck_camera_is_given_up(camera: WallCamera) -> None:
    """When no key frame comes any more, the reader says so in its time-out and not much later."""
    reader = StreamReader(camera.url, camera.url, 2.0, Decode.KEYFRAMES)
    reader.read()
    camera.stick()
    began = time.monotonic()
    try:
        with pytest.raises(SourceError):
            to_the_end(reader)
        assert time.monotonic() - began < 12.0
    finally:
        camera.unstick()
        reader.close()
