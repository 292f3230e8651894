"""Topics, processes and published alerts of the peers on one broker."""

import asyncio
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import msgspec

from bench.baseline import READINGS
from bench.brokers import EMBEDDED
from bench.engine import SECONDS, BenchError, last_words
from bench.fill import make_topics
from bench.meter import Measured
from bench.peers.environment import peers_python
from bench.peers.pack import Said
from bench.peers.peer import SYMPTOMS, Peer, PeerTask
from bench.peers.said import read_said
from config.settings import Settings
from streams.provision import provision


class PeersPlan(msgspec.Struct, frozen=True, kw_only=True):
    """How much is measured.

    Attributes:
        rounds: of which the medians are shown.
        observations: for ceiling, engine and the fast peers in each round.
        slow_observations: for the slow peers.
        broker: ``kafka://host:port``, or which one to start: ``embedded`` or ``apache``.
        partitions: of each topic.
        sources: devices that report.
    """

    rounds: int = 3
    observations: int = 1_000_000
    slow_observations: int = 50_000
    broker: str = EMBEDDED
    partitions: int = 4
    sources: int = 50_000


class Stage:
    """Where all runs of a plan take place.

    Args:
        plan: how much is measured.
        broker: ``kafka://host:port``.
        folder: for what contenders keep on disk.
        tell: is given a line of progress now and then.

    Raises:
        ProblemsError: the peers are not installed.
    """

    def __init__(self, plan: PeersPlan, broker: str, folder: str, tell: Callable[[str], None]) -> None:
        self.plan, self.tell = plan, tell
        self._broker, self._folder, self._python = broker, folder, peers_python()

    def settings(self, suffix: str) -> Settings:
        """Of the runs on these topics, which are made."""
        settings = Settings(broker=self._broker, partitions=self.plan.partitions, topic_suffix=suffix, data=f"{self._folder}/{suffix}")
        Path(settings.data).mkdir()
        provision(settings)
        make_topics(settings, [READINGS + suffix, SYMPTOMS + suffix, *(self.task(peer, settings, 1).said_topic() for peer in Peer)])
        return settings

    def task(self, peer: Peer, settings: Settings, observations: int) -> PeerTask:
        """What a peer is told."""
        return PeerTask(
            peer=peer,
            broker=settings.bootstrap_servers,
            suffix=settings.topic_suffix,
            partitions=settings.partitions,
            folder=settings.data,
            observations=observations,
            idempotent=self.plan.broker != EMBEDDED,
        )

    def run(self, peer: Peer, settings: Settings, observations: int) -> Measured:
        """Run a peer in a process of its own, in the environment that has it.

        Raises:
            BenchError: it failed, or took too long.
        """
        python = sys.executable if peer is Peer.FAUST else str(self._python)
        command = [python, "-m", "bench.peers", msgspec.json.encode(self.task(peer, settings, observations)).decode()]
        root = Path(__file__).resolve().parents[2]
        try:
            done = subprocess.run(command, cwd=root, capture_output=True, text=True, timeout=SECONDS, check=False)  # noqa: S603  # Our own module.
        except subprocess.TimeoutExpired as error:
            raise BenchError(f"{peer} did not finish within {SECONDS:.0f} s: {last_words(error.stderr)}") from None
        if done.returncode != 0 or not done.stdout:
            raise BenchError(f"{peer} ended with {done.returncode}: {last_words(done.stderr)}")
        return msgspec.json.decode(done.stdout.splitlines()[-1], type=Measured)

    def said(self, peer: Peer, settings: Settings) -> list[Said]:
        """What a peer has published."""
        topic = self.task(peer, settings, 1).said_topic()
        return asyncio.run(read_said(settings.bootstrap_servers, topic, settings.partitions))
