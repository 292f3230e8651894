"""What a worker that ends says to its group, and that the group goes on."""

import asyncio
import re
import signal
from pathlib import Path
from typing import Any

import pytest
from aiokafka.client import AIOKafkaClient
from aiokafka.protocol.group import JoinGroupRequest

from config.settings import Settings
from rules.agents import TOPICS
from streams.app import build_app
from streams.producer import gives_producer_ids
from streams.provision import provision
from streams.topics import topic_name
from tests.fakes.brokers import KINDS, settings_for, start
from tests.fakes.watching import until
from tests.integration.streams.feeder import Feeder
from tests.integration.streams.readback import GROUP, checkpoints, settle
from tests.integration.streams.workers import Workers
from tests.integration.streams.workloads import WORKLOADS

SESSION_SECONDS = 6.0
PATIENCE_SECONDS = 60.0
_LATER = re.compile(r"Successfully synced group \S+ with generation [1-9]")
"""Of generation 0, the embedded broker's first, no member says goodbye."""


async def _die_joining(settings: Settings) -> None:
    """Ask to be let into the workers' group, and be gone before the answer."""
    client = AIOKafkaClient(bootstrap_servers=settings.bootstrap_servers)
    await client.bootstrap()
    try:
        group, member = f"{GROUP}{settings.topic_suffix}", ""
        assignor: Any = build_app(settings, "engine").assignor
        speaks = assignor.metadata({topic_name(topic, settings.topic_suffix) for topic in TOPICS}).encode()
        coordinator = await client.coordinator_lookup(0, group)  # 0: of a group.
        for _ in range(2):  # The first answer may be nothing but a name to come again with.
            session = int(SESSION_SECONDS * 1000)
            request = JoinGroupRequest(group, session, session, member, None, "consumer", [("faust", speaks)])
            waiting = asyncio.ensure_future(client.send(coordinator, request))
            done, _ = await asyncio.wait([waiting], timeout=0.5)
            if not done:
                waiting.cancel()
                return
            member = waiting.result().member_id
    finally:
        await client.close()


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_a_worker_says_goodbye_to_apache_kafka_only(kind: str, tmp_path: Path) -> None:
    """The embedded broker would keep a leader that says goodbye while others join as the leader of all later generations, and give nobody a partition again."""
    with start(kind, tmp_path) as process:
        settings = settings_for(process, tmp_path, partitions=2, session_seconds=SESSION_SECONDS, log_level="info")
        provision(settings)
        feeder = Feeder(settings, WORKLOADS["counting"].course(0), 1, 100.0, idempotent=kind == "kafka")
        with Workers(settings, "counting", tmp_path, "a") as workers, feeder:
            log = tmp_path / "worker-a.log"
            assert until(lambda: bool(checkpoints(settings)), PATIENCE_SECONDS), "no first checkpoint"
            asyncio.run(_die_joining(settings))
            assert until(lambda: bool(_LATER.search(log.read_text(encoding="utf-8"))), PATIENCE_SECONDS), "no later generation"
            workers.signal("a", signal.SIGTERM)
            workers.leave("a")
            assert ("LeaveGroup request succeeded" in log.read_text(encoding="utf-8")) is (kind == "kafka")
            workers.join("b")
            settle(settings, workers, feeder.calm())
            feeder.finish()
            assert workers.deaths == []


@pytest.mark.parametrize("kind", KINDS)
def test_who_says_goodbye(kind: str, tmp_path: Path) -> None:
    """Apache Kafka is known by its producer ids; the embedded broker gives none."""
    with start(kind, tmp_path) as process:
        assert asyncio.run(gives_producer_ids(settings_for(process, tmp_path))) is (kind == "kafka")
