"""``cityloop audit verify``, ``cityloop db backup`` and ``cityloop db restore``, as their users meet them."""

import asyncio
import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from cityloop.commands import audit, db
from dispatch.desk import Desk
from dispatch.store.casebook import SqlCaseBook
from dispatch.store.engine import open_engine
from dispatch.store.migrate import newest, upgrade
from tests.fakes.town import HOOK, Watch, alert, town


def run(*arguments: str) -> tuple[int, str, str]:
    app = typer.Typer(pretty_exceptions_enable=False)
    audit.register(app)
    db.register(app)
    result = CliRunner(env={"COLUMNS": "300", "TERM": "dumb"}).invoke(app, arguments)
    return result.exit_code, result.stdout, result.stderr


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The installation's database with one ticket."""
    monkeypatch.setenv("CITYLOOP_DATA", str(tmp_path))

    async def write() -> None:
        engine = open_engine(f"sqlite:///{tmp_path / 'cityloop.db'}")
        await upgrade(engine)
        await SqlCaseBook(engine, Desk(town()), Watch(), webhook=HOOK).take_alert(alert())
        await engine.dispose()

    asyncio.run(write())
    return tmp_path / "cityloop.db"


def tamper(database: Path) -> str:
    """Put other words into the second event of the ticket; gives the ticket's id."""
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute("UPDATE ticket_events SET body = replace(body, 'parked illegally', 'parked legally') WHERE number = 2")
        [(ticket,)] = connection.execute("SELECT id FROM tickets").fetchall()
    return str(ticket)


def test_a_sound_database_is_exit_0(database: Path) -> None:
    """A line with what was examined, or one JSON object."""
    assert run("audit", "verify") == (0, "1 tickets with 3 events, 0 silences: 0 broken\n", "")
    code, out, err = run("audit", "verify", "--database", f"sqlite:///{database}", "--json")
    assert (code, json.loads(out), err) == (0, {"ok": True, "tickets": 1, "events": 3, "silences": 0, "broken": []}, "")


@pytest.mark.parametrize("command", [("audit", "verify"), ("db", "downgrade", "base")])
def test_looking_makes_no_database(tmp_path: Path, command: tuple[str, ...]) -> None:
    """A path with a typing error is told; an empty file in its place would be found sound the next time."""
    missing = tmp_path / "typo" / "cityloop.db"
    code, out, err = run(*command, "--database", f"sqlite:///{missing}")
    assert (code, out) == (2, "")
    assert err.startswith(f"{missing}: there is no such database. Name one with --database or CITYLOOP_DATABASE;")
    assert not missing.parent.exists()


def test_a_database_without_our_tables_says_what_to_run(tmp_path: Path) -> None:
    """An empty file is there, so the sentence is another one; an audit of nothing is no clean audit."""
    (tmp_path / "x.db").touch()
    told = run("audit", "verify", "--database", f"sqlite:///{tmp_path}/x.db")
    assert told == (2, "", "--database: the database cannot be used: no such table: ticket_events. Run: cityloop db upgrade\n")


def test_evidence_in_a_folder_that_is_not_there_is_not_sound(tmp_path: Path) -> None:
    """A path with a typing error must not be told as sound with nothing in it."""
    told = run("audit", "evidence", "--folder", f"{tmp_path}/typo")
    assert told == (2, "", f"{tmp_path}/typo: there is no such folder. Name the one in which the evidence is kept.\n")


def test_a_tampered_row_is_exit_1_with_what_differs(database: Path) -> None:
    """Each broken ticket is told with its id, the event's number and what differs, to people and to machines."""
    ticket = tamper(database)
    what = "The content of the event (accepted, by system) does not give its hash: it was changed."
    assert run("audit", "verify") == (1, f"ticket {ticket}, event 2: {what}\n1 tickets with 3 events, 0 silences: 1 broken\n", "")
    code, out, _ = run("audit", "verify", "--json")
    assert (code, json.loads(out)) == (
        1, {"ok": False, "tickets": 1, "events": 3, "silences": 0, "broken": [{"ticket": ticket, "sequence": 2, "what": what, "kind": "ticket"}]}
    )  # fmt: skip


def test_a_backup_is_restored_and_still_tells_of_tampering(database: Path, tmp_path: Path) -> None:
    """A copy from before shows what was there; both commands say where the pictures are, and what they did."""
    code, out, err = run("db", "backup", str(tmp_path / "copy"), "--json")
    assert (code, json.loads(out)) == (0, {"file": str(tmp_path / "copy"), "bytes": (tmp_path / "copy").stat().st_size})
    assert err == f"Pictures are files: copy the folder {tmp_path / 'evidence'} too.\n"
    tamper(database)
    other = f"sqlite:///{tmp_path / 'other.db'}"
    code, out, _ = run("db", "restore", str(tmp_path / "copy"), "--database", other, "--json")
    assert (code, json.loads(out)) == (0, {"file": str(tmp_path / "copy"), "revision": newest(), "newest": newest()})
    assert [run("audit", "verify", *where)[0] for where in ((), ("--database", other))] == [1, 0]


def test_people_are_told_in_a_line(database: Path, tmp_path: Path) -> None:
    """Without ``--json`` a line with the file, and its bytes or its revision."""
    code, out, _ = run("db", "backup", str(tmp_path / "copy"))
    assert (code, out) == (0, f"{tmp_path / 'copy'}\t{(tmp_path / 'copy').stat().st_size} bytes\n")
    database.rename(tmp_path / "old.db")
    assert run("db", "restore", str(tmp_path / "copy"))[:2] == (0, f"{tmp_path / 'copy'}\trevision {newest()}\n")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("backup", "cityloop.db"), "cityloop.db: is there already. Give a name that is free: a backup overwrites none."),
        (("backup", "none/copy"), "none/copy: its folder is not there. Make it first, or name another one."),
        (
            ("backup", "copy", "--database", "sqlite:///no.db"),
            "sqlite:///no.db: has no tables. Give the URL of an installation's database.",
        ),
        (("backup", "copy", "--database", "postgresql://127.0.0.1:9/x"), "--database: the database cannot be used: connection failed"),
        (("restore", "copy"), "copy: is not there. Give a file that cityloop db backup has written."),
        (("restore", "cityloop.db"), "sqlite:///"),
    ],
    ids=["to a file that is there", "to no folder", "of nothing", "of a server that is away", "of no copy", "over a database"],
)
def test_what_is_wrong_is_told_with_what_to_do(
    database: Path, arguments: tuple[str, ...], told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each mistake is one line and exit 2, and the folder is as it was."""
    monkeypatch.chdir(database.parent)
    before = sorted(path.name for path in database.parent.iterdir() if "-" not in path.name)
    code, out, err = run("db", *arguments)
    assert (code, out) == (2, "")
    assert err.startswith(told), err
    assert len(err.splitlines()) == 1
    assert sorted(path.name for path in database.parent.iterdir() if "-" not in path.name) == before
