"""Many observations of one partition in one Kafka record, or a tick of the gateway's clock."""

import msgspec

from config.moment import Micros
from streams.observation import Observation


class Envelope(msgspec.Struct, frozen=True, array_like=True, kw_only=True):
    """The value of a record on ``cityloop.observations`` and ``cityloop.urgent`` (msgpack).

    Attributes:
        sent_at: the writer's clock when the envelope was closed.
        writer: the process that wrote it (``gateway-1``, ``cameras-1``).
        observations: at most 500, all of the record's partition; empty in a tick.
        tick: set in a tick only: the gateway's clock, one record a second and partition, so that time itself is in the log.
        ruleset: set in a switch record only: the version of the rule set that holds from this record on.
    """

    sent_at: Micros
    writer: str
    observations: tuple[Observation, ...] = ()
    tick: Micros | None = None
    ruleset: str | None = None
