"""What a process holds of one partition beside its state: how far it is, and what waits for a checkpoint."""

import asyncio
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from streams.checkpoint.admission import Standing
from streams.checkpoint.chunks import Crash, Part
from streams.checkpoint.schedule import History
from streams.fold import Held

Address = tuple[str, int]
"""Topic and partition."""


class Packed(NamedTuple):
    """A checkpoint that is ready to be sent.

    Attributes:
        part: whether all of the state or what changed.
        applied: last offset that is in it.
        records: keys and values for the checkpoint topic.
        began: when it was begun, by the monotonic clock.
    """

    part: Part
    applied: int
    records: Sequence[tuple[bytes, bytes]]
    began: float


@dataclass(slots=True)
class Slot:
    """The state of one partition during one generation of the group.

    Attributes:
        generation: the group's when it was restored.
        held: the state.
        applied: last applied offset.
        writer: whose checkpoints these are; new with every slot.
        history: of those checkpoints.
        superseded: key and offset of older checkpoints' chunks, not yet deleted.
        crash: mark of a record that made the fold raise.
        delivered: last offset that came.
        waiting: handles of records that wait for the next checkpoint.
        published: outputs that the broker has not been seen to acknowledge.
        writing: sends a checkpoint, while one is under way.
    """

    generation: int
    held: Held
    applied: int
    writer: str
    history: History
    superseded: list[tuple[bytes, int]]
    crash: Crash | None
    delivered: int | None = None
    waiting: list[Any] = field(default_factory=list)
    published: list[Awaitable[object]] = field(default_factory=list)
    writing: asyncio.Task[None] | None = None

    @property
    def is_writing(self) -> bool:
        """Whether a checkpoint is under way to the broker."""
        return self.writing is not None and not self.writing.done()

    def standing(self) -> Standing:
        """What admission is decided on."""
        return Standing(self.generation, self.applied, self.delivered)
