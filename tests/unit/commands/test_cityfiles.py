"""Whoever lives by a city's files notices when they change: the gateway minds new feeds, devices and kinds without a start."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec
import pytest
from structlog.testing import capture_logs

from cityloop.cityfiles import changes, fingerprint
from cityloop.citykeeper import Result, keep_city
from config.catalogue import Catalogue
from config.feeds import Door, Feed, FeedTable
from config.kinds import Kind, Text, ValueType
from config.problem import Problem, ProblemsError
from config.sources import Device
from tests.fakes.gatewayprocess import small_city
from tests.fakes.observations import KINDS

HOMES = Feed(name="homes", door=Door.MQTT, label=Text("homes", "家"), topics=("bridge/health",))


class Minding:
    """A gateway that takes down what it is told to mind."""

    def __init__(self) -> None:
        self.told: asyncio.Queue[tuple[list[str], int]] = asyncio.Queue()
        self.feeds = FeedTable()
        self.kinds: Mapping[str, Kind] = KINDS

    def attend(self, feeds: FeedTable, devices: Mapping[str, Device], kinds: Mapping[str, Kind]) -> bool:
        """As the gateway does."""
        others = not feeds.agrees_with(self.feeds) or kinds != self.kinds
        self.feeds, self.kinds = feeds, kinds
        self.told.put_nowait(([feed.name for feed in feeds.rows if feed.name not in set(Door)], len(devices)))
        return others


@asynccontextmanager
async def kept(
    gateway: Minding, read: Callable[[], Catalogue], folder: Path, results: "asyncio.Queue[Result] | None" = None
) -> AsyncIterator[asyncio.Event]:
    """A keeper at work, whose results are taken down; gives what asks it."""
    asked = asyncio.Event()
    reasons = changes(folder, fingerprint(folder), 0, asked)
    keeping = asyncio.create_task(keep_city(gateway, read, reasons, (results or asyncio.Queue()).put_nowait))
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
    assert [entry["event"] for entry in logs] == ["city.renewed", "city.unchanged"]
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
        "event": "city.refused",
        "log_level": "error",
        "problem": "feeds.yaml:3: heartbeat: 'soon' is no length. Write 30s.",
    }
    assert gateway.told.empty()


async def test_the_gateway_is_told_of_new_kinds(tmp_path: Path) -> None:
    """A kind that the table has now is minded with the rest, the log tells how many there are, and the reading is counted."""
    gas = Kind(name="gas", value=ValueType.BOOL, label=Text("gas", "燃气"), life_safety=True)
    city, gateway, results = small_city(), Minding(), asyncio.Queue[Result]()
    with capture_logs() as logs:
        async with kept(gateway, lambda: msgspec.structs.replace(city, kinds={**city.kinds, "gas": gas}), tmp_path, results) as asked:
            asked.set()
            assert await asyncio.wait_for(results.get(), 30) is Result.RENEWED
            asked.set()
            assert await asyncio.wait_for(results.get(), 30) is Result.UNCHANGED
    assert gateway.kinds["gas"] == gas
    assert [(entry["event"], entry.get("kinds")) for entry in logs] == [("city.renewed", len(KINDS) + 1), ("city.unchanged", None)]


async def test_kinds_that_the_rules_do_not_go_with_are_refused(tmp_path: Path) -> None:
    """A kind is taken out of the table while a rule still names it: engines keep to the old tables, and so does the gateway."""
    rules = tmp_path / "doors.yaml"
    rules.write_text("groups:\n  - {name: doors, rules: [{rule: door-open, kind: door, severity: minor, ticket: none}]}\n")
    kinds = {name: kind for name, kind in KINDS.items() if name != "door"}
    city = msgspec.structs.replace(small_city(), kinds=kinds, devices={}, rule_files=(rules,))
    gateway, results = Minding(), asyncio.Queue[Result]()
    with capture_logs() as logs:
        async with kept(gateway, lambda: city, tmp_path, results) as asked:
            asked.set()
            assert await asyncio.wait_for(results.get(), 30) is Result.REFUSED
    assert gateway.told.empty()
    assert [entry["event"] for entry in logs] == ["city.refused"]
    assert logs[0]["problem"] == f"{rules}:2:51: kind: 'door' is not in the kinds table. Known: battery, camera_health, smoke."


async def test_a_reading_that_breaks_does_not_end_the_minding(tmp_path: Path) -> None:
    """A reader that fails in a way that nobody foresaw is told with its traceback; the next reading is taken."""
    city, gateway, results = small_city(), Minding(), asyncio.Queue[Result]()
    failed: list[bool] = []

    def read() -> Catalogue:
        if not failed:
            failed.append(True)
            raise FileNotFoundError(2, "the folder is being moved")
        return msgspec.structs.replace(city, feeds=(HOMES,))

    with capture_logs() as logs:
        async with kept(gateway, read, tmp_path, results) as asked:
            for expected in (Result.REFUSED, Result.RENEWED):
                asked.set()
                assert await asyncio.wait_for(results.get(), 30) is expected
    assert [(entry["event"], entry.get("exc_info")) for entry in logs] == [("city.unreadable", True), ("city.renewed", None)]
