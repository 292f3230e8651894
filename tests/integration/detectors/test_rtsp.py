"""RTSP against a real server on loopback: streams that run, stop, hang, end, change, ask for passwords; and no cameras at all."""

import os
import socket
import time
from pathlib import Path

import pytest

from config.cameraoptions import Decode
from detectors.sources.frame import SourceError
from detectors.sources.place import with_credentials
from detectors.sources.quiet import quiet_decoders
from detectors.sources.stream import StreamReader
from streams.broker.process import free_port
from streams.clock import system_clock
from tests.fakes.painting import paint
from tests.fakes.wall import Talk, WallCamera, film, listener, need_rtsp
from tests.fakes.watching import TIMEOUT, next_frame, until, watching

PASSWORD = "p@ss:w/o#r%d ü&+"  # Nobody's password; made of all that an address could trip over.


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What the cameras show."""
    need_rtsp()
    quiet_decoders()
    return film(tmp_path_factory.mktemp("film"), paint(size=(320, 136)))


def to_the_end(reader: StreamReader) -> tuple[list[float], str]:
    """Read until nothing comes any more; when each frame came, and what was said."""
    times: list[float] = []
    while True:
        try:
            reader.read()
        except SourceError as error:
            return times, str(error)
        times.append(time.monotonic())


def test_frames_come_as_they_are_filmed(pictures: str) -> None:
    """After the frames of the connecting time, one comes each tenth of a second and is stamped with its arrival."""
    with WallCamera(pictures) as camera, watching(camera.url) as source:
        next_frame(source)
        time.sleep(1.5)
        frames = [(next_frame(source), system_clock()) for _ in range(20)]
    times = [frame.at for frame, _ in frames]
    assert times == sorted(set(times))
    assert 1.5e6 < times[-1] - times[0] < 6e6
    assert all(0 <= now - frame.at < 1_000_000 for frame, now in frames)
    assert frames[0][0].picture.shape == (136, 320, 3)
    assert (source.fault, source.connections) == (None, 1)


def test_to_connect_takes_as_long_as_a_key_frame(pictures: str) -> None:
    """No time is spent on what is of no use: with a key frame each second, the first frame is there within two (CPU permitting)."""
    with WallCamera(pictures) as camera:
        StreamReader(camera.url, camera.url, TIMEOUT).close()  # The camera itself takes its time for the first viewer.
        took = []
        for _ in range(3):
            began = time.monotonic()
            reader = StreamReader(camera.url, camera.url, TIMEOUT)
            reader.read()
            took.append(time.monotonic() - began)
            reader.close()
        assert min(took) < 2.5  # Twenty frames to guess their rate alone would be two seconds, after the key frame's one.


@pytest.mark.parametrize("decode", [Decode.ALL, pytest.param(Decode.KEYFRAMES, marks=[pytest.mark.slow, pytest.mark.long])])
def test_a_stream_changes_its_size_as_it_runs(pictures: str, decode: Decode) -> None:
    """A camera that is set to another resolution meanwhile is seen on, over the same connection."""
    with WallCamera(pictures, sizes="640x272 320x136") as camera, watching(camera.url, decode=decode) as source:
        shapes = [next_frame(source).picture.shape]
        deadline = time.monotonic() + 15
        while len(shapes) < 3 and time.monotonic() < deadline:
            shape = next_frame(source).picture.shape
            shapes += [shape] if shape != shapes[-1] else []
        assert sorted(set(shapes)) == [(136, 320, 3), (272, 640, 3)]
        assert (len(shapes), source.connections, source.fault) == (3, 1, None)


@pytest.mark.parametrize("codec", ["h264", "h265"])
def test_a_camera_with_sound(pictures: str, codec: str) -> None:
    """Sound beside the picture changes nothing, and H.265, which newer cameras send, is watched like H.264."""
    need_rtsp(*(["x265enc", "rtph265pay"] if codec == "h265" else []))
    with WallCamera(pictures, size=(320, 144), codec=codec, sound=True) as camera:
        reader = StreamReader(camera.url, camera.url, TIMEOUT)
        assert [reader.read().shape for _ in range(5)] == [(144, 320, 3)] * 5
        reader.close()


def test_frames_between_key_frames_are_waited_for(pictures: str) -> None:
    """Who connects long after a key frame, and long before the next, sees nothing of what lies between, and then all."""
    with WallCamera(pictures, every=25) as camera:
        first = StreamReader(camera.url, camera.url, TIMEOUT)
        first.read()
        time.sleep(0.7)
        late = StreamReader(camera.url, camera.url, TIMEOUT)
        assert all(picture.std() > 0 for picture in (late.read() for _ in range(3)))
        for reader in (first, late):
            reader.close()


def test_a_camera_that_was_replaced_is_seen_again(pictures: str) -> None:
    """A cut stream is a fault at once; another camera at the address is connected to, whatever its resolution."""
    with WallCamera(pictures) as camera, watching(camera.url) as source:
        next_frame(source)
        camera.off()
        assert until(lambda: source.failures > 1)
        assert source.fault == f"{camera.url}: no connection (ConnectionRefusedError)"
        with WallCamera(pictures, size=(640, 272), port=camera.port):
            assert until(lambda: source.fault is None)
            assert next_frame(source).picture.shape == (272, 640, 3)
        assert source.connections == 2


@pytest.mark.parametrize("seen", [0.53, 1.57])
def test_a_stuck_camera_is_given_up_after_its_time(pictures: str, seen: float) -> None:
    """When nothing comes any more, at whatever point of a frame, none that was kept back is handed out late, and the time-out is kept."""
    with WallCamera(pictures) as camera:
        reader = StreamReader(camera.url, camera.url, TIMEOUT)
        began = time.monotonic()
        while time.monotonic() - began < 1.5:
            reader.read()
        camera.stick()
        stuck = time.monotonic()
        frames, message = to_the_end(reader)
        assert message == f"{camera.url}: the stream ended or no frame came in time"
        assert all(at - stuck < TIMEOUT - 1 for at in frames)
        assert TIMEOUT - 0.5 < time.monotonic() - stuck < 2 * TIMEOUT - 1
        camera.unstick()
        reader.close()


def test_a_stream_that_ends_is_told(pictures: str) -> None:
    """A camera that says good-bye is a lost one: its frames are read, then the fault is told."""
    with WallCamera(pictures, seconds=5) as camera:
        reader = StreamReader(camera.url, camera.url, TIMEOUT)
        frames, message = to_the_end(reader)
        reader.close()
    assert 10 <= len(frames) <= 50
    assert message == f"{camera.url}: the stream ended or no frame came in time"


@pytest.mark.parametrize("scheme", ["basic", "digest"])
def test_the_password_opens_and_is_never_told(pictures: str, scheme: str, capfd: pytest.CaptureFixture[str]) -> None:
    """The referenced credentials open the stream whatever is in them; wrong and missing ones are named as such, and none is shown."""
    with WallCamera(pictures, asks=(scheme, "bob", PASSWORD)) as camera:
        with watching(camera.url, {"GATE": f"bob:{PASSWORD}"}, credentials="env:GATE") as source:
            assert next_frame(source).picture.shape == (136, 320, 3)
        with watching(camera.url, {"GATE": "bob:wr0ng"}, credentials="env:GATE") as source:
            assert until(lambda: source.failures > 0)
        assert source.fault == f"{camera.url}: the camera refuses the user or the password"
        with watching(camera.url) as source:
            assert until(lambda: source.failures > 0)
        assert source.fault == f"{camera.url}: the camera asks for a user: name options.credentials"
    said = "".join(capfd.readouterr())
    assert PASSWORD not in said
    assert "wr0ng" not in said


def test_a_wrong_path_is_told(pictures: str) -> None:
    """A camera that is there but has no such stream says so."""
    with WallCamera(pictures) as camera, pytest.raises(SourceError, match=r"/other: the camera has no such stream \(404\)$"):
        StreamReader(camera.url.replace("live", "other"), camera.url.replace("live", "other"), TIMEOUT)


def garbage(line: socket.socket) -> None:
    """Random bytes, and good-bye."""
    line.recv(999)
    line.sendall(os.urandom(5000))


def web(line: socket.socket) -> None:
    """A web server's answer to what it does not understand."""
    line.recv(999)
    line.sendall(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
    line.recv(999)


def flood(line: socket.socket) -> None:
    """Bytes without an end."""
    while True:
        line.sendall(b"x\r\n" * 10_000)


def silence(line: socket.socket) -> None:
    """Nothing at all, for as long as the other likes."""
    while line.recv(999):
        pass


def busy(line: socket.socket) -> None:
    """A camera that has viewers enough."""
    line.recv(999)
    line.sendall(b"RTSP/1.0 453 Not Enough Bandwidth\r\nCSeq: 1\r\n\r\n")


@pytest.mark.parametrize(
    ("talk", "message"),
    [
        (garbage, "what answers there does not speak RTSP"),
        (web, "what answers there does not speak RTSP"),
        (flood, "what answers there does not speak RTSP"),
        (silence, "no answer in time (is the camera overloaded, or does something else listen there?)"),
        (busy, "the camera answers 453"),
    ],
)
def test_what_is_no_camera_is_told(talk: Talk, message: str) -> None:
    """Whatever listens at the address is one sentence, in the time-out and a few seconds."""
    quiet_decoders()
    with listener(talk) as url:
        began = time.monotonic()
        with pytest.raises(SourceError) as refused:
            StreamReader(url, with_credentials(url, ("bob", PASSWORD)), 1.0)
        assert time.monotonic() - began < 15.0
    assert str(refused.value) == f"{url}: {message}"


@pytest.mark.parametrize("scheme", ["rtsp", "rtsps"])
def test_nobody_listens(scheme: str) -> None:
    """A refused connection is told as such, with and without TLS."""
    url = f"{scheme}://127.0.0.1:{free_port()}/live"
    with pytest.raises(SourceError) as refused:
        StreamReader(url, url, 1.0)
    assert str(refused.value) == f"{url}: no connection (ConnectionRefusedError)"


def test_a_camera_that_is_broken_inside_is_told(tmp_path: Path) -> None:
    """A camera that listens but has no pictures to send answers with an error of its own, whose number is told."""
    need_rtsp()
    with WallCamera(str(tmp_path / "%02d.png")) as camera, pytest.raises(SourceError, match=r"the camera answers 503$"):
        StreamReader(camera.url, camera.url, TIMEOUT)
