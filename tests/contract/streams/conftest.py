"""Brokers that the contract tests share."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from config.settings import Settings
from tests.fakes.brokers import KINDS, Brokers, settings_for, shared_brokers


@pytest.fixture(scope="session")
def brokers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Brokers]:
    yield from shared_brokers(tmp_path_factory)


@pytest.fixture(params=KINDS)
def settings(request: pytest.FixtureRequest, brokers: Brokers, tmp_path: Path) -> Settings:
    return settings_for(brokers.get(request.param), tmp_path)
