"""The engine and its peers, measured in one run on one broker, and the peers' alerts compared with the engine's."""

import asyncio
import tempfile
from collections.abc import Callable, Iterable, Sequence

from bench.brokers import broker_at
from bench.city import City, city_observations
from bench.contender import Contender, Task
from bench.engine import run
from bench.fill import Log, encode_readings, encode_records, write
from bench.meter import Measured
from bench.peers.environment import peers_python, peers_versions
from bench.peers.expected import expected_alerts
from bench.peers.judge import Verdict, compare
from bench.peers.pack import RULES
from bench.peers.peer import Peer
from bench.peers.report import PeerRound, PeersReport, Setting, summarise
from bench.peers.stage import PeersPlan, Stage
from bench.ruleset import PACK, fold_named, pack_rules
from bench.workload import records_of
from streams.observation import Observation

_SLOW = frozenset({Peer.FAUST, Peer.QUIX_GROUPED})
"""Each of their observations goes through the broker on its own; they take the first part of the observations."""
CHECK = City(sources=300, begins=0.03, silences=0.003)
"""A small city over many hours, so that every rule of the pack fires in the check."""
CHECKED = 24_000
"""Observations of the check."""


def measure_peers(plan: PeersPlan, tell: Callable[[str], None], *, name: str) -> PeersReport:
    """Check every peer on a small log, then run everybody in every round, and report the medians.

    Args:
        plan: how much.
        tell: is given a line of progress now and then.
        name: sets the topics of this run apart from others on the same broker.

    Raises:
        BenchError: somebody did not finish.
        ProblemsError: the peers are not installed.
    """
    versions = peers_versions(peers_python())
    tell(f"encoding {plan.observations:,} observations of {plan.sources:,} devices")
    city = City(sources=plan.sources)
    log = _log(city_observations(plan.observations, city), city, plan.partitions)
    part = list(city_observations(plan.slow_observations, city))
    with broker_at(plan.broker) as broker, tempfile.TemporaryDirectory(prefix="cityloop-bench-") as folder:
        stage = Stage(plan, broker, folder, tell)
        verdicts = _check(stage, f".{name}-check")
        rounds = [_round(stage, log, part, f".{name}-{number}") for number in range(1, plan.rounds + 1)]
    setting = Setting(
        engine_rules=len(fold_named(PACK, plan.partitions).ruleset.rules),
        sources=plan.sources,
        envelope=log.mean_envelope,
        broker=plan.broker,
        versions=versions,
        verdicts=verdicts,
    )
    return summarise(rounds, setting)


def _log(found: Iterable[Observation], city: City, partitions: int) -> Log:
    return encode_records(records_of(found, envelope=city.envelope, tick=city.tick, partitions=partitions))


def _check(stage: Stage, suffix: str) -> dict[Peer, tuple[Verdict, ...]]:
    found = list(city_observations(CHECKED, CHECK))
    settings = stage.settings(suffix)
    asyncio.run(write(settings, _log(found, CHECK, stage.plan.partitions).records))
    asyncio.run(write(settings, encode_readings(found)))
    expected = list(expected_alerts(pack_rules(), found))
    verdicts = {}
    for peer in Peer:
        stage.run(peer, settings, len(found))
        verdicts[peer] = compare(expected, stage.said(peer, settings), RULES)
        agreed, wanted, extra = (sum(getattr(one, field) for one in verdicts[peer]) for field in ("agreed", "expected", "extra"))
        stage.tell(f"check: {peer} said {agreed} of {wanted} alert events, and {extra} that the engine did not")
    return verdicts


def _round(stage: Stage, log: Log, part: Sequence[Observation], suffix: str) -> PeerRound:
    whole, first = stage.settings(suffix), stage.settings(f"{suffix}-part")
    stage.tell(f"round {suffix}: writing the log")
    city = City(sources=stage.plan.sources)
    asyncio.run(write(whole, log.records))
    asyncio.run(write(first, _log(part, city, stage.plan.partitions).records))
    asyncio.run(write(first, encode_readings(part)))
    found: dict[Contender, Measured] = {}
    for contender in (Contender.CEILING, Contender.ENGINE):
        task = Task(contender=contender, settings=whole, records=len(log.records), observations=log.observations, rules=PACK)
        found[contender] = run(task)
        stage.tell(f"round {suffix}: {contender} {found[contender].per_second:,.0f} observations/s")
    peers: dict[Peer, Measured] = {}
    for peer in Peer:
        settings, observations = (first, len(part)) if peer in _SLOW else (whole, log.observations)
        peers[peer] = stage.run(peer, settings, observations)
        stage.tell(f"round {suffix}: {peer} {peers[peer].per_second:,.0f} observations/s")
    return PeerRound(ceiling=found[Contender.CEILING], engine=found[Contender.ENGINE], peers=peers)
