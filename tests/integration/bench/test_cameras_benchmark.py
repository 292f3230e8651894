"""The benchmark of cameras as a user runs it, small, with the real model."""

import json
import subprocess
import sys

import msgspec
import pytest

from bench.cameras.endurance import EnduranceReport
from bench.cameras.policy import POLICIES, CamerasReport
from tests.fakes.footage import real_model

pytestmark = pytest.mark.slow


def bench(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command; skipped where the model is not set up."""
    real_model()
    return subprocess.run([sys.executable, "-m", "cityloop", "bench", "cameras", *arguments], capture_output=True, text=True, check=False)


def test_every_policy_is_measured_beside_the_ceiling() -> None:
    """One object on stdout; decoding less means more cameras, and none has more than its ceiling."""
    done = bench("--json", "--seconds", "1")
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("\n") == 1
    report = msgspec.json.decode(done.stdout, type=CamerasReport)
    assert [one.name for one in report.policies] == [policy.name for policy in POLICIES]
    assert {"name", "cameras_per_core", "of_ceiling"} <= set(json.loads(done.stdout)["policies"][0])
    assert report.raw_inference_ms > 1
    # A second of measuring is too short to set the last two apart; between 5 Hz of all frames and these lies a factor of thirty.
    assert report.policies[0].cameras_per_core < min(one.cameras_per_core for one in report.policies[3:])
    assert all(0 <= one.of_ceiling <= 1 for one in report.policies)
    assert all(one.busy_cameras_per_core <= one.cameras_per_core for one in report.policies)


@pytest.mark.long
def test_many_feeds_on_two_processes() -> None:
    """A short endurance run publishes every camera's rate."""
    done = bench("--json", "--feeds", "20", "--minutes", "0.05", "--every", "1")
    assert done.returncode == 0, done.stderr
    report = msgspec.json.decode(done.stdout, type=EnduranceReport)
    assert (report.feeds, report.processes, report.failed, report.unpublished) == (20, 2, 0, 0)
    assert report.looks >= 20
