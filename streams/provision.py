"""The topics table made true on a broker, through kafka-python's admin client. Running it again changes nothing."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any

import msgspec
from kafka.admin import ConfigResource, ConfigResourceType, KafkaAdminClient, NewTopic
from kafka.errors import TopicAlreadyExistsError

from config.problem import Problem, ProblemsError
from config.settings import Settings
from streams.topics import TOPICS, Cleanup, Topic, topic_name

BOOTSTRAP_SECONDS = 5
"""How long to look for a broker before saying that there is none."""
MAX_REPLICATION = 3
"""Copies of each partition, where there are as many brokers."""
_COMPACTION = {
    # The newest segment of a topic is never compacted. Small segments keep short what a restoring worker must read.
    "segment.ms": "600000",
    "segment.bytes": "67108864",
    "min.cleanable.dirty.ratio": "0.1",
}


class Outcome(StrEnum):
    """What became of a topic."""

    CREATED = "created"
    VERIFIED = "verified"


class Provisioned(msgspec.Struct, frozen=True):
    """One topic of the table and what was done about it.

    Attributes:
        name: its name on the broker.
        partitions: how many it has.
        outcome: created now, or found as it should be.
    """

    name: str
    partitions: int
    outcome: Outcome


class Looked(msgspec.Struct, frozen=True):
    """What there is on a broker.

    Attributes:
        partitions: of each topic of the table that is there, in the order of the table.
        missing: names of those that are not.
        problems: where those that are there do not fit the table and the settings.
    """

    partitions: Mapping[str, int]
    missing: tuple[str, ...]
    problems: tuple[Problem, ...]


def topic_config(topic: Topic) -> dict[str, str]:
    """The broker's settings of a topic."""
    if topic.cleanup is Cleanup.COMPACT:
        return {"cleanup.policy": "compact", **_COMPACTION}
    return {"cleanup.policy": "delete", "retention.ms": str(topic.retention_hours * 3_600_000)}


def provision(settings: Settings) -> tuple[Provisioned, ...]:
    """Create the topics that are missing and verify those that are there.

    Raises:
        ProblemsError: topics are there with another number of partitions or another clean-up policy; each is named,
            and nothing about them is changed, since either would lose or misplace records.
        kafka.errors.KafkaError: the broker does not answer, or refuses.
    """
    admin = KafkaAdminClient(
        bootstrap_servers=settings.bootstrap_servers, client_id="cityloop-provision", bootstrap_timeout_ms=BOOTSTRAP_SECONDS * 1000
    )
    try:
        return tuple(_provision(admin, settings))
    finally:
        admin.close()


def is_there(settings: Settings, topic: str) -> bool:
    """Whether the broker has a topic of the table. Asking a consumer instead would make some brokers create it, and wrongly.

    Raises:
        kafka.errors.KafkaError: the broker does not answer.
    """
    admin = KafkaAdminClient(
        bootstrap_servers=settings.bootstrap_servers, client_id="cityloop-look", bootstrap_timeout_ms=BOOTSTRAP_SECONDS * 1000
    )
    try:
        return topic_name(topic, settings.topic_suffix) in admin.list_topics()
    finally:
        admin.close()


def look(settings: Settings) -> Looked:
    """Compare the broker's topics with the table and the settings; nothing is changed.

    Raises:
        kafka.errors.KafkaError: the broker does not answer.
    """
    admin = KafkaAdminClient(
        bootstrap_servers=settings.bootstrap_servers, client_id="cityloop-look", bootstrap_timeout_ms=BOOTSTRAP_SECONDS * 1000
    )
    try:
        return _look(admin, settings)
    finally:
        admin.close()


def _provision(admin: Any, settings: Settings) -> list[Provisioned]:
    before = _look(admin, settings)
    if before.problems:  # Nothing is made beside topics that do not fit: it would not fit them either.
        raise ProblemsError(before.problems)
    created = _create(admin, {name: topic for name, topic in _names(settings).items() if name in before.missing}, settings.partitions)
    after = _look(admin, settings) if created else before
    if after.problems:
        raise ProblemsError(after.problems)
    return [
        Provisioned(name, partitions, Outcome.CREATED if name in created else Outcome.VERIFIED)
        for name, partitions in after.partitions.items()
    ]


def _names(settings: Settings) -> dict[str, Topic]:
    """The topics of the table by their names on the broker."""
    return {topic_name(topic.name, settings.topic_suffix): topic for topic in TOPICS}


def _look(admin: Any, settings: Settings) -> Looked:
    names = _names(settings)
    there = set(admin.list_topics())
    present = [name for name in names if name in there]
    counts = {told["name"]: len(told["partitions"]) for told in (admin.describe_topics(present) if present else ())}
    policies = _policies(admin, present) if present else {}
    found = {name: counts[name] for name in present}
    problems = [
        problem for name, partitions in found.items() for problem in differences(names[name], partitions, policies.get(name), settings)
    ]
    return Looked(partitions=found, missing=tuple(name for name in names if name not in there), problems=tuple(problems))


def differences(topic: Topic, partitions: int, policy: str | None, settings: Settings) -> list[Problem]:
    """Where a topic on the broker is not as the table and the settings say; an unknown policy is not held against it."""
    name = topic_name(topic.name, settings.topic_suffix)
    found = []
    if partitions != settings.partitions:
        fix = f"Set CITYLOOP_PARTITIONS={partitions} if all were made so, or start afresh with another CITYLOOP_TOPIC_SUFFIX: sources cannot change partition."
        found.append(Problem(file=name, what=f"has {partitions} partitions where the settings say {settings.partitions}.", fix=fix))
    if policy is not None and policy != topic.cleanup.value:
        fix = f"Set it with kafka-configs --alter --topic {name} --add-config cleanup.policy={topic.cleanup.value}."
        found.append(Problem(file=name, what=f"has cleanup.policy {policy} where the topics table says {topic.cleanup.value}.", fix=fix))
    return found


def _create(admin: Any, missing: Mapping[str, Topic], partitions: int) -> frozenset[str]:
    """Create topics one by one, so that one made by another process meanwhile does not hide the others."""
    replication = min(MAX_REPLICATION, len(admin.describe_cluster()["brokers"])) if missing else 1
    created = set()
    for name, topic in missing.items():
        try:
            admin.create_topics([NewTopic(name, partitions, replication, topic_configs=topic_config(topic))])
        except TopicAlreadyExistsError:
            continue
        created.add(name)
    admin.wait_for_topics(list(missing))
    return frozenset(created)


def _policies(admin: Any, names: Sequence[str]) -> dict[str, str]:
    """The clean-up policies that the broker tells; the embedded broker tells none."""
    told = admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, name) for name in names])
    topics = told.get("topic", {})
    return {name: _value(configs["cleanup.policy"]) for name, configs in topics.items() if "cleanup.policy" in configs}


def _value(config: Any) -> str:
    return str(config["value"] if isinstance(config, Mapping) else config)
