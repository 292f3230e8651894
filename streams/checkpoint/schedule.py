"""When a checkpoint is due, and whether the whole state or only what changed is written."""

from collections.abc import Mapping

import msgspec

from streams.checkpoint.chunks import Part

Place = tuple[str, int]
"""Topic and partition."""

MAX_DELTAS = 500
"""Deltas after which a full checkpoint is written whatever their size, so that restoring stays short."""
SMALL_BYTES = 65_536
"""Deltas smaller than this together never ask for a full checkpoint."""
LARGE_BYTES = 2_000_000
"""A full checkpoint of a state that was larger than this when it was last written or read takes a moment in which nothing is folded."""


class History(msgspec.Struct, frozen=True):
    """What a writer has written for a partition.

    Attributes:
        written_at: when the last checkpoint was complete, or when the state was restored; seconds of a monotonic clock.
        epoch: full checkpoints written.
        sequence: deltas since.
        full_bytes: size of the last full checkpoint, compressed; before the first of a writer, of what it restored, as it was read.
        delta_bytes: size of its deltas together.
    """

    written_at: float
    epoch: int = 0
    sequence: int = 0
    full_bytes: int = 0
    delta_bytes: int = 0

    def after(self, part: Part, size: int, now: float) -> "History":
        """The history with one more checkpoint."""
        if part is Part.FULL:
            return History(now, self.epoch + 1, 0, size, 0)
        return History(now, self.epoch, self.sequence + 1, self.full_bytes, self.delta_bytes + size)


def is_due(history: History, now: float, every: float, waiting: int) -> bool:
    """Whether a checkpoint is due: records wait for it, and the last one is old enough.

    Args:
        history: of the partition.
        now: seconds of the monotonic clock.
        every: seconds from one checkpoint to the next.
        waiting: records that were taken and not yet acknowledged.
    """
    return waiting > 0 and now - history.written_at >= every


def part_due(history: History) -> Part:
    """A full checkpoint first, and again when its deltas outweigh it or have become many; else a delta.

    A writer never continues a chain of somebody else's, so its first checkpoint is a full one. With this rule, what is
    written stays below about twice what changed, and what is read when restoring below twice the state.
    """
    if history.epoch == 0 or history.sequence >= MAX_DELTAS:
        return Part.FULL
    return Part.FULL if history.delta_bytes > max(history.full_bytes, SMALL_BYTES) else Part.DELTA


def is_large(history: History) -> bool:
    """Whether the next checkpoint is a full one that takes a moment."""
    return part_due(history) is Part.FULL and history.full_bytes > LARGE_BYTES


def now_written(due: Mapping[Place, History]) -> list[Place]:
    """Which of the due checkpoints are written at once.

    All that are small, and of the large full ones that which has waited longest: so that the process goes on with the
    records of all partitions between one and the next, and no alarm has to wait for all of them.
    """
    large = [place for place, history in due.items() if is_large(history)]
    later = set(large) - {min(large, key=lambda place: due[place].written_at)} if large else set()
    return [place for place in due if place not in later]
