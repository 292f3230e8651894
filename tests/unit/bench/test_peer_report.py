"""What is said of the peers: verdicts, missing forms, medians, and where their packages come from."""

import sys
import tomllib
from pathlib import Path

import pytest

from bench.meter import Measured
from bench.peers.environment import peers_python
from bench.peers.forms import SECOND
from bench.peers.judge import Verdict, compare
from bench.peers.missing import expressed, missing_of, written_lines
from bench.peers.pack import RULES, Alert, Said
from bench.peers.peer import Peer, PeerTask
from bench.peers.report import PeerRound, PeersReport, Setting, summarise
from bench.peers.stopwatch import Stopwatch
from config.problem import ProblemsError
from tests.house.tree import ROOT


def alert(number: int, rule: str = "smoke") -> Alert:
    """An alert of some moment."""
    return Alert(rule, ("sensor/a",), "firing", number, number)


def measured(rate: float, *, cpu: float = 0.001, outputs: int = 0, rss: float = 50.0) -> Measured:
    """A run of 1,000 observations at a rate."""
    return Measured(observations=1_000, seconds=1_000 / rate, cpu_seconds=cpu, rss_mb=rss, outputs=outputs)


def report(*rates: float, outputs: tuple[int, ...] = ()) -> PeersReport:
    """Of rounds in which the engine had these rates."""
    rounds = [
        PeerRound(
            ceiling=measured(400_000),
            engine=measured(rate, cpu=0.008, outputs=outputs[number] if outputs else 9, rss=200 + number),
            peers={Peer.FAUST: measured(1_000, cpu=0.2), Peer.BYTEWAX: measured(200_000, cpu=0.004, rss=500)},
        )
        for number, rate in enumerate(rates)
    ]
    verdicts = (Verdict(rule="smoke", expected=2, agreed=1, missing=1, extra=0, noticed_after=3.0),)
    setting = Setting(
        engine_rules=15,
        sources=50_000,
        envelope=98.76,
        broker="apache",
        versions=dict.fromkeys(Peer, "1.0"),
        verdicts=dict.fromkeys(Peer, verdicts),
    )
    return summarise(rounds, setting)


def test_alerts_are_compared_rule_by_rule_as_multisets() -> None:
    """What is told twice is one too much, what is not told is missing, and a rule without alerts is right."""
    said = [Said(alert=alert(1), noticed_at=1 + 4 * SECOND), Said(alert=alert(1), noticed_at=1 + 6 * SECOND)]
    smoke, door = compare([alert(1), alert(2)], said, ["smoke", "door"])
    assert smoke == Verdict(rule="smoke", expected=2, agreed=1, missing=1, extra=1, noticed_after=5.0)
    assert not smoke.right
    assert door == Verdict(rule="door", expected=0, agreed=0, missing=0, extra=0, noticed_after=0.0)
    assert door.right


def test_the_report_has_medians_and_relations() -> None:
    """The engine's figures are those of the fields of the engine's benchmark; a peer that is faster has a ratio below one."""
    found = report(90_000, 100_000, 120_000)
    assert (found.observations_per_second, found.of_ceiling, found.baseline_per_second, found.ratio) == (100_000, 0.25, 1_000, 100.0)
    assert (found.spread, found.rss_mb, found.cpu_us_per_observation) == ((90_000, 120_000), 202.0, 8.0)
    faust, bytewax = found.peers
    assert (bytewax.name, bytewax.version, bytewax.ratio, bytewax.cpu_ratio, bytewax.rss_mb) == ("Bytewax", "1.0", 0.5, 0.5, 500.0)
    assert faust.ratio == 100.0
    assert faust.verdicts[0].missing == 1


def test_an_engine_that_says_more_on_one_round_is_an_error() -> None:
    """Equal input must give equal output."""
    with pytest.raises(ValueError, match=r"published \[1, 2\] records on equal input"):
        report(1, 2, outputs=(1, 2))
    with pytest.raises(ValueError, match="at least one round"):
        report()


def test_every_rule_is_named_by_one_missing_form() -> None:
    """No rule of the pack is a form that a peer has; the rules told in time are counted apart."""
    for peer in Peer:
        forms = missing_of(peer)
        assert sorted(rule for form in forms for rule in form.rules) == sorted(RULES)
        assert all(form.lines > 10 and form.instead.endswith(".") for form in forms)
    assert set(RULES) - set(expressed(Peer.QUIX)) == {"lone-elder-inactive"}
    assert set(RULES) - set(expressed(Peer.BYTEWAX)) == {"device-offline", "lone-elder-inactive"}


def test_lines_are_counted_without_docstrings_comments_and_blanks(tmp_path: Path) -> None:
    """Only code counts, of the names that were asked for."""
    source = tmp_path / "some.py"
    source.write_text('def a():\n    """Two\n    lines."""\n\n    # Why.\n    return 1\n\n\nclass B:\n    x = 1\n', encoding="utf-8")
    assert written_lines(["a"], source) == 2
    assert written_lines(["a", "B"], source) == 4
    with pytest.raises(KeyError):
        written_lines(["c"], source)


def test_a_stopwatch_keeps_what_was_measured_until_the_peer_has_ended() -> None:
    """The time is taken at the last observation; a peer that ends before it is told so."""
    early, watch = Stopwatch(10), Stopwatch(10)
    early.meter.take(9)
    with pytest.raises(RuntimeError, match="ended after 9 observations"):
        early.tell()
    watch.meter.take(9)
    watch.meter.take(5)
    assert (early.done, watch.done) == (False, True)
    assert watch.measured is not None
    assert watch.measured.observations == 10


def test_a_peer_has_a_topic_and_a_folder_of_its_own(tmp_path: Path) -> None:
    """Two peers of a run never read each other's alerts or state."""
    tasks = [
        PeerTask(peer=peer, broker="b:1", suffix=".s", partitions=1, folder=str(tmp_path), observations=1, idempotent=True) for peer in Peer
    ]
    assert len({task.said_topic() for task in tasks}) == len({task.place() for task in tasks}) == len(Peer)
    assert all(task.place().is_dir() for task in tasks)


def test_without_the_peers_packages_the_recipe_is_named(tmp_path: Path) -> None:
    """Who has not made the environment is told how; who has is given its interpreter."""
    with pytest.raises(ProblemsError) as refused:
        peers_python(tmp_path / "python")
    assert refused.value.problems[0].fix == "Run 'make bench-peers', which makes it (about 160 MB)."
    (tmp_path / "python").symlink_to(sys.executable)
    assert peers_python(tmp_path / "python") == tmp_path / "python"


def test_the_versions_that_are_measured_are_those_of_the_extra() -> None:
    """The extra ``[bench]`` and the environment's own list name the same packages, which constraints.txt must not."""
    extra = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]["bench"]
    listed = [line for line in (ROOT / "bench/peers/requirements.txt").read_text().splitlines() if not line.startswith("#")]
    assert {line.split(">")[0] for line in extra} | {"msgspec"} == {line.split("==")[0] for line in listed}
    assert "quixstreams" not in (ROOT / "constraints.txt").read_text()
