"""A console that really listens, in a thread of its own, on the case book in memory."""

import asyncio
import contextlib
import threading
from collections.abc import Coroutine, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import pytest
import uvicorn
from argon2 import PasswordHasher

from cityloop.roles.console import Server
from console.app import create_app, gather
from console.auth.passwords import Passwords
from console.parts import Parts
from console.schooling import Schooling
from detectors.evidence.store import EvidenceStore
from detectors.heads.store import HeadStore
from dispatch.accounts import User
from dispatch.desk import Desk
from streams.clock import system_clock
from tests.fakes.casebook import MemoryAccounts, MemoryCaseBook
from tests.fakes.noisebook import MemoryNoiseBook
from tests.fakes.painting import PaintedFeatures
from tests.fakes.town import BIN, PEOPLE, PUPILS, town

Result = TypeVar("Result")


def password_of(person: str) -> str:
    """Everybody's password."""
    return f"secret-{person}"


@dataclass
class Served:
    """A console that listens.

    Attributes:
        url: where.
        parts: what it works with.
        book: its case book; use :meth:`do` to reach it.
        loop: on which all of that lives.
        server: to stop it.
    """

    url: str
    parts: Parts
    book: MemoryCaseBook
    accounts: MemoryAccounts
    loop: asyncio.AbstractEventLoop
    server: uvicorn.Server

    def do(self, work: Coroutine[Any, Any, Result]) -> Result:
        """Run on the console's own loop: the case book in memory belongs to it."""
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(10)


@contextlib.contextmanager
def serving(folder: Path) -> Iterator[Served]:
    """Listen until left."""
    found: list[Served] = []
    up = threading.Event()

    async def serve() -> None:
        city = town()
        book, accounts = MemoryCaseBook(Desk(city), system_clock), MemoryAccounts()
        hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
        for person in PEOPLE:
            await accounts.put_user(User(id=person, password_hash=hasher.hash(password_of(person)), created_at=0, changed_at=0))
        schooling = Schooling(town(cameras=PUPILS), HeadStore(folder / "heads"), PaintedFeatures(), {"bin_overflow": frozenset({BIN})})
        parts = gather(
            book, accounts, EvidenceStore(folder), city, noise=MemoryNoiseBook(book), schooling=schooling, passwords=Passwords(hasher)
        )
        server = Server(create_app(parts, dist=folder / "none"), parts.hub)
        server.config.host, server.config.port = "127.0.0.1", 0
        task = asyncio.create_task(server.serve())
        while not server.started:  # noqa: ASYNC110  # Uvicorn has no event for it.
            await asyncio.sleep(0.01)
        port = server.servers[0].sockets[0].getsockname()[1]
        found.append(Served(f"http://127.0.0.1:{port}", parts, book, accounts, asyncio.get_running_loop(), server))
        up.set()
        await task

    thread = threading.Thread(target=asyncio.run, args=(serve(),), daemon=True)
    thread.start()
    assert up.wait(20), "the console did not start"
    served = found[0]
    try:
        yield served
    finally:
        served.loop.call_soon_threadsafe(served.parts.hub.close)
        served.server.should_exit = True
        thread.join(15)
    assert not thread.is_alive(), "the console did not stop"


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    with serving(tmp_path) as one:
        yield one
