"""The engine and its peers in one table: medians of rounds, what each said rightly, and what each does not have."""

import statistics
from collections.abc import Mapping, Sequence

import msgspec

from bench.meter import Measured
from bench.peers.judge import Verdict
from bench.peers.missing import Missing, expressed, missing_of
from bench.peers.pack import RULES
from bench.peers.peer import Peer
from bench.report import cpu_us, per_second


class PeerRound(msgspec.Struct, frozen=True):
    """One run of each contender.

    Attributes:
        ceiling: consuming and decoding alone.
        engine: cityloop's engine with the pack.
        peers: the others, on the same records or on the first part of the observations.
    """

    ceiling: Measured
    engine: Measured
    peers: Mapping[Peer, Measured]


class PeerReport(msgspec.Struct, frozen=True, kw_only=True):
    """One peer.

    Attributes:
        name: of the framework, and how it is used.
        version: of the framework.
        observations_per_second: the median.
        cpu_us_per_observation: the median processor time of its process.
        rss_mb: the largest resident memory, in 10^6 bytes.
        observations: in each round.
        ratio: the engine's rate to this one's.
        cpu_ratio: this one's processor time to the engine's.
        spread: slowest and fastest round, observations per second.
        rules_expressed: rules that can be expressed in event time, if only by hand.
        missing: forms that it does not have.
        verdicts: its alerts beside the engine's on the log of the check.
    """

    name: str
    version: str
    observations_per_second: float
    cpu_us_per_observation: float
    rss_mb: float
    observations: int
    ratio: float
    cpu_ratio: float
    spread: tuple[float, float]
    rules_expressed: int
    missing: tuple[Missing, ...]
    verdicts: tuple[Verdict, ...]


class PeersReport(msgspec.Struct, frozen=True, kw_only=True):
    """What ``cityloop bench engine --peers`` prints: the fields of ``cityloop bench engine``, and the peers.

    Attributes:
        observations_per_second: of the engine: one process, one core.
        cpu_us_per_observation: processor time of the engine's process.
        ceiling_per_second: the same envelopes consumed and decoded, and nothing else.
        ceiling_cpu_us_per_observation: processor time of the ceiling's process.
        of_ceiling: the engine's part of it, 0 to 1.
        baseline_per_second: the per-event Faust agent's rate.
        ratio: engine to baseline.
        rss_mb: the engine's largest resident memory, in 10^6 bytes.
        spread: slowest and fastest round of the engine.
        rules: rules that are written out for the peers.
        engine_rules: rules that the live engine ran.
        sources: devices that reported.
        observations: for the engine in each round.
        envelope: mean observations in a record.
        rounds: of which these are the medians.
        broker: which it was.
        outputs: alert events that the engine published in each round.
        peers: the others.
    """

    observations_per_second: float
    cpu_us_per_observation: float
    ceiling_per_second: float
    ceiling_cpu_us_per_observation: float
    of_ceiling: float
    baseline_per_second: float
    ratio: float
    rss_mb: float
    spread: tuple[float, float]
    rules: int
    engine_rules: int
    sources: int
    observations: int
    envelope: float
    rounds: int
    broker: str
    outputs: int
    peers: tuple[PeerReport, ...]


class Setting(msgspec.Struct, frozen=True, kw_only=True):
    """What was the same in all rounds.

    Attributes:
        engine_rules: rules that the live engine ran.
        sources: devices that reported.
        envelope: mean observations in a record.
        broker: which it was.
        versions: of the peers.
        verdicts: on the peers.
    """

    engine_rules: int
    sources: int
    envelope: float
    broker: str
    versions: Mapping[Peer, str]
    verdicts: Mapping[Peer, tuple[Verdict, ...]]


NAMES = {
    Peer.FAUST: "Faust, per-event agent",
    Peer.QUIX: "Quix Streams, state of a partition",
    Peer.QUIX_GROUPED: "Quix Streams, group_by source",
    Peer.BYTEWAX: "Bytewax",
}


def summarise(rounds: Sequence[PeerRound], setting: Setting) -> PeersReport:
    """The medians of rounds.

    Raises:
        ValueError: there is no round, or the engine's outputs differ between rounds.
    """
    if not rounds:
        raise ValueError("a report needs at least one round")
    outputs = {found.engine.outputs for found in rounds}
    if len(outputs) != 1:
        raise ValueError(f"the engine published {sorted(outputs)} records on equal input")
    engine, ceiling = [found.engine for found in rounds], [found.ceiling for found in rounds]
    peers = tuple(_peer(peer, [found.peers[peer] for found in rounds], engine, setting) for peer in rounds[0].peers)
    rate, top = per_second(engine), per_second(ceiling)
    baseline = per_second([found.peers[Peer.FAUST] for found in rounds])
    return PeersReport(
        observations_per_second=round(rate),
        cpu_us_per_observation=round(cpu_us(engine), 2),
        ceiling_per_second=round(top),
        ceiling_cpu_us_per_observation=round(cpu_us(ceiling), 2),
        of_ceiling=round(rate / top, 3),
        baseline_per_second=round(baseline),
        ratio=round(rate / baseline, 1),
        rss_mb=round(max(run.rss_mb for run in engine), 1),
        spread=_spread(engine),
        rules=len(RULES),
        engine_rules=setting.engine_rules,
        sources=setting.sources,
        observations=engine[0].observations,
        envelope=round(setting.envelope, 1),
        rounds=len(rounds),
        broker=setting.broker,
        outputs=outputs.pop(),
        peers=peers,
    )


def _peer(peer: Peer, runs: Sequence[Measured], engine: Sequence[Measured], setting: Setting) -> PeerReport:
    return PeerReport(
        name=NAMES[peer],
        version=setting.versions[peer],
        observations_per_second=round(per_second(runs)),
        cpu_us_per_observation=round(cpu_us(runs), 2),
        rss_mb=round(statistics.median(run.rss_mb for run in runs), 1),
        observations=runs[0].observations,
        ratio=round(per_second(engine) / per_second(runs), 2),
        cpu_ratio=round(cpu_us(runs) / cpu_us(engine), 2),
        spread=_spread(runs),
        rules_expressed=len(expressed(peer)),
        missing=missing_of(peer),
        verdicts=setting.verdicts[peer],
    )


def _spread(runs: Sequence[Measured]) -> tuple[float, float]:
    rates = [run.per_second for run in runs]
    return round(min(rates)), round(max(rates))
