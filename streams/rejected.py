"""What could not be read: kept as it came, with the reason and where it came from (``cityloop.rejected``)."""

import msgspec

from config.moment import Micros
from config.problem import Problem

MAX_RAW_BYTES = 262_144
"""The most that is kept of one refused input, so that a record stays far below Kafka's one megabyte."""


class Rejected(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The value of a record on ``cityloop.rejected`` (msgpack map).

    Attributes:
        raw: the bytes as they came, at most :data:`MAX_RAW_BYTES`.
        problems: what is wrong with them and what to write instead.
        origin: where they came from (``http:<key id>``, ``mqtt:<topic>``, ``kafka:<topic>/<partition>/<offset>``).
        at: the clock of whoever refused them.
        size: how many bytes came; larger than ``raw`` when those were cut.
    """

    raw: bytes
    problems: tuple[Problem, ...]
    origin: str
    at: Micros
    size: int


def rejected(raw: bytes, problems: tuple[Problem, ...], origin: str, at: Micros) -> Rejected:
    """Keep a refused input, cut to what a record may carry."""
    return Rejected(raw=raw[:MAX_RAW_BYTES], problems=problems, origin=origin, at=at, size=len(raw))


def encode_rejected(value: Rejected) -> bytes:
    """The record's value."""
    return msgspec.msgpack.encode(value)


def decode_rejected(value: bytes) -> Rejected:
    """Read a record of ``cityloop.rejected``.

    Raises:
        msgspec.MsgspecError: the bytes are not of this form.
    """
    return msgspec.msgpack.decode(value, type=Rejected)
