"""``cityloop doctor`` as its user calls it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cityloop.main import application


@pytest.fixture(autouse=True)
def _own_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Data in a folder of the test, and ports that nobody uses."""
    monkeypatch.setenv("CITYLOOP_DATA", str(tmp_path))
    for name in ("CONSOLE_PORT", "GATEWAY_PORT"):
        monkeypatch.setenv(f"CITYLOOP_{name}", "0")


def test_everything_is_examined_in_one_object(monkeypatch: pytest.MonkeyPatch) -> None:
    """Python, names, city, brokers, database, model, secrets, disk, ports and programs, each with a state."""
    monkeypatch.setenv("CITYLOOP_WEBHOOK", "http://127.0.0.1/x")
    monkeypatch.setenv("CITYLOOP_WEBHOOK_SECRET", "whsec_dmVyeS1zZWNyZXQ=")
    result = CliRunner().invoke(application(), ["doctor", "--json"])
    told = json.loads(result.stdout)
    names = {finding["name"] for finding in told["findings"]}
    assert names >= {
        "python",
        "package names",
        "city",
        "broker",
        "topics",
        "mqtt",
        "database",
        "weights",
        "model",
        "evidence key",
        "webhook",
        "disk",
        "mosquitto",
        "chromium",
    }
    assert {finding["state"] for finding in told["findings"]} <= {"good", "optional", "bad"}
    assert result.exit_code == (0 if told["ok"] else 1)
    assert "dmVyeS1zZWNyZXQ" not in result.output


def test_a_fault_is_exit_1_with_its_cure(monkeypatch: pytest.MonkeyPatch) -> None:
    """A broker that does not answer makes the whole bad, and says what to do."""
    monkeypatch.setenv("CITYLOOP_BROKER", "kafka://127.0.0.1:9")
    result = CliRunner().invoke(application(), ["doctor"])
    assert result.exit_code == 1
    assert "127.0.0.1:9 does not answer" in result.output
    assert "make kafka" in result.output


def test_findings_are_data(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was examined stands on stdout, as a page for people or as JSON; nothing else does."""
    monkeypatch.delenv("CITYLOOP_BROKER", raising=False)
    result = CliRunner().invoke(application(), ["doctor"])
    assert "good     python: " in result.stdout
    assert result.stderr == ""


def test_findings_are_utf8_in_any_locale(tmp_path: Path) -> None:
    """The demo city's name is Chinese; a locale that knows ASCII alone does not stop the examination."""
    surroundings = {"PATH": "/nowhere", "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "CITYLOOP_DATA": str(tmp_path)}
    home = {name: os.environ[name] for name in ("HOME", "XDG_CACHE_HOME") if name in os.environ}
    done = subprocess.run(
        [sys.executable, "-m", "cityloop", "doctor"], capture_output=True, env=surroundings | home, check=False, timeout=60
    )
    assert "city: 临川示范市" in done.stdout.decode()
    assert b"Unicode" not in done.stderr


def test_a_wrong_setting_is_wrong_use(monkeypatch: pytest.MonkeyPatch) -> None:
    """A variable that is no setting is told before anything is examined."""
    monkeypatch.setenv("CITYLOOP_BROKR", "x")
    result = CliRunner().invoke(application(), ["doctor", "--json"])
    assert result.exit_code == 2
    assert "CITYLOOP_BROKR: is not a setting." in result.output
