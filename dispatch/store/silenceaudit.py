"""Reads every silence with its history, and has it examined."""

from collections import defaultdict

import msgspec
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from dispatch.audit import Chained, Fault, examine_silence
from dispatch.noise.history import SilenceEvent
from dispatch.store import rows, tables


async def examine_silences(connection: AsyncConnection) -> tuple[int, tuple[Fault, ...]]:
    """How many silences there are, and one fault for each that is not what was written. There are few, so all are read at once."""
    stored = {row.id: row for row in await connection.execute(sa.select(tables.silences))}
    histories: defaultdict[str, list[str]] = defaultdict(list)
    events = tables.silence_events
    for row in await connection.execute(sa.select(events).order_by(events.c.silence, events.c.number)):
        histories[row.silence].append(row.body)
    names = sorted({*stored, *histories})
    found = (_examined(name, stored.get(name), histories[name]) for name in names)
    return len(names), tuple(fault for fault in found if fault is not None)


def _examined(name: str, row: sa.Row[tuple[object, ...]] | None, bodies: list[str]) -> Fault | None:
    try:
        events: list[SilenceEvent] = [rows.read_silence_event(body) for body in bodies]
        silence = None if row is None else rows.read_silence(row.body)
    except msgspec.DecodeError as error:
        return Fault(ticket=name, sequence=0, what=f"The silence or its history cannot be read: {error}.", kind=Chained.SILENCE)
    if row is not None and silence is not None:
        wanted = rows.silence_row(silence)
        columns = ", ".join(column for column, value in wanted.items() if column != "body" and getattr(row, column) != value)
        if columns:
            told = f"The row says otherwise than the silence that it holds: {columns}."
            return Fault(ticket=name, sequence=0, what=told, kind=Chained.SILENCE)
    return examine_silence(name, silence, events)
