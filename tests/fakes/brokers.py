"""Real brokers for tests, one of each kind a session: the embedded one, and Apache Kafka where its parts can be had."""

import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
import pytest

from config.settings import Settings
from streams.broker.apache import start_kafka
from streams.broker.embedded import start_embedded
from streams.broker.process import BrokerError, BrokerProcess

KINDS = ["embedded", pytest.param("kafka", marks=pytest.mark.kafka)]
"""Parameters of a fixture that is to run on both."""


def start(kind: str, folder: Path) -> BrokerProcess:
    """Start a broker of a kind, with its files in the folder; a test that cannot have it is skipped with the reason."""
    starters: dict[str, Callable[[], BrokerProcess]] = {
        "embedded": partial(start_embedded, log=folder / "embedded.log"),
        "kafka": partial(start_kafka, folder=folder / "kafka"),
    }
    try:
        return starters[kind]()
    except BrokerError as error:
        pytest.skip(str(error))


class Brokers:
    """Starts each kind once and shares it; tests keep apart by their topic suffix."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._started, self._stack = folder, dict[str, BrokerProcess](), ExitStack()

    def get(self, kind: str) -> BrokerProcess:
        """The broker of a kind."""
        if kind not in self._started:
            self._started[kind] = self._stack.enter_context(start(kind, self._folder))
        return self._started[kind]

    def close(self) -> None:
        """Stop all."""
        self._stack.close()


def shared_brokers(factory: pytest.TempPathFactory) -> Iterator[Brokers]:
    """The body of a session fixture."""
    brokers = Brokers(factory.mktemp("brokers"))
    try:
        yield brokers
    finally:
        brokers.close()


def settings_for(broker: BrokerProcess, data: Path, **changes: Any) -> Settings:
    """Settings of a test: topics of its own, and short times."""
    own = Settings(
        broker=f"kafka://{broker.address}",
        data=str(data),
        partitions=2,
        topic_suffix=f".{uuid.uuid4().hex[:6]}",
        checkpoint_seconds=0.5,
        commit_seconds=0.3,
        session_seconds=6.0,
        log_level="warning",
    )
    return msgspec.structs.replace(own, **changes)
