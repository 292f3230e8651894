"""What commands print with ``--json``: the fields of the contract, all of them, in one object or one a line."""

import json
import shutil
from pathlib import Path
from typing import Any

import msgspec
import pytest
import typer
from typer.testing import CliRunner

from cityloop.demo.tally.report import DemoReport
from cityloop.main import application

ROOT = Path(__file__).parents[3]
GOOD = ROOT / "tests/data/config/good"
RULES = ROOT / "tests/data/rules/trials/rules.yaml"
TRIALS = ROOT / "tests/data/rules/trials/door.yaml"
LINE = {"source": "sensor/door-7", "kind": "door", "at": "2026-03-02T08:00:00+08:00", "value": True}


@pytest.fixture(scope="module")
def door() -> typer.Typer:
    """The command line, built once."""
    return application()


@pytest.fixture(autouse=True)
def _own_data(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Data in a folder of the test."""
    monkeypatch.setenv("CITYLOOP_DATA", str(tmp_path))


def lines(door: typer.Typer, *arguments: object, code: int = 0, given: str | None = None) -> list[Any]:
    """The JSON lines that a command prints; its exit code is checked."""
    shown = CliRunner(env={"COLUMNS": "300", "TERM": "dumb"}).invoke(door, [str(word) for word in arguments], input=given)
    assert shown.exit_code == code, shown.output
    return [json.loads(line) for line in shown.stdout.splitlines()]


def test_deadline(door: typer.Typer) -> None:
    """Four fields, and times with the calendar's offset."""
    told = lines(door, "deadline", "--start", "2026-03-04T13:00", "--limit", 1, "--clock", "work_hour", "--json")
    assert told == [
        {"start": "2026-03-04T13:00:00+08:00", "due": "2026-03-04T15:00:00+08:00", "clock": "work_hour", "limit": 1},
    ]


def test_check_config_of_a_good_city(door: typer.Typer) -> None:
    """Good, without problems, with a count of each of the five."""
    assert lines(door, "check-config", GOOD, "--json") == [
        {"ok": True, "problems": [], "counts": {"cells": 3, "cameras": 1, "devices": 1, "rules": 1, "people": 2}},
    ]


def test_check_config_of_a_bad_city(door: typer.Typer, tmp_path: Path) -> None:
    """Exit 1; each problem has file, line, column, what and fix, and what could be read is still counted."""
    city = tmp_path / "city"
    shutil.copytree(GOOD, city)
    (city / "units.csv").write_text("id,nam\ncentre,Centre\n", encoding="utf-8")
    (told,) = lines(door, "check-config", city, "--json", code=1)
    assert (told["ok"], set(told)) == (False, {"ok", "problems", "counts"})
    assert told["problems"][-1] | {"file": Path(told["problems"][-1]["file"]).name} == {
        "file": "units.csv", "line": 1, "column": 4, "what": "unknown column 'nam'.", "fix": "Did you mean 'name'?",
    }  # fmt: skip
    assert told["counts"]["cells"] == 3


def test_rules_test(door: typer.Typer) -> None:
    """Whether all is well, how many, how many failed, and each failure."""
    assert lines(door, "rules", "test", TRIALS, "--json") == [{"ok": True, "files": 1, "tests": 3, "failed": 0, "failures": []}]


def test_rules_explain(door: typer.Typer) -> None:
    """Every sentence is there in both languages."""
    (told,) = lines(door, "rules", "explain", "door-left-open", "--rules", RULES, "--json")
    assert set(told) >= {"rule", "version", "place", "summary", "fires", "resolves", "ticket", "notes"}
    assert told["rule"] == "door-left-open"
    for part in ("fires", "resolves", "ticket"):
        assert told[part]
        assert all(sentence["en"] and sentence["zh"] for sentence in told[part])


def recording(tmp_path: Path, *changes: dict[str, object]) -> Path:
    """A file of observations, each a door that stands open, with some fields changed."""
    path = tmp_path / "obs.ndjson"
    path.write_text("".join(json.dumps(LINE | each) + "\n" for each in changes), encoding="utf-8")
    return path


def test_replay(door: typer.Typer, tmp_path: Path) -> None:
    """One object a line, each with its event, in the order of time; exit 0 when every line was taken."""
    told = lines(door, "replay", recording(tmp_path, {}), "--rules", RULES, "--until", "2026-03-02T08:10:00+08:00")
    assert [row["event"] for row in told] == ["firing"]
    assert {"event", "at", "rule", "group", "starts_at", "id"} <= set(told[0])
    assert (told[0]["rule"], told[0]["group"]) == ("door-left-open", {"source": "sensor/door-7"})


def test_replay_of_a_bad_line(door: typer.Typer, tmp_path: Path) -> None:
    """Exit 1; the line is told with its number and its reason, and the next one is still taken."""
    path = recording(tmp_path, {"kind": "dor"}, {})
    told = lines(door, "replay", path, "--rules", RULES, "--until", "2026-03-02T08:10:00+08:00", code=1)
    assert [row["event"] for row in told] == ["rejected", "firing"]
    assert told[0]["line"] == 1
    assert "Did you mean 'door'?" in json.dumps(told[0])


def test_replay_from_standard_input(door: typer.Typer) -> None:
    """A recording that says nothing gives nothing, and that is good."""
    assert lines(door, "replay", "-", "--rules", RULES, given=json.dumps(LINE | {"value": False}) + "\n") == []


def test_replay_against(door: typer.Typer, tmp_path: Path) -> None:
    """One object with what was added, lost and changed."""
    (told,) = lines(door, "replay", recording(tmp_path, {}), "--rules", RULES, "--against", RULES, "--json")
    assert {"added", "gone", "changed", "same", "lines", "rejected", "old", "new"} <= set(told)
    assert (told["added"], told["gone"], told["changed"], told["lines"], told["rejected"]) == ([], [], [], 1, 0)


def test_a_key_from_its_making_to_its_end(door: typer.Typer) -> None:
    """The key itself is in the answer to ``add`` alone; a list never has it; revoked it is still listed."""
    (made,) = lines(door, "key", "add", "gate", "--scope", "observations:write", "--expires", "2027-01-31T00:00:00+08:00", "--json")
    assert set(made) == {"id", "name", "scopes", "created_at", "expires_at", "revoked_at", "key"}
    assert made["key"].startswith(f"clk_{made['id']}_")
    assert (made["expires_at"], made["revoked_at"], made["name"]) == ("2027-01-30T16:00:00Z", None, "gate")
    assert lines(door, "key", "list", "--json") == [{name: value for name, value in made.items() if name != "key"}]
    assert lines(door, "key", "revoke", made["id"]) == []
    (revoked,) = lines(door, "key", "list", "--json")
    assert revoked["revoked_at"] is not None
    assert made["key"].rpartition("_")[2] not in json.dumps(revoked)


def test_users_are_listed_without_their_passwords(door: typer.Typer) -> None:
    """Login, state and times; the password goes in by standard input and never comes out."""
    assert lines(door, "user", "list", "--json") == []
    city = ROOT / "config/city.demo/people.csv"
    person = city.read_text(encoding="utf-8").splitlines()[1].split(",")[0]
    assert lines(door, "user", "add", person, "--password-stdin", given="correct horse battery\n") == []
    (told,) = lines(door, "user", "list", "--json")
    assert set(told) == {"user", "state", "created_at", "changed_at"}
    assert (told["user"], told["state"]) == (person, "active")
    lines(door, "user", "disable", person)
    assert lines(door, "user", "list", "--json")[0]["state"] == "disabled"
    lines(door, "user", "enable", person)
    assert lines(door, "user", "list", "--json")[0]["state"] == "active"


CONTRACT: dict[str, set[str]] = {
    "": {
        "url", "seconds", "observations", "envelopes", "frames", "alerts", "tickets", "notifications", "rejected", "lost", "doubled", "latency_ms",
    },
    "observations": {"sent", "received"},
    "notifications": {"sent", "failed"},
    "latency_ms": {"observation_to_alert", "alert_to_ticket", "ticket_to_notification"},
}  # fmt: skip


@pytest.mark.parametrize("part", sorted(CONTRACT), ids=lambda part: part or "report")
def test_the_demos_report_has_the_fields_of_the_contract(part: str) -> None:
    """No field of the command's contract is left out of the report's types, so that none can be left out of a report."""
    shape: type[msgspec.Struct] = DemoReport
    if part:
        (shape,) = [field.type for field in msgspec.structs.fields(DemoReport) if field.name == part]
    assert {field.encode_name for field in msgspec.structs.fields(shape)} >= CONTRACT[part]
    assert all(field.required for field in msgspec.structs.fields(shape))
