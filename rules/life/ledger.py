"""The ledger of rule sets, ``cityloop.rules``: what the log was switched to, for people and for whoever writes the next switch.

What decides is the switch record in each partition. The ledger is written when all of them are acknowledged, so that a switch
that broke off is not in it and is completed when it is repeated.
"""

import msgspec

from config.moment import Micros
from config.problem import Problem, ProblemsError

PARTITION = 0
"""All entries lie in one partition, so that they have an order."""
SCHEMA = 1


class Entry(msgspec.Struct, frozen=True, array_like=True, kw_only=True):
    """One switch that reached every partition, or what the log began with (msgpack; the record's key is the version, or ``begun``).

    Attributes:
        schema: :data:`SCHEMA`.
        version: of the rule set.
        at: when every partition had it, by its writer's clock.
        writer: who.
        rules: the rule set (:mod:`rules.life.package`).
    """

    schema: int = SCHEMA
    version: str
    at: Micros
    writer: str
    rules: bytes


encode_entry = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Entry).decode


def decode_entry(value: bytes) -> Entry:
    """Read an entry.

    Raises:
        ProblemsError: it is damaged, or of another version of the product.
    """
    try:
        entry = _decode(value)
    except msgspec.MsgspecError as error:
        raise _unreadable(f"it is damaged: {error}.") from None
    if entry.schema != SCHEMA:
        raise _unreadable(f"it is of schema {entry.schema}, and this version of cityloop reads {SCHEMA}.")
    return entry


def _unreadable(what: str) -> ProblemsError:
    return ProblemsError(
        [Problem(file="cityloop.rules", what=f"the last entry cannot be read: {what}", fix="Switch again: cityloop rules apply.")]
    )
