"""The cameras' signs of life: from the judging thread, in its turn, behind everything that it told before."""

import asyncio
from collections.abc import Awaitable

from prometheus_client import CollectorRegistry

from detectors.fleet.metrics import Metrics
from detectors.fleet.outlet import Outlet
from detectors.fleet.pause import BEAT_SECONDS, Pause
from streams.observation import Observation


class Book:
    """Keeps observations and signs of life in the order in which they were written."""

    def __init__(self, *, broken: int = 0) -> None:
        self.written: list[object] = []
        self.broken = broken

    async def put(self, one: Observation) -> Awaitable[None]:
        """Keep, and acknowledge at once."""
        self.written.append(one.id)
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        done.set_result(None)
        return done

    async def sign(self, at: int) -> None:
        """Keep, unless the broker is broken."""
        if self.broken:
            self.broken -= 1
            raise ConnectionError("no broker")
        self.written.append(at)


def observation(name: str) -> Observation:
    return Observation(id=name, source="camera/1", kind="illegal_parking", at=0, value=True)


async def test_a_sign_of_life_waits_for_what_was_told_before_it() -> None:
    """When it is in the log, every observation of before is there too: that is what the rules take it for."""
    book, now = Book(), [10]
    outlet = Outlet(book, Metrics(CollectorRegistry()), lambda: now[0], sign=book.sign)
    for name in ("a", "b"):
        outlet.tell(observation(name))
    outlet.beat()
    now[0] = 11
    outlet.beat()
    outlet.tell(observation("c"))
    sending = asyncio.create_task(outlet.run())
    await asyncio.sleep(0)
    assert await outlet.drain(1.0)
    sending.cancel()
    assert book.written == ["a", "b", 10, "c"]  # One that waits is enough, and it says no more than it knew.


async def test_a_sign_that_cannot_be_written_is_left_to_the_next() -> None:
    """It is no observation: nothing is lost with it, and the outlet says why while the broker does not answer."""
    book, now = Book(broken=1), [10]
    outlet = Outlet(book, Metrics(CollectorRegistry()), lambda: now[0], sign=book.sign)
    sending = asyncio.create_task(outlet.run())
    outlet.beat()
    await asyncio.sleep(0.01)
    told = outlet.fault
    assert told == "the broker does not acknowledge: ConnectionError"
    outlet.beat()
    await asyncio.sleep(0.01)
    sending.cancel()
    assert book.written == [10]
    assert outlet.fault is None


def test_the_thread_beats_while_it_rests() -> None:
    """Every two seconds of a long pause, and no more often than that in short ones; being told to stop ends it."""
    now, beats, waits = [0.0], [0.0], [0.0]
    beats.clear()
    waits.clear()

    def wait(seconds: float) -> bool:
        waits.append(seconds)
        now[0] += seconds
        return len(waits) == 20

    pause = Pause(wait, lambda: beats.append(now[0]), lambda: now[0])
    assert not pause(5.0)
    assert (beats, waits) == ([0.0, 2.0, 4.0], [2.0, 2.0, 1.0])
    for _ in range(8):
        assert not pause(0.25)
    assert beats == [0.0, 2.0, 4.0, 6.0]
    assert pause(100.0)
    assert BEAT_SECONDS == 2.0
