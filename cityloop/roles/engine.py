"""The role ``engine``: observations become alerts, in worker processes that are restarted whenever they end or stand still."""

import asyncio
import os
import signal
import sys

import structlog
from prometheus_client import REGISTRY

from cityloop.bootstrap import environment_of, load_catalogue
from config.catalogue import Catalogue
from config.settings import Settings, read_settings
from rules.agents import TOPICS, build_engine
from rules.fold import RuleFold
from rules.metrics import RuleMetrics
from rules.parser import load_rules
from streams.progress import GroupWatch
from streams.supervisor import Child, Supervisor
from streams.telemetry import Health, configure_logging, serve_telemetry
from streams.worker import await_topics, run_worker

GROUP = "cityloop-engine"
"""The consumer group of the workers, before the installation's suffix."""

_log = structlog.get_logger(__name__)


def run(settings: Settings, catalogue: Catalogue) -> None:
    """Run the workers until SIGTERM or SIGINT.

    The rules are read here first, so that a mistake in them is told once and at once, and not by every restart of a
    worker. Worker number *n* serves metrics and health on ``metrics_port + n``, counted from 0.

    Raises:
        ProblemsError: the rules cannot be read.
    """
    configure_logging(settings.log_level, "engine")
    load_rules(catalogue.rule_files, catalogue.kinds, reporters=catalogue.reporters)
    asyncio.run(_supervise(settings))


def work(settings: Settings, catalogue: Catalogue) -> int:
    """Be one worker; returns the exit code for the process."""
    configure_logging(settings.log_level, "engine")
    rules = load_rules(catalogue.rule_files, catalogue.kinds, reporters=catalogue.reporters)
    fold = RuleFold(rules, partitions=settings.partitions, feeds=catalogue.feed_table)
    REGISTRY.register(RuleMetrics(fold))
    health = Health()
    app = build_engine(settings, fold, health)
    telemetry = serve_telemetry(health, settings.host, settings.metrics_port)
    await_topics(settings)
    code = run_worker(app)
    if telemetry is not None:
        telemetry.shutdown()
    return code


async def _supervise(settings: Settings) -> None:
    supervisor = Supervisor([_child(settings, number) for number in range(settings.workers)])
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, supervisor.stop)
    _log.info("engine.supervised", workers=settings.workers)
    await supervisor.run()


def _child(settings: Settings, number: int) -> Child:
    """Worker ``number``; its watchdog looks at the whole group, since nobody outside knows whose part stands still."""
    port = settings.metrics_port + number if settings.metrics_port else 0
    return Child(
        name=f"engine-{number}",
        argv=(sys.executable, "-m", __name__),
        environment={
            **os.environ,
            **environment_of(settings),
            "CITYLOOP_METRICS_PORT": str(port),
            "CITYLOOP_DATA": f"{settings.data}/engine-{number}",
        },
        ready=f"http://{settings.host}:{port}/health/live" if port else None,
        watchdog=GroupWatch(settings, f"{GROUP}{settings.topic_suffix}", TOPICS),
    )


if __name__ == "__main__":
    own = read_settings(os.environ)
    sys.exit(work(own, load_catalogue(own)))
