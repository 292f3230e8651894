"""``cityloop replay --against``: two rule sets over one history."""

import json
import os
import pty
import subprocess
import sys
from io import BytesIO
from pathlib import Path

import pytest

from cityloop.commands.recording import watched

ROOT = Path(__file__).parents[3]
CASE = ROOT / "tests/data/rules/cases/case-1"
COMMAND = [sys.executable, "-m", "cityloop", "replay"]


def against(old: Path, new: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command over the recording of a case."""
    command = [*COMMAND, str(CASE / "obs.ndjson"), "--rules", str(new), "--against", str(old), "--infer-kinds", *arguments]
    return subprocess.run(command, capture_output=True, check=False, cwd=ROOT, timeout=60, encoding="utf-8")


@pytest.fixture
def changed(tmp_path: Path) -> Path:
    """The rules of the case with one rule renamed and one rule of another severity."""
    text = (CASE / "rules.yaml").read_text(encoding="utf-8")
    head, _, tail = text.partition("rule: level-for\n")
    assert tail
    path = tmp_path / "new.yaml"
    path.write_text(head.replace("rule: level\n", "rule: level\n    severity: major\n", 1) + "rule: renamed\n" + tail, encoding="utf-8")
    return path


def test_the_same_rules_differ_in_nothing() -> None:
    """A rule set against itself adds, loses and changes no alert."""
    told = json.loads(against(CASE / "rules.yaml", CASE / "rules.yaml", "--json").stdout)
    assert told["old"] == told["new"] == told["same"] > 50
    assert (told["added"], told["gone"], told["changed"]) == ([], [], [])


def test_a_renamed_rule_is_gone_and_added_and_a_changed_one_changed(changed: Path) -> None:
    """Alerts are the same by rule, group and beginning; fields that differ are named with both values."""
    done = against(CASE / "rules.yaml", changed, "--json")
    told = json.loads(done.stdout)
    assert done.returncode == 0
    assert {alert["rule"] for alert in told["added"]} == {"renamed"}
    assert {alert["rule"] for alert in told["gone"]} == {"level-for"}
    assert len(told["added"]) == len(told["gone"]) > 0
    assert {(one["old"]["severity"], one["new"]["severity"], *one["fields"]) for one in told["changed"]} == {("minor", "major", "severity")}
    assert told["old"] == len(told["gone"]) + len(told["changed"]) + told["same"]
    assert told["new"] == len(told["added"]) + len(told["changed"]) + told["same"]


def test_the_alerts_are_those_that_a_replay_raises(changed: Path) -> None:
    """What is added is what a plain replay of the new rules tells of the new rule."""
    command = [*COMMAND, str(CASE / "obs.ndjson"), "--rules", str(changed), "--infer-kinds"]
    plain = subprocess.run(command, capture_output=True, check=True, cwd=ROOT, timeout=60, encoding="utf-8").stdout
    fired = {row["id"] for row in map(json.loads, plain.splitlines()) if row["event"] == "firing" and row["rule"] == "renamed"}
    assert {alert["id"] for alert in json.loads(against(CASE / "rules.yaml", changed, "--json").stdout)["added"]} == fired


def test_for_people_a_line_is_an_alert(changed: Path) -> None:
    """Lines begin with + - or ~ and come by rule and beginning; the sums go to stderr; every run is the same."""
    done = against(CASE / "rules.yaml", changed)
    lines = done.stdout.splitlines()
    assert {line[:2] for line in lines} == {"+ ", "- ", "~ "}
    assert [line.split()[1] for line in lines] == sorted(line.split()[1] for line in lines)
    assert any("severity minor -> major" in line for line in lines)
    assert f"{len([line for line in lines if line[0] == '+'])} added" in done.stderr
    assert against(CASE / "rules.yaml", changed).stdout == done.stdout


def test_a_bad_old_file_is_refused(tmp_path: Path) -> None:
    """Problems of the older rules are told as those of the rules are, with exit 2."""
    done = against(tmp_path / "nowhere.yaml", CASE / "rules.yaml")
    assert (done.returncode, done.stdout) == (2, "")
    assert "nowhere.yaml: there is no such file." in done.stderr


def test_a_bar_is_shown_on_a_terminal_only() -> None:
    """With stderr on a terminal there is a bar; through a pipe there is none, and the data is the same."""
    outer, inner = pty.openpty()
    command = [
        *COMMAND,
        str(CASE / "obs.ndjson"),
        "--rules",
        str(CASE / "rules.yaml"),
        "--against",
        str(CASE / "rules.yaml"),
        "--infer-kinds",
    ]
    environment = {**os.environ, "TERM": "xterm", "COLUMNS": "100"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=inner, cwd=ROOT, env=environment) as started:
        os.close(inner)
        told = b""
        try:
            while part := os.read(outer, 4096):
                told += part
        except OSError:  # How Linux says that the last writer of a terminal has gone.
            pass
        assert started.stdout is not None
        assert started.stdout.read() == b""
    os.close(outer)
    assert b"replay" in told
    assert "replay" not in against(CASE / "rules.yaml", CASE / "rules.yaml").stderr


def test_the_lines_are_those_of_the_recording() -> None:
    """Watching a recording changes none of its lines."""
    assert list(watched(BytesIO(b"a\nb\n\nc"), shown=True)) == [b"a\n", b"b\n", b"\n", b"c"]
