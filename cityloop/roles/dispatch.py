"""The role ``dispatch``: alerts become tickets, tickets are sent to people and published."""

import asyncio
import time

import structlog
from sqlalchemy.exc import SQLAlchemyError

from cityloop.noise import noise_of
from config.catalogue import Catalogue
from config.settings import Settings
from dispatch.agent import attach
from dispatch.meters import Meters
from dispatch.office import Office, check_notices
from dispatch.store.engine import open_engine
from dispatch.store.migrate import upgrade
from streams.app import build_app
from streams.fold import Record
from streams.telemetry import Health, configure_logging, serve_telemetry
from streams.worker import await_topics, run_worker

_FIRST_WAIT, _LONGEST_WAIT = 0.5, 10.0
_log = structlog.get_logger(__name__)


def run(settings: Settings, catalogue: Catalogue) -> None:
    """Run dispatch until SIGTERM or SIGINT.

    Raises:
        ProblemsError: addresses of notices or topics do not fit the settings, or rules or noise.yaml have problems.
        SystemExit: the process ended by a failure; whoever supervises it starts it again.
    """
    configure_logging(settings.log_level, "dispatch")
    check_notices(settings, catalogue)
    policy, rules = noise_of(catalogue)
    health, office = Health(), _Opened()
    health.add("started", office.trouble)
    telemetry = serve_telemetry(health, settings.host, settings.metrics_port)
    await_database(settings.database_url)
    await_topics(settings)
    app = build_app(settings, "dispatch")

    async def take(record: Record) -> None:
        await (await office.ready()).taking.take(record)

    async def send_on() -> None:
        opened = office.open(Office(settings, catalogue, Meters(), policy=policy, rules=rules))
        opened.tell(health)
        await opened.send_on()

    app.task(send_on)
    attach(app, settings, take)
    code = run_worker(app)
    if telemetry is not None:
        telemetry.shutdown()
    if code:
        raise SystemExit(code)


def await_database(url: str) -> None:
    """Bring the schema up to date, waiting for a database that does not answer yet."""
    wait = _FIRST_WAIT
    while True:
        try:
            asyncio.run(_upgrade(url))
        except SQLAlchemyError as error:
            _log.warning("database.awaited", error=str(error).splitlines()[0], again_in_seconds=wait)
            time.sleep(wait)
            wait = min(wait * 2, _LONGEST_WAIT)
        else:
            return


async def _upgrade(url: str) -> None:
    engine = open_engine(url)
    try:
        await upgrade(engine)
    finally:
        await engine.dispose()


class _Opened:
    """The office once it is open: it needs the event loop that Faust makes."""

    def __init__(self) -> None:
        self._office: Office | None = None
        self._event = asyncio.Event()

    def open(self, office: Office) -> Office:
        self._office = office
        self._event.set()
        return office

    async def ready(self) -> Office:
        await self._event.wait()
        assert self._office is not None  # noqa: S101  # The event says so.
        return self._office

    def trouble(self) -> str | None:
        return None if self._office is not None else "not started yet"
