"""``cityloop deadline`` and ``cityloop db``, as their users meet them."""

import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from cityloop.commands import db, deadline
from dispatch.store.migrate import newest

BAD = Path(__file__).parents[2] / "data" / "bad" / "calendar"


def run(*arguments: str) -> tuple[int, str, str]:
    app = typer.Typer(pretty_exceptions_enable=False)
    deadline.register(app)
    db.register(app)
    result = CliRunner(env={"COLUMNS": "300", "TERM": "dumb"}).invoke(app, arguments)
    return result.exit_code, result.stdout, result.stderr


@pytest.mark.parametrize(
    ("start", "limit", "clock", "due"),
    [
        ("2026-03-02T22:36", "2", "urgent_hour", "2026-03-03T00:36:00+08:00"),
        ("2026-03-04T16:30:00+08:00", "4", "work_hour", "2026-03-05T10:30:00+08:00"),
        ("2026-03-06T09:00:00Z", "2", "work_day", "2026-03-10T17:00:00+08:00"),
        ("2026-03-04T13:00", "1", "work_hour", "2026-03-04T15:00:00+08:00"),
        ("2026-03-04T13:00:00.25", "0", "urgent_minute", "2026-03-04T13:00:00.250000+08:00"),
    ],
)
def test_deadline_prints_one_object(start: str, limit: str, clock: str, due: str) -> None:
    """With ``--json`` one object with the four fields; times have the calendar's offset, whatever was given."""
    code, out, err = run("deadline", "--start", start, "--limit", limit, "--clock", clock, "--json")
    assert (code, err) == (0, "")
    told = json.loads(out)
    assert (told["due"], told["clock"], told["limit"]) == (due, clock, int(limit))
    assert told["start"].endswith("+08:00")


def test_deadline_prints_the_due_instant_alone() -> None:
    """Without ``--json`` stdout holds the instant and nothing else."""
    assert run("deadline", "--start", "2026-03-06T17:00", "--limit", "2", "--clock", "work_day")[1] == "2026-03-10T17:00:00+08:00\n"


def test_deadline_takes_pauses_and_a_calendar(tmp_path: Path) -> None:
    """Pauses may be told several times, in the calendar's zone; only their working part matters."""
    calendar = tmp_path / "c.yaml"
    calendar.write_text('zone: Europe/Berlin\nhours: [["09:00", "17:00"]]\n')
    told = run(
        "deadline", "--start", "2026-03-27T16:00", "--limit", "2", "--clock", "work_hour", "--calendar", str(calendar),
        "--pause", "2026-03-27T16:30/2026-03-30T09:30", "--pause", "2026-03-30T10:00+02:00/2026-03-30T10:15+02:00",
    )  # fmt: skip
    assert told == (0, "2026-03-30T11:15:00+02:00\n", "")


def test_deadline_tells_every_wrong_option_at_once() -> None:
    """Wrong use is exit 2 with one line for each mistake and nothing on stdout."""
    code, out, err = run(
        "deadline", "--start", "2026-03-06", "--limit", "-1", "--clock", "work_day", "--pause", "x",
        "--pause", "2026-03-06T10:00/2026-03-06T09:00", "--pause", "a/b",
    )  # fmt: skip
    assert (code, out) == (2, "")
    form = "Write it as 2026-03-02T08:00:00+08:00, or without an offset for the calendar's zone."
    assert err.splitlines() == [
        "--limit: -1 lies below zero. Write 0 or a whole number above it.",
        "--pause: 'x' is not a span of time. Write A/B: from when to when, with a stroke between.",
        "--pause: '2026-03-06T10:00/2026-03-06T09:00' ends before it begins. Write the earlier moment first.",
        f"--pause: 'a' is not a moment. {form}",
        f"--pause: 'b' is not a moment. {form}",
        f"--start: '2026-03-06' is not a moment. {form}",
    ]


def test_deadline_tells_a_limit_that_no_calendar_reaches() -> None:
    """A pause up to the last instant that can be written is refused in words of the limit, not of the arithmetic."""
    told = run(
        "deadline", "--start", "2026-03-06T10:00", "--limit", "4", "--clock", "work_hour", "--pause", "2026-03-06T11:00/9999-12-31T16:00Z"
    )
    what = "--limit: the limit of 4 work_hour is not reached before the year 10000. Give the calendar working time, or make the limit smaller.\n"
    assert told == (2, "", what)


def test_deadline_tells_the_place_of_a_calendars_mistake() -> None:
    """File, line and column of the mistake, and exit 2."""
    code, out, err = run(
        "deadline", "--start", "2026-03-06T10:00", "--limit", "1", "--clock", "work_day", "--calendar", str(BAD / "unknown_day.yaml")
    )
    assert (code, out) == (2, "")
    assert err == f"{BAD / 'unknown_day.yaml'}:1:18: 'wensday' is not a day of the week. Did you mean 'wed'?\n"


def test_deadline_in_a_calendar_without_working_time_is_refused(tmp_path: Path) -> None:
    """A limit that is never reached is told with the calendar's name."""
    calendar = tmp_path / "c.yaml"
    calendar.write_text("week: []\n")
    code, _, err = run("deadline", "--start", "2026-03-06T10:00", "--limit", "1", "--clock", "work_hour", "--calendar", str(calendar))
    assert code == 2
    assert err.startswith(f"{calendar}: the calendar has no working time at all, so no limit in working time is ever reached.")


def test_deadline_lists_the_clocks() -> None:
    """An unknown clock is wrong use, and the known ones are listed."""
    code, _, err = run("deadline", "--start", "2026-03-06T10:00", "--limit", "1", "--clock", "lunch")
    assert code == 2
    assert "natural_day" in err


def test_db_brings_the_schema_up_and_down(tmp_path: Path) -> None:
    """Empty, newest, and empty again; each command says where the database is afterwards."""
    url = f"sqlite:///{tmp_path / 'made' / 'x.db'}"
    assert run("db", "current", "--database", url)[1] == "empty\n"
    assert not (tmp_path / "made").exists(), "to look is not to make"
    assert json.loads(run("db", "upgrade", "--database", url, "--json")[1]) == {"revision": newest(), "newest": newest()}
    assert run("db", "downgrade", "base", "--database", url)[1] == "empty\n"


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("upgrade", "77"), "REVISION: the schema cannot be brought to revision '77'"),
        (("current", "--database", "nonsense"), "--database: the database cannot be used: Could not parse SQLAlchemy URL"),
        (("downgrade", "base", "--database", ""), "--database: it is empty. Give a URL, or leave it out for the installation's database."),
        (("current", "--database", "oracle://x"), "--database: the database cannot be used: "),
        (("current", "--database", "postgresql://127.0.0.1:9/x"), "--database: the database cannot be used: connection failed"),
    ],
)
def test_db_tells_what_is_wrong(arguments: tuple[str, ...], told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An unknown revision, a URL that is none, an empty one, an unknown kind and a server that does not answer are told in a line, exit 2."""
    monkeypatch.setenv("CITYLOOP_DATA", str(tmp_path))
    code, out, err = run("db", *arguments)
    assert (code, out) == (2, "")
    assert err.startswith(told), err
