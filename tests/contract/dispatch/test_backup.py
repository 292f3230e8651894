"""Copies of a database: whole, as of one moment, and brought back as they were."""

import asyncio
import os
import stat
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncEngine

from config.problem import ProblemsError
from dispatch.command import FactCommand
from dispatch.desk import Desk
from dispatch.lifecycle import Fact
from dispatch.store import postgresbackup, sqlitebackup, tables
from dispatch.store.audit import verify
from dispatch.store.backup import backup, restore
from dispatch.store.casebook import SqlCaseBook
from dispatch.store.engine import open_engine, reading
from dispatch.store.migrate import current, newest
from tests.contract.dispatch.conftest import fresh_database
from tests.fakes.town import HOOK, SMOKE, Watch, actor, alert, town


def url_of(engine: AsyncEngine) -> str:
    return engine.url.render_as_string(hide_password=False)


async def another(engine: AsyncEngine, tmp_path: Path) -> str:
    """An empty database of the same kind."""
    if engine.dialect.name == "sqlite":
        return f"sqlite:///{tmp_path / 'new' / 'other.db'}"
    return await fresh_database(url_of(engine).rsplit("/", 1)[0] + "/")


def book_on(engine: AsyncEngine) -> SqlCaseBook:
    return SqlCaseBook(engine, Desk(town()), Watch(), webhook=HOOK)


async def contents(engine: AsyncEngine) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table."""
    async with reading(engine) as connection:
        return {
            table.name: sorted((tuple(row) for row in await connection.execute(sa.select(table))), key=repr)
            for table in tables.METADATA.sorted_tables
        }


def refusal(error: pytest.ExceptionInfo[ProblemsError]) -> str:
    [problem] = error.value.problems
    return str(problem)


async def test_a_copy_brings_everything_back(engine: AsyncEngine, tmp_path: Path) -> None:
    """Every row of every table is in the restored database, which is at the same revision and takes in the next alert."""
    await book_on(engine).take_alert(alert())
    await book_on(engine).take_alert(alert(SMOKE, evidence=("evidence:sha256/" + "1" * 64,)))
    file, other = tmp_path / "copy", await another(engine, tmp_path)
    assert await asyncio.to_thread(backup, url_of(engine), file, os.environ) == file.stat().st_size > 1000
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert not (tmp_path / "copy.partial").exists()
    await asyncio.to_thread(restore, other, file, os.environ)
    restored = open_engine(other)
    assert await contents(restored) == await contents(engine)
    assert await current(restored) == newest()
    head = await book_on(restored).feed_head()
    await book_on(restored).take_alert(alert(SMOKE, source="sensor/2"))
    assert await book_on(restored).feed_head() == head + 4
    await restored.dispose()


async def test_a_copy_is_of_one_moment(engine: AsyncEngine, tmp_path: Path) -> None:
    """While alerts and facts are written, each copy is a database in which every ticket is sound, and writers go on."""
    case = await book_on(engine).take_alert(alert(SMOKE))

    async def write() -> None:
        for number in range(60):
            await book_on(engine).add_fact(actor("finn"), FactCommand(ticket=str(case.ticket), fact=Fact.NOTED, note=str(number)))

    writer = asyncio.create_task(write())
    for number in range(3):
        file, other = tmp_path / f"copy{number}", await another(engine, tmp_path / str(number))
        await asyncio.to_thread(backup, url_of(engine), file, os.environ)
        await asyncio.to_thread(restore, other, file, os.environ)
        restored = open_engine(other)
        verdict = await verify(restored)
        assert (verdict.tickets, verdict.broken) == (1, ())
        await restored.dispose()
    await writer
    assert (await verify(engine)).events == 63


async def test_a_folder_that_is_not_there_is_told_by_the_name_that_was_given(engine: AsyncEngine, tmp_path: Path) -> None:
    """What is refused is the copy's name, not that of a file which its user never wrote."""
    file = tmp_path / "nowhere" / "copy"
    with pytest.raises(ProblemsError) as error:
        await asyncio.to_thread(backup, url_of(engine), file, os.environ)
    assert refusal(error) == f"{file}: its folder is not there. Make it first, or name another one."


async def test_a_file_that_is_there_is_not_overwritten(engine: AsyncEngine, tmp_path: Path) -> None:
    """A second backup to the same name is refused, and the first stays."""
    file = tmp_path / "copy"
    file.write_bytes(b"precious")
    with pytest.raises(ProblemsError) as error:
        await asyncio.to_thread(backup, url_of(engine), file, os.environ)
    assert refusal(error) == f"{file}: is there already. Give a name that is free: a backup overwrites none."
    assert file.read_bytes() == b"precious"


