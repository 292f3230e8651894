"""Runs a fold over the partitions of a consumer group so that every record counts exactly once, whatever dies."""

import asyncio
import time
import uuid
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Any

import structlog

from config.problem import Problem
from streams import collecting
from streams.checkpoint.admission import Admission, admit
from streams.checkpoint.assemble import farthest, mark_key
from streams.checkpoint.chunks import SCHEMA, ChunkKey, Crash, Part, Sections, cut, encode_key, encode_value
from streams.checkpoint.meters import Meters
from streams.checkpoint.ports import Group, Incoming, Log
from streams.checkpoint.schedule import History, is_due, now_written, part_due
from streams.checkpoint.slot import Address, Packed, Slot
from streams.fold import Fold, Held, Output, Record
from streams.rejected import Reason, reject_record
from streams.topics import CHECKPOINTS

PARK_AFTER = 3
"""A record on which the fold raised this many times is parked on ``cityloop.rejected`` instead of being tried again."""
ACKNOWLEDGE_SECONDS = 60.0
"""How long the broker may take to acknowledge before the process gives up and restarts."""
RESTORED_AT_ONCE = 4
"""Partitions that are restored side by side. Nearly all of a small state's time is waiting for the broker; of large ones the memory counts."""

_log = structlog.get_logger(__name__)


class LogError(RuntimeError):
    """The state is not the exact fold of the log; the process must end and restore."""


