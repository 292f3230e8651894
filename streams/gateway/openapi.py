"""The OpenAPI document of the ingest API, without a gateway that runs: for ``cityloop export openapi``."""

from collections.abc import Awaitable
from pathlib import Path
from typing import Any, NoReturn

import msgspec
from prometheus_client import CollectorRegistry

from config.feeds import FeedTable
from streams.clock import system_clock
from streams.gateway.frames import Frames
from streams.gateway.hearing import Hearing
from streams.gateway.http import create_app
from streams.gateway.ingest import Ingest
from streams.gateway.intake import Intake
from streams.gateway.keys import Denial, Owner, Scope
from streams.gateway.metrics import Metrics
from streams.spool import Spool
from streams.telemetry import Health


class _Nowhere:
    """A log and a key ring that are never asked, since nobody sends a request to a document."""

    async def put(self, value: object) -> Awaitable[object]:
        """Not for use."""
        return _refuse(value)

    async def check(self, key: str, scope: Scope) -> Owner | Denial:
        """Not for use."""
        return _refuse((key, scope))


def ingest_document() -> dict[str, Any]:
    """The document as JSON would have it."""
    nowhere, metrics = _Nowhere(), Metrics(CollectorRegistry())
    intake = Intake(Ingest(nowhere, nowhere, metrics, system_clock), {}, system_clock)
    hearing = Hearing(FeedTable(), system_clock, mqtt=False)
    frames = Frames((), Spool(Path()), system_clock)
    schema = create_app(intake, nowhere, metrics, Health(), hearing, frames=frames).openapi_schema.to_schema()
    document: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(schema))
    return document


def _refuse(value: object) -> NoReturn:
    msg = f"a document takes nothing: {value!r}"
    raise AssertionError(msg)
