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


def _provision(admin: Any, settings: Settings) -> list[Provisioned]:
    names = {topic_name(topic.name, settings.topic_suffix): topic for topic in TOPICS}
    created = _create(admin, {name: topic for name, topic in names.items() if name not in admin.list_topics()}, settings.partitions)
    found = sorted(admin.describe_topics(list(names)), key=lambda told: list(names).index(told["name"]))
    policies = _policies(admin, list(names))
    problems: list[Problem] = []
    report = []
    for told in found:
        name, partitions = told["name"], len(told["partitions"])
        problems.extend(differences(names[name], partitions, policies.get(name), settings))
        report.append(Provisioned(name, partitions, Outcome.CREATED if name in created else Outcome.VERIFIED))
    if problems:
        raise ProblemsError(problems)
    return report


def differences(topic: Topic, partitions: int, policy: str | None, settings: Settings) -> list[Problem]:
    """Where a topic on the broker is not as the table and the settings say; an unknown policy is not held against it."""
    name = topic_name(topic.name, settings.topic_suffix)
    found = []
    if partitions != settings.partitions:
        fix = f"Set CITYLOOP_PARTITIONS={partitions}, or start afresh with another CITYLOOP_TOPIC_SUFFIX: sources cannot change partition."
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