class CheckpointedFold:
    """Folds what a consumer group delivers, in one process. Any exception means that the process must end.

    Args:
        fold: makes and restores states.
        log: the broker.
        group: the consumer group.
        every: seconds from one checkpoint of a partition to the next.
        meters: what is measured.
        now: a monotonic clock in seconds.
        new_writer: gives an identity that nobody else has.
    """

    def __init__(
        self,
        fold: Fold,
        log: Log,
        group: Group,
        *,
        every: float,
        meters: Meters,
        now: Callable[[], float] = time.monotonic,
        new_writer: Callable[[], str] = lambda: uuid.uuid4().hex,
    ) -> None:
        self._fold, self._log, self._group, self._every = fold, log, group, every
        self._meters, self._now, self._new_writer = meters, now, new_writer
        self._slots: dict[Address, Slot] = {}
        self._working = asyncio.Lock()  # A checkpoint must not see a state in the middle of a record.
        self._restoring = asyncio.Semaphore(RESTORED_AT_ONCE)
        self._under_way: set[asyncio.Task[None]] = set()

    @property
    def slots(self) -> Mapping[Address, Slot]:
        """The partitions that have state here, for metrics and health."""
        return self._slots

    def holds(self, address: Address) -> bool:
        """Whether a partition has state here in the group's present generation."""
        slot = self._slots.get(address)
        return slot is not None and slot.generation == self._group.generation()

    def trouble(self) -> str | None:
        """A readiness check: which partition's checkpoint is overdue, or ``None``."""
        now, limit = self._now(), self._every * 5 + 10
        overdue = [
            f"{topic}/{partition}"
            for (topic, partition), slot in tuple(self._slots.items())
            if is_due(slot.history, now, limit, len(slot.waiting) + slot.is_writing)
        ]
        return f"No checkpoint for {limit:.0f} s of {', '.join(sorted(overdue))}." if overdue else None

    async def take(self, batch: Iterable[Incoming]) -> None:
        """Apply records in their order, then take the checkpoints that are due: these are sent while further records are applied.

        Raises:
            LogError: offsets are not contiguous, or the log was replaced.
            Exception: whatever the fold or the broker raised, to a checkpoint under way too.
        """
        async with self._working:
            taken = tuple(batch)
            await self._restore_all(taken)
            for incoming in taken:
                await self._take_one(incoming)
            await self._write_due()

    async def rest(self) -> None:
        """Take the checkpoints that are due though no record comes: without, the last records before a silence would never be committed.

        Raises:
            Exception: as of :meth:`take`.
        """
        if self._slots and not self._working.locked():
            async with self._working:
                await self._write_due()

    async def settle(self) -> None:
        """Wait until every checkpoint that is under way is on the broker and its records are acknowledged.

        Raises:
            Exception: whatever the broker raised.
        """
        if self._under_way:
            await asyncio.wait(self._under_way)
        self._collect()

    async def stop(self) -> None:
        """Give up the checkpoints that are under way: the process ends, and what they hold is read again."""
        for task in self._under_way:
            task.cancel()
        await asyncio.gather(*self._under_way, return_exceptions=True)
        self._under_way.clear()

    def _collect(self) -> None:
        """Let go of the checkpoints that are done; one that failed ends the process."""
        for task in [task for task in self._under_way if task.done()]:
            self._under_way.discard(task)
            task.result()

    async def _restore_all(self, batch: Iterable[Incoming]) -> None:
        """Restore what the first records of partitions ask for, side by side."""
        first: dict[Address, Incoming] = {}
        for incoming in batch:
            first.setdefault((incoming.record.topic, incoming.record.partition), incoming)
        new = {address: incoming for address, incoming in first.items() if self._decide(incoming, address) is Admission.RESTORE}
        if new:
            await asyncio.gather(*(self._restore(address, incoming) for address, incoming in new.items()))

    async def _take_one(self, incoming: Incoming) -> None:
        record = incoming.record
        address = (record.topic, record.partition)
        decision = self._decide(incoming, address)
        if decision is Admission.RESTORE:  # An older record of the partition came before it in the batch.
            await self._restore(address, incoming)
            decision = self._decide(incoming, address)  # The group may have moved on while the checkpoint was read.
        self._meters.admitted(record.topic, decision)
        if decision in (Admission.STALE, Admission.RESTORE):
            return
        slot = self._slots[address]
        if decision in (Admission.GAP, Admission.BACKWARDS):
            raise LogError(_explain(decision, address, slot, record.offset))
        slot.delivered = record.offset
        slot.waiting.append(incoming.handle)
        if decision is Admission.APPLY:
            await self._apply(address, slot, record)

    def _decide(self, incoming: Incoming, address: Address) -> Admission:
        slot = self._slots.get(address)
        return admit(incoming.record.offset, incoming.generation, self._group.generation(), slot.standing() if slot else None)

    async def _restore(self, address: Address, incoming: Incoming) -> None:
        async with self._restoring:
            self._slots[address] = await self._restored(address, incoming)

    async def _restored(self, address: Address, incoming: Incoming) -> Slot:
        """The farthest checkpoint, whoever wrote it; without any, the beginning of what the broker keeps."""
        topic, partition = address
        current = self._group.generation()
        kept = {place: slot for place, slot in self._slots.items() if slot.generation == current}
        if len(kept) < len(self._slots):
            self._slots = kept
            collecting.release()
        began = self._now()
        await self.settle()  # Of an older generation: what this process is writing itself may be the farthest.
        found = await asyncio.to_thread(farthest, await self._log.read(CHECKPOINTS, partition), topic, partition)
        applied = found.offset
        if applied is None:
            applied = await self._log.first_offset(topic, partition) - 1
        with collecting.paused():
            held = self._fold.restore(topic, partition, found.sections, incoming.record.timestamp)
        collecting.settle()
        self._meters.restored(address, applied, self._now() - began)
        _log.info(
            "state.restored",
            topic=topic,
            partition=partition,
            generation=incoming.generation,
            applied=applied,
            checkpoint=found.offset is not None,
        )
        slot = Slot(
            generation=incoming.generation,
            held=held,
            applied=applied,
            writer=self._new_writer(),
            history=History(self._now(), full_bytes=sum(map(len, found.sections.values()))),
            superseded=list(found.superseded),
            crash=found.crash,
        )
        if found.offset is None:
            # What a state begins with (the rules that hold) is a part of it: it is kept before the first record counts, so
            # that whoever restores after a death in the first seconds does not begin with something else.
            await self._send(address, slot, await self._pack(address, slot))
        return slot

    async def _apply(self, address: Address, slot: Slot, record: Record) -> None:
        """One step of the fold; its outputs are published at once and awaited before the next checkpoint."""
        if slot.crash is not None and slot.crash.offset == record.offset and slot.crash.count >= PARK_AFTER:
            outputs: Sequence[Output] = (_parked(record, slot.crash),)
        else:
            try:
                outputs = slot.held.step(record)
            except Exception as error:
                await self._mark(address, slot, record, error)
                raise
        slot.applied = record.offset
        for output in outputs:
            published = await self._log.append(
                output.topic, key=output.key, value=output.value, partition=output.partition, headers=output.headers
            )
            slot.published.append(published)
            self._meters.outputs.labels(output.topic).inc()
        self._meters.applied(address, record)

    async def _mark(self, address: Address, slot: Slot, record: Record, error: Exception) -> None:
        """Count the crash where the next process will find it: this one must end, since its state may be half changed."""
        before = slot.crash.count if slot.crash is not None and slot.crash.offset == record.offset else 0
        mark = Crash(record.offset, before + 1, f"{type(error).__name__}: {error}"[:1000])
        key = encode_key(mark_key(*address))
        await self._settled(
            [await self._log.append(CHECKPOINTS, key=key, value=encode_value(mark), partition=record.partition, headers={})]
        )

    async def _write_due(self) -> None:
        """Take the checkpoints that are due. The fold waits for a copy of the state to be packed, and not for the broker."""
        self._collect()
        now, generation = self._now(), self._group.generation()
        current = {address: slot for address, slot in self._slots.items() if slot.generation == generation}
        wanted = {
            address: slot.history
            for address, slot in current.items()
            if slot.is_writing or is_due(slot.history, now, self._every, len(slot.waiting))
        }
        chosen = [(address, current[address]) for address in now_written(wanted)]
        await asyncio.gather(*(self._begin(address, slot) for address, slot in chosen if not slot.is_writing))

    async def _begin(self, address: Address, slot: Slot) -> None:
        """Pack one checkpoint, and let it be sent. Whatever is folded from now on belongs to the next."""
        packed = await self._pack(address, slot)
        published, slot.published = slot.published, []
        waiting, slot.waiting = slot.waiting, []
        slot.writing = asyncio.create_task(self._finish(address, slot, packed, published, waiting))
        self._under_way.add(slot.writing)

    async def _finish(
        self, address: Address, slot: Slot, packed: Packed, published: Sequence[Awaitable[object]], waiting: Sequence[Any]
    ) -> None:
        """In this order: outputs acknowledged, checkpoint acknowledged, records acknowledged."""
        await self._settled(published)
        await self._send(address, slot, packed)
        # The group may have moved on meanwhile: whoever has the partition now may have restored before this checkpoint
        # was there and deleted what it builds on, so that a commit of ours would be ahead of the state that is kept.
        if slot.generation == self._group.generation():
            await self._group.acknowledge(waiting)

    async def _pack(self, address: Address, slot: Slot) -> Packed:
        """Copy and compress what a checkpoint is to hold; nothing is folded until it is done."""
        topic, partition = address
        began, part = self._now(), part_due(slot.history)
        epoch, sequence = (slot.history.epoch + 1, 0) if part is Part.FULL else (slot.history.epoch, slot.history.sequence + 1)
        key = ChunkKey(SCHEMA, topic, partition, part, slot.writer, epoch, sequence)
        # On another thread, so that heartbeats and acknowledgements go on.
        return Packed(part, slot.applied, await asyncio.to_thread(_packed, slot.held, slot.applied, key), began)

    async def _send(self, address: Address, slot: Slot, packed: Packed) -> None:
        """Send one checkpoint and wait until the broker has all of it; then delete what a full one supersedes."""
        partition = address[1]
        await self._settled([await self._append_checkpoint(partition, key, value) for key, value in packed.records])
        size = sum(len(value) for _, value in packed.records)
        slot.history = slot.history.after(packed.part, size, self._now())
        self._meters.written(address, packed.part, size, self._now() - packed.began)
        if packed.part is Part.FULL:
            await self._delete(slot, partition, packed.applied)
        slot.superseded.extend((key, packed.applied) for key, _ in packed.records)

    async def _delete(self, slot: Slot, partition: int, applied: int) -> None:
        """Delete older chunks; one of somebody who was farther stays until we are as far. Awaited with the next outputs."""
        older = [key for key, offset in slot.superseded if offset <= applied]
        slot.superseded = [(key, offset) for key, offset in slot.superseded if offset > applied]
        for key in older:
            slot.published.append(await self._append_checkpoint(partition, key, None))

    async def _append_checkpoint(self, partition: int, key: bytes, value: bytes | None) -> Awaitable[object]:
        return await self._log.append(CHECKPOINTS, key=key, value=value, partition=partition, headers={})

    async def _settled(self, pending: Iterable[Awaitable[object]]) -> None:
        """Wait for acknowledgements; a broker that takes too long ends the process, which then restores."""
        async with asyncio.timeout(ACKNOWLEDGE_SECONDS):
            for acknowledgement in pending:
                await acknowledgement


def _packed(held: Held, applied: int, key: ChunkKey) -> list[tuple[bytes, bytes]]:
    """A checkpoint as records."""
    sections: Sections = held.full() if key.part is Part.FULL else held.delta()
    return [(encode_key(name), encode_value(chunk)) for name, chunk in cut(sections, applied, key)]


def _parked(record: Record, crash: Crash) -> Output:
    what = f"The rules failed on this record {crash.count} times: {crash.error}."
    return reject_record(record, [Problem(file="<record>", what=what, fix="Mend the rule, then send the record again.")], Reason.CRASHED)


def _explain(decision: Admission, address: Address, slot: Slot, offset: int) -> str:
    place = f"{address[0]}/{address[1]}"
    if decision is Admission.BACKWARDS:
        return f"{place} went back from offset {slot.delivered} to {offset}: the log was cut or replaced. The state is restored from its checkpoint."
    return (
        f"{place} has a gap: the state has applied {slot.applied} and offset {offset} came. The state is restored from its checkpoint; "
        "when that does not help, records were deleted before they were applied (retention), or the checkpoint topic was lost."
    )
