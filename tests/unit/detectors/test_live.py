"""Live sources: the newest frame only, reconnecting with growing pauses, faults told without secrets."""

import threading
import time
from collections.abc import Callable, Iterator

import pytest

from config.sources import Camera, Zone
from detectors.fleet.feed import LiveFeed
from detectors.inference.port import Picture
from detectors.sources.backoff import FIRST_SECONDS, LONGEST_SECONDS, wait_before
from detectors.sources.frame import Frame, SourceError
from detectors.sources.latest import Latest
from detectors.sources.live import LiveSource, Reader
from detectors.sources.opening import open_live, open_playback
from detectors.sources.playback import Shelf
from detectors.watching import arrivals_of
from tests.fakes.painting import SQUARE, paint

ZONE = Zone(id="bay", scene="illegal_parking", polygon=SQUARE)


class ScriptedReader:
    """A connection that gives so many pictures and then does what its script says: ``lost`` or ``broken``."""

    def __init__(self, pictures: int, then: str = "lost") -> None:
        self._left = pictures
        self._then = then
        self.closed = False

    def read(self) -> Picture:
        """The next picture of the script."""
        if self._left == 0:
            if self._then == "broken":
                msg = "a decoder's own error with rtsp://bob:s3cret@cam in it"
                raise RuntimeError(msg)
            msg = "cam: the stream ended"
            raise SourceError(msg)
        self._left -= 1
        return paint()

    def close(self) -> None:
        """Note that it was closed."""
        self.closed = True


class QuickEvent(threading.Event):
    """An event whose waits are noted and over at once; after ``waits`` of them it is set."""

    def __init__(self, waits: int) -> None:
        super().__init__()
        self.waits: list[float] = []
        self._most = waits

    def wait(self, timeout: float | None = None) -> bool:
        """Note the wait."""
        self.waits.append(timeout or 0.0)
        if len(self.waits) >= self._most:
            self.set()
        return self.is_set()


def run(connect: Callable[[], Reader], waits: int) -> tuple[LiveSource, QuickEvent]:
    """Run a source until it has waited so often."""
    stopped = QuickEvent(waits)
    source = LiveSource(connect, lambda: 7, lambda: 1.0, stopped)
    source.start("camera/test")
    deadline = time.monotonic() + 5
    while not stopped.is_set() and time.monotonic() < deadline:
        time.sleep(0.005)
    source.stop()
    return source, stopped


def test_only_the_newest_frame_is_kept() -> None:
    """Frames that nobody took are replaced and counted; a taken one is gone."""
    latest = Latest()
    frames = [Frame(paint(), at) for at in (1, 2, 3)]
    for frame in frames:
        latest.put(frame)
    assert latest.take() is frames[2]
    assert latest.take() is None
    assert (latest.replaced(), latest.replaced()) == (2, 0)


def test_pauses_grow_to_a_bound() -> None:
    """Pauses double up to a minute; chance takes away up to a half."""
    assert [wait_before(attempt, 1.0) for attempt in (1, 2, 3)] == [FIRST_SECONDS, 2 * FIRST_SECONDS, 4 * FIRST_SECONDS]
    assert wait_before(3, 0.0) == 2 * FIRST_SECONDS
    assert wait_before(500, 1.0) == LONGEST_SECONDS


def test_a_lost_connection_is_made_again() -> None:
    """Each connection is closed when it is lost, and the pause starts over after frames came."""
    readers = [ScriptedReader(2), ScriptedReader(3), ScriptedReader(1)]
    left: Iterator[ScriptedReader] = iter(readers)
    source, stopped = run(lambda: next(left), 3)
    assert source.connections == 3
    assert all(reader.closed for reader in readers)
    assert stopped.waits == [1.0, 1.0, 1.0]
    frame = source.latest.take()
    assert frame is not None
    assert frame.at == 7


