"""A file as a camera's feed: played in real time, opened apart, tried again."""

from collections.abc import Callable
from pathlib import Path

from config.cameraoptions import Options
from detectors.fleet.feed import PlaybackFeed
from detectors.sources.clip import Clip
from detectors.sources.frame import SourceError
from detectors.sources.playback import Playback
from tests.fakes.clockwork import Clockwork
from tests.fakes.footage import write_picture
from tests.fakes.painting import paint


def playback_feed(opened: Callable[[], Playback], clockwork: Clockwork) -> PlaybackFeed:
    """A feed on clockwork, with the longest pauses, which opens its file at once."""
    return PlaybackFeed(opened, clockwork.micros, clockwork.seconds, lambda: 1.0, lambda work: work())


def test_a_file_that_takes_long_to_open_holds_nobody_up(tmp_path: Path) -> None:
    """While a file is read through apart, its camera has no frame and no fault; then it begins at its beginning, opened once."""
    clockwork = Clockwork(1e9)
    works: list[Callable[[], None]] = []
    clip = Clip(write_picture(tmp_path / "a.png", paint()))
    opened: Callable[[], Playback] = lambda: Playback(clip, Options(hold=3.0), "a.png")  # noqa: E731  # As short as the others.
    feed = PlaybackFeed(opened, clockwork.micros, clockwork.seconds, lambda: 1.0, works.append)
    for second in range(5):
        clockwork.now = float(second)
        assert (feed.newest(), feed.fault(), feed.silent()) == (None, None, False)
    (work,) = works
    work()
    seen = []
    for second in range(5, 10):
        clockwork.now = float(second)
        seen.append(feed.newest() is not None)
    assert seen == [True, True, True, False, False]


def test_whatever_a_file_does_to_its_decoder_is_a_fault() -> None:
    """An error that nobody thought of is told by its name, and the file is tried again."""
    clockwork, tries = Clockwork(1e9), []

    def opened() -> Playback:
        tries.append(clockwork.now)
        raise ZeroDivisionError

    feed = playback_feed(opened, clockwork)
    for second in range(4):
        clockwork.now = float(second)
        assert feed.newest() is None
        assert feed.fault() == "unexpected ZeroDivisionError"
    assert tries == [0.0, 1.0, 3.0]


def test_a_file_is_played_in_real_time(tmp_path: Path) -> None:
    """Frames carry the clock; after its end a file is silent and says so."""
    clockwork = Clockwork(1e9)
    clip = Clip(write_picture(tmp_path / "a.png", paint()))
    feed = playback_feed(lambda: Playback(clip, Options(hold=3.0), "a.png"), clockwork)
    clockwork.now = 100.0
    first = feed.newest()
    assert first is not None
    assert (first.at, feed.silent(), feed.fault(), feed.replaced()) == (100_000_000, False, None, 0)
    clockwork.now = 102.9
    assert feed.newest() is not None
    clockwork.now = 103.1
    assert feed.newest() is None
    assert (feed.silent(), feed.fault()) == (True, "the file has been played to its end")
    feed.stop()


def test_a_file_that_is_not_there_yet_is_tried_again(tmp_path: Path) -> None:
    """A missing file is a fault, tried again with growing pauses and not at every turn; when it comes, it is played."""
    clockwork, tries = Clockwork(1e9), []

    def opened() -> Playback:
        tries.append(clockwork.now)
        if len(tries) < 3:
            msg = "a.png: there is no such file"
            raise SourceError(msg)
        return Playback(Clip(write_picture(tmp_path / "a.png", paint())), Options(hold=9.0), "a.png")

    feed = playback_feed(opened, clockwork)
    seen = []
    for second in range(6):
        clockwork.now = float(second)
        seen.append((feed.newest() is not None, feed.fault()))
    assert tries == [0.0, 1.0, 3.0]
    assert seen[2] == (False, "a.png: there is no such file")
    assert seen[3:] == [(True, None)] * 3