async def test_a_database_that_is_in_use_is_not_restored_over(engine: AsyncEngine, tmp_path: Path) -> None:
    """A restore fills an empty database only; what is in another one stays."""
    await book_on(engine).take_alert(alert())
    file, before = tmp_path / "copy", await contents(engine)
    await asyncio.to_thread(backup, url_of(engine), file, os.environ)
    with pytest.raises(ProblemsError, match="is not empty"):
        await asyncio.to_thread(restore, url_of(engine), file, os.environ)
    assert await contents(engine) == before


async def test_an_empty_database_gives_no_copy(empty_engine: AsyncEngine, tmp_path: Path) -> None:
    """A wrong URL must not end in an empty file that is taken for a backup."""
    with pytest.raises(ProblemsError, match="has no tables"):
        await asyncio.to_thread(backup, url_of(empty_engine), tmp_path / "copy", os.environ)
    assert not (tmp_path / "copy").exists()


@pytest.mark.parametrize("content", [b"", b"no copy at all\n" * 100], ids=["empty", "text"])
async def test_a_file_that_is_no_copy_changes_nothing(empty_engine: AsyncEngine, tmp_path: Path, content: bytes) -> None:
    """Whatever else is given for a copy is refused, and the database stays empty."""
    file = tmp_path / "copy"
    file.write_bytes(content)
    with pytest.raises(ProblemsError):
        await asyncio.to_thread(restore, url_of(empty_engine), file, os.environ)
    async with reading(empty_engine) as connection:
        assert await connection.run_sync(lambda found: sa.inspect(found).get_table_names()) == []


async def test_half_a_copy_changes_nothing(engine: AsyncEngine, tmp_path: Path) -> None:
    """A copy whose end is missing is refused as a whole."""
    await book_on(engine).take_alert(alert())
    file, other = tmp_path / "copy", await another(engine, tmp_path)
    await asyncio.to_thread(backup, url_of(engine), file, os.environ)
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
    with pytest.raises(ProblemsError):
        await asyncio.to_thread(restore, other, file, os.environ)
    restored = open_engine(other)
    async with reading(restored) as connection:
        assert await connection.run_sync(lambda found: sa.inspect(found).get_table_names()) == []
    await restored.dispose()


def test_another_programs_database_is_refused(tmp_path: Path) -> None:
    """A sound SQLite file without our tables is no copy of ours."""
    engine = sa.create_engine(f"sqlite:///{tmp_path / 'theirs.db'}")
    with engine.begin() as connection:
        connection.execute(sa.text("CREATE TABLE song (id INTEGER)"))
    engine.dispose()
    with pytest.raises(ProblemsError) as error:
        sqlitebackup.load(make_url(f"sqlite:///{tmp_path / 'new.db'}"), tmp_path / "theirs.db", {})
    assert refusal(error) == f"{tmp_path / 'theirs.db'}: is no database of cityloop's. Give a file that db backup has written."
    assert not (tmp_path / "new.db").exists()


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:", "mysql://root:hush@127.0.0.1/x"])
def test_what_cannot_be_copied_is_told_without_its_password(url: str, tmp_path: Path) -> None:
    """A database in memory or of an unknown kind is refused, and a password is not repeated."""
    for work in (backup, restore):
        with pytest.raises(ProblemsError, match="cannot be copied") as error:
            work(url, tmp_path / "copy", {})
        assert "hush" not in refusal(error)


@pytest.mark.parametrize(("work", "program"), [(postgresbackup.save, "pg_dump"), (postgresbackup.load, "pg_restore")])
def test_without_postgresqls_tools_it_says_what_to_install(work: object, program: str, tmp_path: Path) -> None:
    """Where pg_dump or pg_restore is missing, the message names it and the package."""
    with pytest.raises(ProblemsError) as error:
        work(make_url("postgresql://127.0.0.1/x"), tmp_path / "copy", {"PATH": str(tmp_path)})  # type: ignore[operator]  # Both are called alike.
    assert refusal(error) == f"{program}: is not installed. Install PostgreSQL's client (Debian: apt-get install postgresql-client)."


@pytest.mark.parametrize(
    "url",
    [
        "postgresql+psycopg://me:hush%40@db.test:5433/city?sslmode=require",
        "postgresql://me@db.test:5433/city?sslmode=require&password=hush%40",
    ],
)
def test_a_password_is_not_on_the_command_line(url: str, tmp_path: Path) -> None:
    """The tool gets the password by its environment, and the address without it."""
    tool, said = tmp_path / "pg_dump", tmp_path / "said"
    tool.write_text(f'#!/bin/sh\necho "$@" > {said}\necho "$PGPASSWORD" >> {said}\n', encoding="utf-8")
    tool.chmod(0o755)
    postgresbackup.save(make_url(url), tmp_path / "copy", {"PATH": f"{tmp_path}:/bin:/usr/bin"})
    arguments, password = said.read_text(encoding="utf-8").splitlines()
    assert arguments.startswith("--dbname=postgresql://me@db.test:5433/city?sslmode=require --no-password --format=custom ")
    assert "hush" not in arguments
    assert password == "hush@"
