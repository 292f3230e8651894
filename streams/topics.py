"""The topics, all in one table."""

from enum import StrEnum

import msgspec


class Cleanup(StrEnum):
    """Kafka's ``cleanup.policy``."""

    DELETE = "delete"
    COMPACT = "compact"


class Topic(msgspec.Struct, frozen=True, kw_only=True):
    """One topic.

    Attributes:
        name: without the installation's suffix.
        carries: one sentence on its records.
        content_type: of the values that cityloop itself writes.
        key: what the key is.
        cleanup: retention policy.
        retention_hours: for ``delete`` topics.
    """

    name: str
    carries: str
    content_type: str
    key: str
    cleanup: Cleanup = Cleanup.DELETE
    retention_hours: int = 168


OBSERVATIONS = "cityloop.observations"
URGENT = "cityloop.urgent"
MATCHES = "cityloop.matches"
ALERTS = "cityloop.alerts"
CHECKPOINTS = "cityloop.checkpoints"
TICKETS = "cityloop.tickets"
REJECTED = "cityloop.rejected"
SHADOW = "cityloop.shadow"
RULES = "cityloop.rules"

ENVELOPE_TYPE = "application/vnd.cityloop.envelope+msgpack"
JSON_TYPE = "application/json"
MSGPACK_TYPE = "application/msgpack"

TOPICS = (
    Topic(
        name=OBSERVATIONS,
        carries="Envelopes of observations, single JSON observations and CloudEvents; ticks.",
        content_type=ENVELOPE_TYPE,
        key="source",
    ),
    Topic(
        name=URGENT,
        carries="The same for life-safety kinds, never held back to fill an envelope; ticks.",
        content_type=ENVELOPE_TYPE,
        key="source",
    ),
    Topic(
        name=MATCHES,
        carries="Observations sent on for rules over several sources, to the partition of their group; clocks.",
        content_type=ENVELOPE_TYPE,
        key="rule",
    ),
    Topic(
        name=ALERTS,
        carries="Changes of alerts, in the partition number of the observations that made them.",
        content_type=JSON_TYPE,
        key="alert id",
    ),
    Topic(
        name=CHECKPOINTS,
        carries="State of the engine with the last applied offset.",
        content_type=MSGPACK_TYPE,
        key="writer and chunk",
        cleanup=Cleanup.COMPACT,
    ),
    Topic(name=TICKETS, carries="Ticket events, past-tense facts.", content_type=JSON_TYPE, key="ticket id"),
    Topic(
        name=REJECTED,
        carries="What could not be read: raw bytes, reason and origin.",
        content_type=MSGPACK_TYPE,
        key="origin's key",
        retention_hours=720,
    ),
    Topic(name=SHADOW, carries="Changes of alerts of rules in shadow, which nobody acts on.", content_type=JSON_TYPE, key="alert id"),
    Topic(
        name=RULES,
        carries="Rule sets that the log was switched to; the last record's is the present one.",
        content_type=MSGPACK_TYPE,
        key="version; begun for the first",
        cleanup=Cleanup.COMPACT,
    ),
)
"""Every topic, in the order in which data flows; ``cityloop export asyncapi`` is rendered from it."""


def topic_name(name: str, suffix: str) -> str:
    """The name on the broker: installations, runs and tests that share a broker differ in the suffix (``Settings.topic_suffix``)."""
    return name + suffix
