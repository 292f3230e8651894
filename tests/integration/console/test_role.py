"""The role's process on a real store: it starts, serves, survives a restart of itself, and stops when told to."""

import socket
import time
from pathlib import Path

import httpx
import pytest

from cityloop.roles.console import listen
from config.problem import ProblemsError
from tests.e2e.stage import SMOKE, Stage, password_of, started

OWN = {"X-Requested-With": "cityloop"}


def summary(stage: Stage, client: httpx.Client) -> dict[str, int]:
    answer = client.get(f"{stage.url}/v1/summary")
    assert answer.status_code == 200, answer.text
    counts: dict[str, int] = answer.json()
    return counts


def test_a_restart_keeps_sessions_and_cases_and_stopping_is_quick(tmp_path: Path) -> None:
    """What was written by another process is seen, a session outlives the restart, and SIGTERM ends the process with 0 in time."""
    with started(tmp_path) as stage, httpx.Client(headers=OWN, timeout=20) as client:
        login = {"user": "centre-dispatcher-1", "password": password_of("centre-dispatcher-1")}
        assert client.post(f"{stage.url}/v1/session", json=login).status_code == 201
        stage.alert(SMOKE, "sensor/smoke-004")
        assert summary(stage, client)["firing"] == 1
        process = stage.process
        assert process is not None
        begun = time.monotonic()
        process.terminate()
        assert process.wait(timeout=30) == 0
        assert time.monotonic() - begun < 20
        stage.start()
        assert summary(stage, client)["open"] == 1


def test_a_port_in_use_is_told_with_its_setting() -> None:
    """The sentence names the variable and the way out; nothing has been started."""
    told = r"CITYLOOP_CONSOLE_PORT: .* cannot be listened on: .* 0 for a free one"
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(ProblemsError, match=told):
        listen("127.0.0.1", taken.getsockname()[1])
