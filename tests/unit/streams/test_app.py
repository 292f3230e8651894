"""The Faust application: the settings that were found sound, each of which a fault test needs."""

from pathlib import Path
from typing import Any

import faust
import mode
import msgspec
import pytest
from prometheus_client import CollectorRegistry

from config.settings import Settings
from streams.app import attach, build_app
from streams.checkpoint.meters import Meters
from streams.telemetry import Health
from streams.topics import OBSERVATIONS, URGENT
from streams.transport import FETCH_WAIT_MILLISECONDS, Transport
from tests.fakes.folds import CountingFold

SETTINGS = Settings(broker="kafka://127.0.0.1:1", topic_suffix=".b", partitions=3, session_seconds=6.0, commit_seconds=0.4)


@pytest.fixture
def app(tmp_path: Path) -> faust.App:
    return build_app(msgspec.structs.replace(SETTINGS, data=str(tmp_path)), "engine")


def test_rule_1_a_raising_agent_ends_the_process(app: faust.App) -> None:
    """The supervisor of agents crashes the process instead of restarting an agent behind the record it failed on."""
    supervisor: object = app.conf.agent_supervisor
    assert supervisor is mode.CrashingSupervisor


def test_settings_of_the_application(app: faust.App) -> None:
    """The consumer group has the installation's suffix, begins at the beginning, and makes no topics of its own."""
    conf = app.conf
    assert (conf.id, conf.consumer_auto_offset_reset) == ("cityloop-engine.b", "earliest")
    assert (conf.topic_disable_leader, conf.topic_allow_declare, conf.web_enabled, conf.stream_wait_empty) == (True, False, False, False)
    assert (conf.broker_session_timeout, conf.broker_commit_interval, conf.topic_partitions) == (6.0, 0.4, 3)
    assert conf.broker_request_timeout > conf.broker_session_timeout


async def test_fetches_do_not_linger(app: faust.App) -> None:
    """The consumer asks the broker to answer within a tenth of a second, where Faust would let it wait one and a half."""
    assert isinstance(app.transport, Transport)
    of_app: Any = app.consumer
    thread = of_app._new_consumer_thread()
    consumer = thread._create_worker_consumer(app.transport)
    assert consumer._fetch_max_wait_ms == FETCH_WAIT_MILLISECONDS == 100


def test_the_agent_is_one_of_a_kind(app: faust.App) -> None:
    """Attaching declares one agent over all topics, with concurrency 1, and tells health why it is not ready yet."""
    health = Health()
    runner = attach(app, SETTINGS, CountingFold(), (OBSERVATIONS, URGENT), meters=Meters(CollectorRegistry()), health=health)
    (agent,) = app.agents.values()
    assert agent.concurrency == 1
    assert set(agent.channel.topics) == {"cityloop.observations.b", "cityloop.urgent.b"}
    assert health.reasons() == {"consumer_group": "The consumer group has not assigned partitions yet."}
    assert runner.slots == {}
