"""What could not be used: kept as it came, with the reason and where it came from (``cityloop.rejected``)."""

from collections.abc import Sequence
from enum import StrEnum

import msgspec

from config.moment import Micros
from config.problem import Problem
from streams.fold import Output, Record
from streams.observation import Observation
from streams.topics import MSGPACK_TYPE, REJECTED

MAX_RAW_BYTES = 262_144
"""The most that is kept of one refused upload, so that a record stays far below Kafka's one megabyte."""
MAX_RECORD_BYTES = 900_000
"""The most that is kept of one refused Kafka record: all of it, but for records at the very bound of what Kafka takes."""
REJECTED_HEADERS = {"content-type": MSGPACK_TYPE.encode()}
"""The headers of a record on ``cityloop.rejected``."""


class Reason(StrEnum):
    """Why, as a closed set that metrics can be labelled with; the problems say it in words."""

    UNDECODABLE = "undecodable"
    INVALID = "invalid"
    AHEAD = "ahead"
    CRASHED = "crashed"


class Rejected(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The value of a record on ``cityloop.rejected`` (msgpack map).

    Attributes:
        raw: the bytes as they came (bounded); of one refused observation of an envelope its msgpack alone.
        problems: what is wrong with them and what to write instead.
        origin: where they came from (``http:<key id>``, ``mqtt:<topic>``, ``kafka:<topic>/<partition>/<offset>``).
        at: the clock of whoever refused them; of a Kafka record its own time, so that a replay rejects it alike.
        size: how many bytes came; larger than ``raw`` when those were cut.
        reason: the class of the refusal.
        key: the Kafka record's key.
        headers: the Kafka record's headers.
        observation: id of the one observation of an envelope that is meant; ``None`` when the whole input is.
    """

    raw: bytes
    problems: tuple[Problem, ...]
    origin: str
    at: Micros
    size: int
    reason: Reason = Reason.INVALID
    key: bytes | None = None
    headers: dict[str, bytes] = {}
    observation: str | None = None


_decode = msgspec.msgpack.Decoder(Rejected).decode


def rejected(raw: bytes, problems: tuple[Problem, ...], origin: str, at: Micros) -> Rejected:
    """Keep a refused input, cut to what a record may carry."""
    return Rejected(raw=raw[:MAX_RAW_BYTES], problems=problems, origin=origin, at=at, size=len(raw))


def reject_record(record: Record, problems: Sequence[Problem], reason: Reason = Reason.UNDECODABLE) -> Output:
    """The dead letter of a whole Kafka record; it keeps the record's key and partition."""
    return _letter(record, record.value, problems, reason)


def reject_observation(record: Record, observation: Observation, problems: Sequence[Problem], reason: Reason = Reason.INVALID) -> Output:
    """The dead letter of one observation of a Kafka record, the others of which were used."""
    return _letter(record, msgspec.msgpack.encode(observation), problems, reason, observation.id)


def encode_rejected(value: Rejected) -> bytes:
    """The record's value."""
    return msgspec.msgpack.encode(value)


def decode_rejected(value: bytes) -> Rejected:
    """Read a record of ``cityloop.rejected``.

    Raises:
        msgspec.MsgspecError: the bytes are not of this form.
    """
    return _decode(value)


def _letter(record: Record, raw: bytes, problems: Sequence[Problem], reason: Reason, observation: str | None = None) -> Output:
    letter = Rejected(
        raw=raw[:MAX_RECORD_BYTES],
        problems=tuple(problems),
        origin=f"kafka:{record.topic}/{record.partition}/{record.offset}",
        at=record.timestamp,
        size=len(raw),
        reason=reason,
        key=record.key,
        headers=dict(record.headers),
        observation=observation,
    )
    return Output(topic=REJECTED, key=record.key, value=encode_rejected(letter), headers=REJECTED_HEADERS, partition=record.partition)
