"""The role ``console``: the API, the live feed and the pages."""

import asyncio
import os
import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

import structlog
import uvicorn
import uvloop
from litestar import Litestar
from prometheus_client import REGISTRY

from cityloop.noise import categories_by_kind, noise_of
from config.catalogue import Catalogue
from config.problem import Problem, ProblemsError
from config.settings import Settings
from console.app import create_app, gather
from console.feed.hub import Hub
from console.parts import Originals
from console.schooling import Schooling
from detectors.evidence.originals import open_originals
from detectors.evidence.store import EvidenceStore
from detectors.evidence.viewings import ViewingLog
from detectors.heads.store import HeadStore
from detectors.inference.late import Late
from detectors.inference.port import FeatureExtractor
from dispatch.desk import Desk
from dispatch.store import migrate
from dispatch.store.accounts import SqlAccounts
from dispatch.store.casebook import SqlCaseBook
from dispatch.store.engine import open_engine
from dispatch.store.noisebook import SqlNoiseBook
from rules.parser import load_rules
from streams.clock import system_clock
from streams.telemetry import Health, configure_logging, serve_telemetry

STOP_SECONDS = 3
"""How long requests that are under way get to finish."""
log = structlog.get_logger(__name__)


def run(settings: Settings, catalogue: Catalogue) -> None:
    """Run the console until SIGTERM or SIGINT.

    Raises:
        ProblemsError: the address cannot be listened on, or rules or noise.yaml have problems.
    """
    configure_logging(settings.log_level, "console")
    uvloop.run(_run(settings, catalogue))


async def _run(settings: Settings, catalogue: Catalogue) -> None:
    listener = listen(settings.host, settings.console_port)
    engine = open_engine(settings.database_url)
    health = Health()
    server: Server | None = None
    health.add("listening", lambda: None if server is not None and server.started else "not listening yet")
    telemetry = serve_telemetry(health, settings.host, settings.metrics_port)
    try:
        await migrate.upgrade(engine)
        policy, rules = noise_of(catalogue)
        desk = Desk(catalogue)
        casebook = SqlCaseBook(engine, desk, system_clock, webhook=settings.webhook, policy=policy)
        noise = SqlNoiseBook(engine, desk, system_clock, webhook=settings.webhook, policy=policy, rules=rules)
        evidence = EvidenceStore(settings.evidence_folder)
        parts = gather(
            casebook, SqlAccounts(engine), evidence, catalogue, noise=noise, schooling=_schooling(settings, catalogue), originals=_originals(settings), registry=REGISTRY, health=health
        )  # fmt: skip
        server = Server(create_app(parts), parts.hub)
        log.info("console listens", url=f"http://{settings.host}:{listener.getsockname()[1]}")
        await server.serve(sockets=[listener])
    finally:
        await engine.dispose()
        listener.close()
        if telemetry is not None:
            await asyncio.to_thread(telemetry.shutdown)


def _originals(settings: Settings) -> Originals | None:
    """Originals of evidence, where the installation has a key for them."""
    store = open_originals(settings.evidence_folder, settings.evidence_key)
    return None if store is None else Originals(store, ViewingLog(settings.evidence_folder))


def _schooling(settings: Settings, catalogue: Catalogue) -> Schooling:
    """What teaches; the model is loaded when somebody teaches, since most consoles never do."""
    rules = load_rules(catalogue.rule_files, catalogue.kinds).rules
    return Schooling(catalogue, HeadStore(settings.heads_folder), Late(_backbone), categories_by_kind(rules))


def _backbone() -> FeatureExtractor:
    from detectors.inference.features import Backbone  # noqa: PLC0415  # It brings onnx and onnxruntime, which a console seldom needs.
    from detectors.weights.cache import cache_folder, require  # noqa: PLC0415  # As above.

    return Backbone(require(cache_folder(os.environ)))


def listen(host: str, port: int) -> socket.socket:
    """Open the console's socket before anything else, so that a port in use is told at once.

    Raises:
        ProblemsError: the address cannot be listened on.
    """
    try:
        return socket.create_server((host, port), backlog=1024)
    except OSError as error:
        raise ProblemsError(
            [
                Problem(
                    file="CITYLOOP_CONSOLE_PORT", what=f"{host}:{port} cannot be listened on: {error.strerror}.",
                    fix="Choose another port, or 0 for a free one.",
                )
            ]
        ) from error  # fmt: skip


class Server(uvicorn.Server):
    """Uvicorn, which sends those away who watch the feed as soon as it is told to stop: they would keep it open for ever.

    Args:
        app: the console.
        hub: the live feed.
    """

    def __init__(self, app: Litestar, hub: Hub) -> None:
        super().__init__(
            uvicorn.Config(
                app, log_config=None, access_log=False, server_header=False, timeout_graceful_shutdown=STOP_SECONDS, lifespan="on"
            )
        )
        self._hub = hub

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Take signals as orders to stop; uvicorn's own way raises them again afterwards, so that a clean stop looks like a death."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = {number: signal.signal(number, self.handle_exit) for number in (signal.SIGTERM, signal.SIGINT)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Stop."""
        self._hub.close()
        super().handle_exit(sig, frame)
