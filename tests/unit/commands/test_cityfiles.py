"""Whoever lives by a city's files notices when they change: the gateway minds new feeds and devices without a start."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec
import pytest
from structlog.testing import capture_logs

from cityloop.cityfiles import changes, fingerprint
from cityloop.feedkeeper import keep_feeds
from config.catalogue import Catalogue
from config.feeds import Door, Feed, FeedTable
from config.kinds import Text
from config.problem import Problem, ProblemsError
from config.sources import Device
from tests.fakes.gatewayprocess import small_city

HOMES = Feed(name="homes", door=Door.MQTT, label=Text("homes", "家"), topics=("bridge/health",))


class Minding:
    """A gateway that takes down what it is told to mind."""

    def __init__(self) -> None:
        self.told: asyncio.Queue[tuple[list[str], int]] = asyncio.Queue()
        self.feeds = FeedTable()

    def attend(self, feeds: FeedTable, devices: dict[str, Device]) -> bool:
        """As the gateway does."""
        others = not feeds.agrees_with(self.feeds)
        self.feeds = feeds
        self.told.put_nowait(([feed.name for feed in feeds.rows if feed.name not in set(Door)], len(devices)))
        return others


@asynccontextmanager
async def kept(gateway: Minding, read: Callable[[], Catalogue], folder: Path, seconds: float = 0) -> AsyncIterator[asyncio.Event]:
    """A keeper at work; gives what asks it."""
    asked = asyncio.Event()
    keeping = asyncio.create_task(keep_feeds(gateway, read, folder, seconds, asked))
    try:
        yield asked
    finally:
        keeping.cancel()
        await asyncio.gather(keeping, return_exceptions=True)


async def test_who_asks_is_answered_whatever_the_files_say(tmp_path: Path) -> None:
    """SIGHUP means: look again. Nothing is looked at of itself where no time is set."""
    asked = asyncio.Event()
    looking = changes(tmp_path, fingerprint(tmp_path), 0, asked)
    for _ in range(2):
        asked.set()
        await asyncio.wait_for(anext(looking), 30)
    (tmp_path / "new.yaml").write_text("a: 1")
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(anext(looking), 0.05)


async def test_files_that_changed_are_noticed_once(tmp_path: Path) -> None:
    """With a time set, another content is told once; equal files are not told again."""
    looking = changes(tmp_path, "what was read before", 0.01, asyncio.Event())
    await asyncio.wait_for(anext(looking), 30)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(anext(looking), 0.1)


def test_a_file_that_cannot_be_read_is_a_change_and_no_fault(tmp_path: Path) -> None:
    """An editor that replaces a file at this very moment must not end the looking."""
    before = fingerprint(tmp_path)
    (tmp_path / "feeds.yaml").symlink_to(tmp_path / "gone.yaml")
    (tmp_path / "rules.yaml").write_text("")
    there = fingerprint(tmp_path)
    assert before != there
    assert fingerprint(tmp_path) == there


async def test_the_gateway_is_told_of_new_feeds(tmp_path: Path) -> None:
    """It is given the whole city's feeds and devices as they are now, and the log says so."""
    city = small_city()
    gateway = Minding()
    with capture_logs() as logs:
        async with kept(gateway, lambda: msgspec.structs.replace(city, feeds=(HOMES,)), tmp_path) as asked:
            for _ in range(2):
                asked.set()
                assert await asyncio.wait_for(gateway.told.get(), 30) == (["homes"], 41)
    assert [entry["event"] for entry in logs] == ["feeds.renewed", "feeds.unchanged"]
    assert logs[0]["feeds"] == ["gateway", "mqtt", "http", "cameras", "homes"]


async def test_a_city_with_problems_leaves_everything_as_it_is(tmp_path: Path) -> None:
    """Every problem is told with its place, and the next reading that has none is taken."""
    city = small_city()
    readings: list[Catalogue | ProblemsError] = [
        ProblemsError([Problem(file="feeds.yaml", line=3, what="heartbeat: 'soon' is no length.", fix="Write 30s.")]),
        msgspec.structs.replace(city, feeds=(HOMES,)),
    ]

    def read() -> Catalogue:
        found = readings.pop(0)
        if isinstance(found, ProblemsError):
            asked.set()  # Somebody mends it and asks again.
            raise found
        return found

    gateway = Minding()
    with capture_logs() as logs:
        async with kept(gateway, read, tmp_path) as asked:
            asked.set()
            assert await asyncio.wait_for(gateway.told.get(), 30) == (["homes"], 41)
    assert logs[0] == {
        "event": "feeds.refused",
        "log_level": "error",
        "problem": "feeds.yaml:3: heartbeat: 'soon' is no length. Write 30s.",
    }
    assert gateway.told.empty()