def test_pictures_are_stamped_by_two_clocks() -> None:
    """By the machine's, which may be set, and by one that never is."""
    stopped = QuickEvent(1)
    source = LiveSource(lambda: ScriptedReader(1), lambda: 7, lambda: 1.0, stopped, seconds=lambda: 3.5)
    source._run()  # In this thread: it ends with its first pause.
    frame = source.latest.take()
    assert frame is not None
    assert (frame.at, frame.steady) == (7, 3_500_000)


def test_refused_connections_wait_longer_each_time() -> None:
    """A camera that refuses is asked again after 1, 2, 4 and 8 seconds, and its reason is shown."""

    def refuse() -> Reader:
        msg = "cam: no connection"
        raise SourceError(msg)

    source, stopped = run(refuse, 4)
    assert stopped.waits == [1.0, 2.0, 4.0, 8.0]
    assert (source.fault, source.connections, source.failures) == ("cam: no connection", 0, 4)


def test_a_broken_decoder_is_a_fault_like_another() -> None:
    """An unforeseen error does not end the thread, and its text, which may hold credentials, is not shown."""
    source, _ = run(lambda: ScriptedReader(0, "broken"), 2)
    assert source.fault == "unexpected RuntimeError"
    assert source.connections == 2


def test_a_live_feed_knows_silence() -> None:
    """A feed is silent when no frame has come for its time-out, counted from the last one."""
    now = [100.0]
    source = LiveSource(lambda: ScriptedReader(0), lambda: 0, lambda: 0.0, threading.Event())
    feed = LiveFeed(source, 10.0, lambda: now[0])
    assert not feed.silent()
    now[0] = 105.0
    source.latest.put(Frame(paint(), 1))
    assert feed.newest() is not None
    now[0] = 114.9
    assert not feed.silent()
    now[0] = 115.0
    assert feed.silent()
    assert feed.newest() is None
    assert feed.fault() == "not connected yet"
    feed.stop()


def test_arrivals_are_asked_for_at_the_rate() -> None:
    """A stream is asked at its rate and says why it has no frame."""
    source = LiveSource(lambda: ScriptedReader(0), lambda: 0, lambda: 0.0, threading.Event())
    waits: list[float] = []

    def wait(seconds: float) -> bool:
        waits.append(seconds)
        if len(waits) == 2:
            source.latest.put(Frame(paint(), 5))
        return len(waits) > 2

    arrivals = list(arrivals_of(source, 4.0, wait))
    assert [(arrival.frame is None, arrival.fault) for arrival in arrivals] == [(True, "not connected yet"), (False, "not connected yet")]
    assert waits == [0.25, 0.25, 0.25]


def test_a_camera_without_its_credentials_says_which() -> None:
    """Credentials are looked up at each connection; a missing one is a fault that names the reference."""
    camera = Camera(id="camera/a", zones=(ZONE,), url="rtsp://127.0.0.1:9/s", options={"credentials": "env:GATE_A"})
    source = open_live(camera, {}, lambda: 0, lambda: 0.0)
    source.start("camera/a")
    deadline = time.monotonic() + 5
    while source.failures == 0 and time.monotonic() < deadline:
        time.sleep(0.01)
    source.stop()
    assert source.fault == "the credentials env:GATE_A are not there: set that variable to user:password"


def test_a_file_is_no_live_source() -> None:
    """A camera whose address is a file cannot be opened as live, and one without a file cannot be played."""
    camera = Camera(id="camera/a", zones=(ZONE,), url="file:none.mp4")
    source = open_live(camera, {}, lambda: 0, lambda: 0.0)
    source.start("camera/a")
    deadline = time.monotonic() + 5
    while source.failures == 0 and time.monotonic() < deadline:
        time.sleep(0.01)
    source.stop()
    assert source.fault == "file:none.mp4: this is not a live source"
    with pytest.raises(SourceError, match="there is no such file"):
        open_playback(camera, Shelf())
