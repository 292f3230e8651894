"""When a checkpoint is due, and whether the whole state or only what changed is written."""

import msgspec

from streams.checkpoint.chunks import Part

MAX_DELTAS = 500
"""Deltas after which a full checkpoint is written whatever their size, so that restoring stays short."""
SMALL_BYTES = 65_536
"""Deltas smaller than this together never ask for a full checkpoint."""


class History(msgspec.Struct, frozen=True):
    """What a writer has written for a partition.

    Attributes:
        written_at: when the last checkpoint was complete, or when the state was restored; seconds of a monotonic clock.
        epoch: full checkpoints written.
        sequence: deltas since.
        full_bytes: size of the last full checkpoint, compressed.
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
