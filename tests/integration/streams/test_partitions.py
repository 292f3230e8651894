"""An engine whose settings do not fit the topics on the broker does not start."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from cityloop.bootstrap import environment_of
from streams.provision import provision
from streams.topics import TOPICS
from tests.fakes.brokers import Brokers, settings_for, shared_brokers


@pytest.fixture(scope="module")
def brokers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Brokers]:
    yield from shared_brokers(tmp_path_factory)


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (("cityloop", "run", "engine"), 2),
        (("cityloop.roles.engine",), os.EX_CONFIG),
        (("cityloop", "rules", "apply"), 2),
        (("cityloop", "doctor"), 1),
    ],
    ids=["engine", "worker", "apply", "doctor"],
)
def test_other_partitions_are_refused_with_what_to_do(brokers: Brokers, tmp_path: Path, command: tuple[str, ...], code: int) -> None:
    """Engine, a worker of it, and ``rules apply`` end with every topic and what to set; ``doctor`` says so too; nothing is changed."""
    made = settings_for(brokers.get("embedded"), tmp_path)
    provision(made)
    settings = msgspec.structs.replace(made, partitions=5)
    environment = {**os.environ, **environment_of(settings)}
    done = subprocess.run((sys.executable, "-m", *command), env=environment, capture_output=True, text=True, check=False, timeout=60)
    said = " ".join((done.stdout + done.stderr).split())
    assert done.returncode == code, said
    assert said.count("has 2 partitions where the settings say 5.") == len(TOPICS)
    assert "Set CITYLOOP_PARTITIONS=2 if all were made so" in said
    assert "Traceback" not in said
    assert {topic.partitions for topic in provision(made)} == {2}
