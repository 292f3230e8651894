"""The role ``gateway``: observations come in over HTTP and MQTT, and go to the log."""

import asyncio
import signal
from collections.abc import Callable

import uvloop

from cityloop.bootstrap import city_folder, load_catalogue
from cityloop.cityfiles import changes, fingerprint
from cityloop.citykeeper import Result, keep_city
from cityloop.keyring import open_keyring
from config.catalogue import Catalogue
from config.settings import Settings
from config.sources import PUSHED
from streams.gateway.keys import KeyRing
from streams.gateway.metrics import Metrics
from streams.gateway.service import Gateway
from streams.telemetry import Health, configure_logging, serve_telemetry


def run(settings: Settings, catalogue: Catalogue, keyring: KeyRing | None = None, *, read: Callable[[], Catalogue] | None = None) -> None:
    """Run the gateway until SIGTERM or SIGINT; on SIGHUP, and when the files change, it minds the city's feeds, devices and kinds as they are then.

    Args:
        settings: of the process.
        catalogue: the city.
        keyring: where API keys are looked up; default is the installation's database.
        read: reads the city again; default is the folder that the settings name.

    Raises:
        ProblemsError: topics or addresses do not fit the settings.
    """
    configure_logging(settings.log_level, "gateway")
    uvloop.run(_run(settings, catalogue, keyring, read or (lambda: load_catalogue(settings))))


async def _run(settings: Settings, catalogue: Catalogue, keyring: KeyRing | None, read: Callable[[], Catalogue]) -> None:
    stop, asked = asyncio.Event(), asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, asked.set)
    health = Health()
    telemetry = serve_telemetry(health, settings.host, settings.metrics_port)
    try:
        async with open_keyring(settings, keyring) as ring:
            feeds, metrics = catalogue.feed_table, Metrics()
            pushed = [camera.id for camera in catalogue.cameras.values() if camera.url == PUSHED]
            gateway = Gateway(
                settings, catalogue.kinds, catalogue.devices, ring, metrics=metrics, health=health, feeds=feeds, pushed=pushed
            )

            def count(result: Result) -> None:
                metrics.city_reads.labels(result).inc()

            folder = city_folder(settings)
            seen = await asyncio.to_thread(fingerprint, folder)
            reasons = changes(folder, seen, settings.rules_seconds, asked)
            keeping = asyncio.create_task(keep_city(gateway, read, reasons, count))
            try:
                await gateway.run(stop)
            finally:
                keeping.cancel()
                await asyncio.gather(keeping, return_exceptions=True)
    finally:
        if telemetry is not None:
            await asyncio.to_thread(telemetry.shutdown)
