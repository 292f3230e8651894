"""A live source under test: started, asked for frames, ended whatever happens."""

import contextlib
import time
from collections.abc import Callable, Iterator

from config.sources import Camera, Zone
from detectors.sources.frame import Frame
from detectors.sources.live import LiveSource
from detectors.sources.opening import open_live
from streams.clock import system_clock
from tests.fakes.painting import SQUARE

TIMEOUT = 4.0
ZONE = Zone(id="bay", scene="illegal_parking", polygon=SQUARE)


@contextlib.contextmanager
def watching(url: str, environment: dict[str, str] | None = None, **options: str | float) -> Iterator[LiveSource]:
    """A started live source that connects anew after half of each pause."""
    camera = Camera(id="camera/wall", zones=(ZONE,), url=url, options={"timeout": TIMEOUT, **options})
    source = open_live(camera, environment or {}, system_clock, lambda: 0.0)
    source.start(camera.id)
    try:
        yield source
    finally:
        source.stop()


def until(true: Callable[[], bool], seconds: float = 20.0) -> bool:
    """Wait for something to become true; whether it did."""
    deadline = time.monotonic() + seconds
    while not true() and time.monotonic() < deadline:
        time.sleep(0.02)
    return true()


def next_frame(source: LiveSource) -> Frame:
    """Wait for a frame newer than now."""
    source.latest.take()
    found: list[Frame] = []

    def taken() -> bool:
        frame = source.latest.take()
        found.extend([frame] if frame else [])
        return bool(found)

    assert until(taken), source.fault
    return found[0]
