"""The topics table and what a broker is told about its topics."""

import msgspec
import pytest

from config.settings import Settings
from streams.provision import differences, topic_config
from streams.topics import CHECKPOINTS, OBSERVATIONS, RULES, TOPICS, Cleanup, topic_name

BY_NAME = {topic.name: topic for topic in TOPICS}


def test_names_carry_the_suffix() -> None:
    """Installations that share a broker differ in the suffix of every topic."""
    assert topic_name(OBSERVATIONS, "") == "cityloop.observations"
    assert topic_name(OBSERVATIONS, ".b") == "cityloop.observations.b"


def test_only_checkpoints_are_compacted() -> None:
    """Offsets of a folded topic must be contiguous, so that nothing but the checkpoint topic may be compacted."""
    assert [topic.name for topic in TOPICS if topic.cleanup is Cleanup.COMPACT] == [CHECKPOINTS, RULES]


def test_configuration_of_topics() -> None:
    """A deleted topic is kept for its hours; the compacted one has small segments, since the newest is never compacted."""
    assert topic_config(BY_NAME[OBSERVATIONS]) == {"cleanup.policy": "delete", "retention.ms": "604800000"}
    compacted = topic_config(BY_NAME[CHECKPOINTS])
    assert compacted["cleanup.policy"] == "compact"
    assert int(compacted["segment.bytes"]) < 100_000_000


@pytest.mark.parametrize(
    ("partitions", "policy", "told"),
    [
        (4, "compact", []),
        (4, None, []),
        (5, "compact", ["has 5 partitions where the settings say 4."]),
        (4, "delete", ["has cleanup.policy delete where the topics table says compact."]),
        (5, "delete", ["has 5 partitions where the settings say 4.", "has cleanup.policy delete where the topics table says compact."]),
    ],
)
def test_differences_are_told(partitions: int, policy: str | None, told: list[str]) -> None:
    """Each way in which a topic is not as it should be is told, with the topic's full name; what a broker does not tell is not held against it."""
    settings = msgspec.structs.replace(Settings(), topic_suffix=".b")
    found = differences(BY_NAME[CHECKPOINTS], partitions, policy, settings)
    assert [problem.what for problem in found] == told
    assert {problem.file for problem in found} <= {"cityloop.checkpoints.b"}
    assert all(problem.fix for problem in found)
