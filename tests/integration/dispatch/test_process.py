"""The dispatch process as its operator meets it: starting, stopping, two at once, and on PostgreSQL."""

import asyncio
import itertools
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import create_async_engine

from dispatch.actor import SYSTEM
from dispatch.command import MoveCommand
from dispatch.desk import Desk
from dispatch.intake import ticket_id
from dispatch.lifecycle import Move
from dispatch.store.casebook import SqlCaseBook
from dispatch.store.engine import open_engine
from dispatch.ticket import Ticket
from streams.broker.process import BrokerProcess, free_port
from streams.clock import system_clock
from streams.provision import provision
from tests.fakes.dispatchprocess import SECRET, DispatchProcess
from tests.fakes.postgres import MISSING, find_binaries, postgres_cluster
from tests.fakes.receiver import Receiver
from tests.fakes.town import PEOPLE, UNITS, alert, town
from tests.integration.dispatch.test_sigkill import ALERTS_SENT, broker, check, encoded, many, publish, settled, wait_for

__all__ = ["broker"]
_numbers = itertools.count(1)


@pytest.fixture(scope="module")
def postgres() -> Iterator[str]:
    binaries = find_binaries()
    if binaries is None:
        pytest.skip(MISSING)
    with postgres_cluster(binaries) as server:
        yield server


async def made_database(server: str) -> str:
    admin = create_async_engine(f"{server}postgres", isolation_level="AUTOCOMMIT")
    name = f"dispatch_{next(_numbers)}"
    async with admin.connect() as connection:
        await connection.execute(sa.text(f"CREATE DATABASE {name}"))
    await admin.dispose()
    return f"{server}{name}"


@pytest.mark.slow
def test_two_processes_on_postgresql_share_the_work(broker: BrokerProcess, postgres: str, tmp_path: Path) -> None:
    """Two dispatch processes on one PostgreSQL, each killed and restarted in turn: every alert one ticket, every notice by its id."""
    chance = random.Random(11)  # noqa: S311  # A seed, so that a failure can be repeated.
    database = asyncio.run(made_database(postgres))
    folders = tmp_path / "one", tmp_path / "two"
    for folder in folders:
        folder.mkdir()
    with (
        Receiver(SECRET) as receiver,
        DispatchProcess(broker.address, receiver.url, folders[0], database) as one,
        DispatchProcess(broker.address, receiver.url, folders[1], database) as two,
    ):
        provision(one.settings)
        events = many()
        one.start()
        two.start()
        for part, victim in enumerate((one, two, one, two)):
            asyncio.run(publish(one, encoded(events[part * 15 : part * 15 + 15])))
            time.sleep(chance.uniform(0.5, 3.0))
            victim.kill()
            victim.start()
        wait_for(lambda: len(receiver.taken) >= ALERTS_SENT, one.log.read_text)
        two.stop()
        settled(one, receiver)
        asyncio.run(check(one, events, receiver))


def test_a_move_of_another_process_is_noticed_and_published(broker: BrokerProcess, tmp_path: Path) -> None:
    """What the console's process writes, the dispatch process sends on within a moment."""
    units = {unit.id: unit for unit in UNITS.values()}

    async def give(process: DispatchProcess) -> Ticket:
        engine = open_engine(process.settings.database_url)
        book = SqlCaseBook(engine, Desk(town(units=units)), system_clock, webhook=process.settings.webhook)
        command = MoveCommand(ticket=ticket_id(alert().id), move=Move.ASSIGN, version=3, person="sam")
        done = await book.act(SYSTEM, command)
        await engine.dispose()
        assert isinstance(done, Ticket), done
        return done

    with Receiver(SECRET) as receiver, DispatchProcess(broker.address, receiver.url, tmp_path) as process:
        provision(process.settings)
        process.start()
        asyncio.run(publish(process, encoded([alert()])))
        wait_for(lambda: len(receiver.taken) == 1, process.log.read_text)
        assert asyncio.run(give(process)).assignee in PEOPLE
        wait_for(lambda: len(receiver.taken) == 2, process.log.read_text, seconds=10)
        assert process.stop() == 0
    assert {notice["type"] for notice in receiver.taken.values()} == {"ticket.dispatched", "ticket.assigned"}


def test_without_a_broker_it_waits_and_ends_when_asked(tmp_path: Path) -> None:
    """A broker that is not there yet is waited for, readiness says that the process has not started, and SIGTERM ends it."""
    with DispatchProcess(f"127.0.0.1:{free_port()}", "", tmp_path) as process:
        process.start()
        wait_for(lambda: "broker.awaited" in process.log.read_text(), process.log.read_text, seconds=60)
        assert process.running
        assert not process.is_ready()
        process.stop()
        assert not process.running


def test_notices_without_a_secret_keep_it_from_starting(tmp_path: Path) -> None:
    """A wrong setting is told before anything is connected, by name and with what to set."""
    environment = os.environ | {
        "CITYLOOP_WEBHOOK": "http://127.0.0.1:9/x",
        "CITYLOOP_DATA": str(tmp_path),
        "CITYLOOP_BROKER": "kafka://127.0.0.1:9",
    }
    argv = [sys.executable, "-m", "tests.fakes.dispatchprocess"]
    done = subprocess.run(argv, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode not in (0, -signal.SIGTERM)
    assert "CITYLOOP_WEBHOOK_SECRET: There are addresses for notices, but nothing to sign them with. Set a long random text." in done.stderr
