"""A whole gateway in memory: the HTTP application on a fake log and a fake key ring, with a client that talks to it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx
from prometheus_client import CollectorRegistry

from config.feeds import FeedTable
from config.kinds import Kind
from streams.gateway.frames import Frames
from streams.gateway.hearing import Hearing
from streams.gateway.http import create_app
from streams.gateway.ingest import Ingest
from streams.gateway.intake import Intake
from streams.gateway.metrics import Metrics
from streams.observation import Observation
from streams.rejected import Rejected
from streams.spool import Spool
from streams.telemetry import Health
from tests.fakes.keyring import FakeKeyRing
from tests.fakes.observations import KINDS, NOON
from tests.fakes.sinks import FakeLog, fake_dead_letters, fake_sink


class FakeGateway:
    """The HTTP door without a network and without a broker.

    Args:
        seconds: how long the log may take.
        max_pending: observations waiting for the log beyond which requests are turned away.
        kinds: the kinds table.
        feeds: the city's feeds.
        spool: folder for frames that are pushed to ``camera/pole-1`` and ``camera/pole-2``.
    """

    def __init__(
        self,
        *,
        seconds: float = 0.05,
        max_pending: int = 20_000,
        kinds: Mapping[str, Kind] = KINDS,
        feeds: FeedTable | None = None,
        spool: Path | None = None,
    ) -> None:
        self.now = NOON
        self.sink: FakeLog[Observation] = fake_sink()
        self.dead_letters: FakeLog[Rejected] = fake_dead_letters()
        self.ring = FakeKeyRing(lambda: self.now)
        self.key = self.ring.issue()
        self.health = Health()
        self.registry = CollectorRegistry()
        self.hearing = Hearing(feeds or FeedTable(), lambda: self.now, mqtt=False)
        metrics = Metrics(self.registry)
        self.ingest = Ingest(self.sink, self.dead_letters, metrics, lambda: self.now, max_pending=max_pending)
        self.intake = Intake(self.ingest, kinds, lambda: self.now, seconds=seconds)
        frames = Frames(("camera/pole-1", "camera/pole-2"), Spool(spool or Path("nowhere")), lambda: self.now)
        self.app = create_app(self.intake, self.ring, metrics, self.health, self.hearing, frames=frames)

    async def post(self, body: bytes | list[Any] | dict[str, Any], **headers: str) -> httpx.Response:
        """Send a body with the gateway's own key, as JSON unless a header says otherwise (``_`` stands for ``-``)."""
        sent = {"authorization": f"Bearer {self.key}", "content-type": "application/json"}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        async with self.client() as client:
            if isinstance(body, bytes):
                return await client.post("/v1/observations", content=body, headers=sent)
            return await client.post("/v1/observations", json=body, headers=sent)

    def client(self) -> httpx.AsyncClient:
        """A client of the application."""
        transport = httpx.ASGITransport(app=self.app, raise_app_exceptions=False)  # type: ignore[arg-type]  # Litestar's types are narrower than ASGI's.
        return httpx.AsyncClient(transport=transport, base_url="http://gateway.test")

    def counted(self, name: str, **labels: str) -> float:
        """The value of a metric."""
        return self.registry.get_sample_value(name, labels) or 0.0
