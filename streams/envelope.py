"""Many observations of one partition in one Kafka record, or a tick of the gateway's clock."""

import msgspec

from config.moment import Micros
from streams.observation import Observation


class FeedState(msgspec.Struct, frozen=True, array_like=True):
    """What a gateway knows of one feed at a tick.

    Attributes:
        name: the feed's name in the catalogue.
        heard_at: when the gateway last heard anything of it, a heartbeat included, by the gateway's clock.
    """

    name: str
    heard_at: Micros


class Origin(msgspec.Struct, frozen=True, array_like=True):
    """Where a record on ``cityloop.matches`` comes from.

    Attributes:
        topic: the topic whose fold sent it.
        partition: the partition of that topic.
        sequence: counted from 1 for each pair of this partition and the one sent to, without gaps: a repetition after
            a restart has the same number.
    """

    topic: str
    partition: int
    sequence: int


class Envelope(msgspec.Struct, frozen=True, array_like=True, kw_only=True):
    """The value of a record on ``cityloop.observations`` and ``cityloop.urgent`` (msgpack), and of one on ``cityloop.matches``.

    There the observations are those of one rule, which the record's key names, and ``tick`` is the clock of the upstream
    partition: everything before it was sent.

    Attributes:
        sent_at: the writer's clock when the envelope was closed.
        writer: the process that wrote it (``gateway-1``, ``cameras-1``).
        observations: at most 500, all of the record's partition; empty in a tick.
        tick: set in a tick only: the gateway's clock, one record a second and partition, so that time itself is in the log.
        ruleset: set in a switch record only: the version of the rule set that holds from this record on.
        feeds: in a tick: what its gateway knows of each feed.
        origin: on ``cityloop.matches``: which fold sent it, and as its which record.
        rules: in a switch record: the rule set itself (:mod:`rules.life.package`), so that no reader of the log needs a file.
    """

    sent_at: Micros
    writer: str
    observations: tuple[Observation, ...] = ()
    tick: Micros | None = None
    ruleset: str | None = None
    feeds: tuple[FeedState, ...] = ()
    origin: Origin | None = None
    rules: bytes = b""
