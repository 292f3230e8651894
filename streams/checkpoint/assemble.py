"""From the records of the checkpoint topic to the farthest state that is complete."""

from collections import defaultdict
from collections.abc import Iterable, Mapping

import msgspec

from streams.checkpoint.chunks import SCHEMA, Chunk, ChunkKey, Crash, Part, decode_chunk, decode_crash, decode_key, join
from streams.checkpoint.upgrades import upgraded

Entry = tuple[bytes, bytes | None]
"""Key and value of a record of the topic; the value ``None`` deletes the key."""


class Farthest(msgspec.Struct, frozen=True, kw_only=True):
    """What a restoring worker begins with.

    Attributes:
        offset: last applied offset; ``None`` when there is no complete checkpoint.
        sections: of the state.
        superseded: key and offset of every chunk of this partition's checkpoints, to be deleted once a checkpoint of
            the new writer that is at least as far is complete.
        crash: the mark of a record on which the fold raised, when it lies beyond the offset.
    """

    offset: int | None
    sections: Mapping[str, bytes]
    superseded: tuple[tuple[bytes, int], ...]
    crash: Crash | None


class _Chain:
    """A full checkpoint and its deltas, as far as their chunks are there."""

    def __init__(self) -> None:
        self.links: defaultdict[int, dict[int, Chunk]] = defaultdict(dict)

    def length(self) -> int:
        """How many links are complete from the full checkpoint on."""
        sequence = 0
        while self._complete(sequence):
            sequence += 1
        return sequence

    def offset(self) -> int:
        """Last applied offset of the last link of the complete part, which must not be empty."""
        return self.links[self.length() - 1][0].offset

    def sections(self) -> dict[str, bytes]:
        """The state that the complete part gives."""
        state: dict[str, bytes] = {}
        for sequence in range(self.length()):
            link = self.links[sequence]
            for name, section in join([link[number].payload for number in sorted(link)]).items():
                if section is None:
                    state.pop(name, None)
                else:
                    state[name] = section
        return state

    def _complete(self, sequence: int) -> bool:
        chunks = self.links.get(sequence)
        return chunks is not None and 0 in chunks and len(chunks) == chunks[0].chunks


def farthest(entries: Iterable[Entry], topic: str, partition: int) -> Farthest:
    """The complete checkpoint that has seen the most, whoever wrote it.

    Args:
        entries: the records of one partition of the checkpoint topic, in their order; they hold the checkpoints of
            that partition of several topics.
        topic: the topic whose state is wanted.
        partition: its partition.

    Raises:
        ValueError: a checkpoint is of a schema that cannot be read, or damaged.
    """
    latest: dict[bytes, bytes] = {}
    for key, value in entries:
        if value is None:
            latest.pop(key, None)
        else:
            latest[key] = value
    chains: defaultdict[tuple[str, int], _Chain] = defaultdict(_Chain)
    superseded: list[tuple[bytes, int]] = []
    crash: Crash | None = None
    for raw_key, written in latest.items():
        read_key, raw_value = upgraded(raw_key, written)
        name = decode_key(read_key)
        if (name.topic, name.partition) != (topic, partition):
            continue
        if name.part is Part.CRASH:
            crash = decode_crash(raw_value)
            continue
        chunk = decode_chunk(raw_value)
        chains[name.writer, name.epoch].links[name.sequence][name.chunk] = chunk
        superseded.append((raw_key, chunk.offset))
    complete = [chain for chain in chains.values() if chain.length()]
    best = max(complete, key=_Chain.offset, default=None)
    offset = best.offset() if best else None
    return Farthest(
        offset=offset,
        sections=best.sections() if best else {},
        superseded=tuple(superseded),
        crash=crash if crash is not None and (offset is None or crash.offset > offset) else None,
    )


def mark_key(topic: str, partition: int) -> ChunkKey:
    """The key of a partition's mark; there is one mark a partition, of the record that raised last."""
    return ChunkKey(SCHEMA, topic, partition, Part.CRASH)
