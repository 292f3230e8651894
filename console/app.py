"""Puts the console together from what it is given; importing this module does nothing."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.resources import files
from pathlib import Path

from litestar import Litestar, Router
from litestar.config.compression import CompressionConfig
from litestar.di import Provide
from litestar.exceptions import HTTPException, ValidationException
from litestar.middleware import DefineMiddleware
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.plugins.problem_details import ProblemDetailsException
from prometheus_client import CollectorRegistry

from config.catalogue import Catalogue
from config.moment import Micros
from console.answers import on_crash, on_http, on_invalid, on_problem
from console.auth.passwords import Passwords
from console.auth.throttle import Policy, Throttle
from console.directory import Directory
from console.feed.describe import describer
from console.feed.hub import Hub
from console.gate.guards import guard
from console.gate.headers import secured
from console.gate.middleware import OPEN, Gate
from console.metrics import ConsoleMetrics, Measured
from console.parts import Originals, Parts
from console.routes.alerts import acknowledge, alert, alerts
from console.routes.city import city_map
from console.routes.evidence import picture, upload
from console.routes.originals import original
from console.routes.pages import page_routes
from console.routes.session import log_in, log_out, me, summary
from console.routes.silences import add_silence, expire, maintenance, preview, silence, silences
from console.routes.stream import stream
from console.routes.teaching import add_crop, crop_picture, label_crop, roll_back, teach_zone, teaching, zones
from console.routes.telemetry import live, metrics, ready
from console.routes.tickets import add_fact, move, ticket, tickets
from console.schooling import Schooling
from detectors.evidence.store import EvidenceStore
from dispatch.clocks.caseclock import clocks_of
from dispatch.clocks.lights import ClockView
from dispatch.ports import Accounts, CaseBook, NoiseBook
from dispatch.ticket import Ticket
from streams.clock import Clock, system_clock
from streams.telemetry import Health

LARGEST_BODY = 256 * 1024
"""Bytes of the largest JSON body; pictures have a bound of their own."""


def dist_folder() -> Path:
    """Where the built pages lie."""
    return Path(str(files("console"))) / "web" / "dist"


def gather(
    casebook: CaseBook,
    accounts: Accounts,
    evidence: EvidenceStore,
    catalogue: Catalogue,
    *,
    noise: NoiseBook,
    schooling: Schooling,
    originals: Originals | None = None,
    clock: Clock = system_clock,
    passwords: Passwords | None = None,
    registry: CollectorRegistry | None = None,
    health: Health | None = None,
) -> Parts:
    """Gather what the routes work with; whatever is left out is made with its defaults."""
    directory = Directory(catalogue)

    def case_clock(ticket: Ticket, now: Micros) -> ClockView | None:
        return next(iter(clocks_of(ticket, catalogue.calendar, now)), None)

    hub = Hub(casebook, describer(casebook, directory, case_clock, clock))
    known = health or Health()
    known.add("feed", lambda: hub.fault)
    return Parts(
        casebook=casebook, noise=noise, accounts=accounts, evidence=evidence, catalogue=catalogue, directory=directory, case_clock=case_clock, hub=hub,
        clock=clock, passwords=passwords or Passwords(), by_login=Throttle(Policy()), by_address=Throttle(Policy(failures=50)),
        metrics=ConsoleMetrics(registry or CollectorRegistry()), health=known,
        schooling=schooling, originals=originals,
    )  # fmt: skip


def create_app(parts: Parts, *, dist: Path | None = None) -> Litestar:
    """The console's application.

    Args:
        parts: what the routes work with (:func:`gather`).
        dist: folder of the built pages; default: that of the installed package.
    """

    @asynccontextmanager
    async def feeding(_app: Litestar) -> AsyncIterator[None]:
        await parts.hub.start()
        reader = asyncio.create_task(parts.hub.run(), name="live-feed")
        try:
            yield
        finally:
            parts.hub.close()
            await reader

    api = Router(
        path="/v1",
        route_handlers=[
            log_in, log_out, me, summary, alerts, alert, acknowledge, tickets, ticket, move, add_fact, upload, picture, stream, city_map,
            silences, silence, preview, add_silence, expire, maintenance,
            original, zones, teaching, add_crop, crop_picture, label_crop, teach_zone, roll_back,
        ],
    )  # fmt: skip
    return Litestar(
        route_handlers=[api, live, ready, metrics, *page_routes(dist or dist_folder())],
        dependencies={"parts": Provide(lambda: parts, sync_to_thread=False)},
        middleware=[DefineMiddleware(Measured, metrics=parts.metrics), DefineMiddleware(Gate, parts=parts)],
        guards=[guard],
        exception_handlers={
            ProblemDetailsException: on_problem, ValidationException: on_invalid, HTTPException: on_http, Exception: on_crash,
        },
        before_send=[secured],
        lifespan=[feeding],
        request_max_body_size=LARGEST_BODY,
        compression_config=CompressionConfig(backend="gzip", minimum_size=1000, exclude=["/v1/stream", "/v1/evidence"]),
        openapi_config=OpenAPIConfig(
            title="cityloop console", version="1", use_handler_docstrings=True, render_plugins=[JsonRenderPlugin()],
            openapi_router=Router(path="/v1/schema", route_handlers=[], opt={OPEN: True}, include_in_schema=False),
        ),
        logging_config=None,
    )  # fmt: skip
