"""The Faust agent on ``cityloop.alerts``: it only hands records over, and acknowledges what was taken."""

from collections.abc import Awaitable, Callable
from typing import Any

import faust

from config.settings import Settings
from streams.app import raw_topic
from streams.fold import Record
from streams.topics import ALERTS
from streams.worker import end_soon

MOST = 100
WITHIN = 0.01
"""Seconds to wait for more records: it is what this adds to the latency of a single alert."""


def attach(app: faust.App, settings: Settings, take: Callable[[Record], Awaitable[None]]) -> None:
    """Declare the agent. A record is acknowledged after the transaction that took it in, so that a crash repeats and never loses it."""

    @app.agent(raw_topic(app, settings, ALERTS), name=f"{app.conf.id}-alerts", concurrency=1)
    async def take_alerts(stream: Any) -> None:
        async for events in stream.noack_take(MOST, within=WITHIN):
            try:
                for event in events:
                    await take(_record(event.message))
                    await stream.ack(event)
            except Exception:
                end_soon()
                raise


def _record(message: Any) -> Record:
    return Record(
        topic=message.topic,
        partition=message.partition,
        offset=message.offset,
        timestamp=round(message.timestamp * 1_000) * 1_000,  # Milliseconds on the wire, made seconds by Faust.
        key=message.key,
        value=message.value if message.value is not None else b"",
        headers=dict(message.headers or ()),
    )
