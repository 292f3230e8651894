"""A checkpoint as records of the compacted topic: compressed, cut into chunks, each under a key of its own."""

from collections.abc import Iterator, Mapping
from enum import StrEnum

import msgspec
import zstandard

MAX_CHUNK_BYTES = 900_000
"""The longest chunk: below what a broker takes by default, with room for key and headers."""
SCHEMA = 1
"""Version of keys and values; older ones are read by way of :mod:`streams.checkpoint.upgrades`."""
_LEVEL = 1  # Half the time of Zstandard's default, 3, for at most an eighth more bytes (docs/BENCHMARKS.md).


class Part(StrEnum):
    """What a record of the topic is part of."""

    FULL = "full"
    DELTA = "delta"
    CRASH = "crash"


class ChunkKey(msgspec.Struct, frozen=True, array_like=True):
    """The key of a record.

    A writer never uses a key twice: a new full checkpoint has a new epoch, and the chunks of the old one are deleted
    only when the new one is complete. So a writer that dies halfway leaves its last complete checkpoint untouched.

    Attributes:
        schema: :data:`SCHEMA`.
        topic: the topic whose partition was folded.
        partition: its partition; the record lies in the same partition of the checkpoint topic.
        part: full checkpoint, delta, or mark of a crash.
        writer: whoever wrote it: unique to one assignment of one process. Empty in marks.
        epoch: the writer's full checkpoint, counted from 1.
        sequence: 0 for the full checkpoint, then its deltas from 1.
        chunk: counted from 0.
    """

    schema: int
    topic: str
    partition: int
    part: Part
    writer: str = ""
    epoch: int = 0
    sequence: int = 0
    chunk: int = 0


class Chunk(msgspec.Struct, frozen=True, array_like=True):
    """The value of a record.

    Attributes:
        offset: last applied offset of the checkpoint that this is part of; -1 before the first.
        chunks: how many chunks there are.
        payload: this chunk of the compressed sections.
    """

    offset: int
    chunks: int
    payload: bytes


class Crash(msgspec.Struct, frozen=True, array_like=True):
    """The value of a mark: a record on which the fold raised.

    Attributes:
        offset: of the record.
        count: how many times it raised, over all restarts.
        error: what it raised, for people.
    """

    offset: int
    count: int
    error: str


Sections = Mapping[str, bytes | None]
"""Sections of a state; ``None`` stands in a delta for a section that is gone."""

encode_key = msgspec.msgpack.Encoder().encode
encode_value = msgspec.msgpack.Encoder().encode
decode_chunk = msgspec.msgpack.Decoder(Chunk).decode
decode_crash = msgspec.msgpack.Decoder(Crash).decode
_decode_key = msgspec.msgpack.Decoder(ChunkKey).decode
_decode_sections = msgspec.msgpack.Decoder(dict[str, bytes | None]).decode


def decode_key(key: bytes) -> ChunkKey:
    """Read a key of the topic.

    Raises:
        ValueError: it is of another version of the product, whose checkpoints cannot be read.
    """
    try:
        read = _decode_key(key)
    except msgspec.MsgspecError as error:
        raise ValueError(f"A key of the checkpoint topic cannot be read: {error}.") from None
    if read.schema != SCHEMA:
        raise ValueError(f"A checkpoint is of schema {read.schema}; this version reads {SCHEMA}. Run the version that wrote it.")
    return read


def cut(sections: Sections, offset: int, key: ChunkKey, *, most: int = MAX_CHUNK_BYTES) -> Iterator[tuple[ChunkKey, Chunk]]:
    """Compress sections and cut them into chunks; even an empty state has one.

    Args:
        sections: what to keep.
        offset: last applied offset.
        key: key of the first chunk.
        most: the longest payload.
    """
    packed = zstandard.ZstdCompressor(level=_LEVEL, write_checksum=True).compress(msgspec.msgpack.encode(sections))
    starts = range(0, len(packed), most)
    for number, start in enumerate(starts):
        yield msgspec.structs.replace(key, chunk=number), Chunk(offset, len(starts), packed[start : start + most])


def join(payloads: list[bytes]) -> dict[str, bytes | None]:
    """The sections of chunks in order; the inverse of :func:`cut`.

    Raises:
        ValueError: the payload is damaged.
    """
    try:
        return _decode_sections(zstandard.ZstdDecompressor().decompress(b"".join(payloads)))
    except (zstandard.ZstdError, msgspec.MsgspecError) as error:
        raise ValueError(f"A checkpoint is damaged: {error}.") from None
