"""Records of the checkpoint topic of older versions: one pure function from each schema of key and value to the next.

Whoever changes :class:`streams.checkpoint.chunks.ChunkKey`, its chunks or marks raises
:data:`streams.checkpoint.chunks.SCHEMA` and adds a row; until the old records are compacted away, both lie in the topic.
What the sections themselves hold has a schema of its own, which the fold knows.
"""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from streams.checkpoint.chunks import SCHEMA

Fields = list[Any]
Row = Callable[[Fields, Fields], tuple[Fields, Fields]]
"""Takes the fields of key and value, and gives those of the next schema; the key's first field is set by the caller."""

ROWS: Mapping[int, Row] = {}
"""From the schema of the key to the one after it. Schema 1 is the first, so there is no row yet."""

_decode = msgspec.msgpack.Decoder(list[Any]).decode
_encode = msgspec.msgpack.encode


def upgraded(key: bytes, value: bytes, rows: Mapping[int, Row] = ROWS, newest: int = SCHEMA) -> tuple[bytes, bytes]:
    """Key and value as this version writes them.

    Args:
        key: raw key of the record.
        value: its raw value.
        rows: the table.
        newest: the schema that is wanted.

    Raises:
        ValueError: the record is none of a checkpoint, or of a version that cannot be read.
    """
    try:
        fields = _decode(key)
        schema = int(fields[0])
    except (msgspec.MsgspecError, ValueError, TypeError, IndexError) as error:
        raise ValueError(f"A key of the checkpoint topic cannot be read: {error}.") from None
    if schema == newest:
        return key, value
    if schema > newest:
        msg = f"A checkpoint is of schema {schema}, of a newer version of cityloop; this version reads {newest}. Run the version that wrote it."
        raise ValueError(msg)
    if schema not in rows:
        oldest = min(rows, default=newest)
        msg = f"A checkpoint is of schema {schema}; this version reads {oldest} to {newest}. Upgrade by way of a version in between."
        raise ValueError(msg)
    content = _decode(value)
    for step in range(schema, newest):
        fields, content = rows[step](fields, content)
    return _encode([newest, *fields[1:]]), _encode(content)
