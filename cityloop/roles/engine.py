"""The role ``engine``: observations become alerts, in worker processes that are restarted whenever they end or stand still."""

import asyncio
import os
import signal
import sys
import time
from collections.abc import Sequence

import structlog
import uvloop
from prometheus_client import REGISTRY

from cityloop.bootstrap import city_folder, environment_of, load_catalogue
from cityloop.rulekeeper import RuleKeeper, keep_rules
from cityloop.switching import readable_entries, rules_of_city
from config.catalogue import Catalogue
from config.problem import ProblemsError
from config.settings import Settings, read_settings
from rules.agents import TOPICS, build_engine
from rules.fold import RuleFold
from rules.life import unpack
from rules.life.ledger import Entry
from rules.metrics import RuleMetrics
from rules.model import RuleSet
from streams.checkpoint.kafkalog import KafkaLog
from streams.progress import GroupWatch
from streams.provision import provision
from streams.supervisor import Child, Supervisor
from streams.telemetry import Health, configure_logging, serve_telemetry
from streams.worker import await_topics, check_topics, run_worker

GROUP = "cityloop-engine"
"""The consumer group of the workers, before the installation's suffix."""

_log = structlog.get_logger(__name__)


def run(settings: Settings, catalogue: Catalogue) -> None:
    """Run the workers until SIGTERM or SIGINT, and keep the log on the rules of the city's folder (SIGHUP looks at it again).

    The rules are read here first, so that a mistake in them is told once and at once, and not by every restart of a
    worker. Worker number *n* serves metrics and health on ``metrics_port + n``, counted from 0.

    Raises:
        ProblemsError: the rules cannot be read, or the topics do not fit the settings.
    """
    configure_logging(settings.log_level, "engine")
    rules_of_city(catalogue)
    check_topics(settings)
    asyncio.run(_supervise(settings))


def work(settings: Settings, catalogue: Catalogue) -> int:
    """Be one worker; returns the exit code for the process."""
    uvloop.install()
    configure_logging(settings.log_level, "engine")
    health = Health()
    telemetry = serve_telemetry(health, settings.host, settings.metrics_port)
    try:
        await_topics(settings)
    except ProblemsError as error:  # A broker that was away when the role began, or was changed since.
        for problem in error.problems:
            _log.error("topics.refused", problem=str(problem))  # The trace says nothing; the problems do.
        return os.EX_CONFIG
    ledger = asyncio.run(_read_ledger(settings))
    fold = RuleFold(_rules_of(ledger, catalogue), partitions=settings.partitions, feeds=catalogue.feed_table, ledger=ledger)
    fold.tally.stopwatch = time.perf_counter
    REGISTRY.register(RuleMetrics(fold))
    app = build_engine(settings, fold, health)
    code = run_worker(app)
    if telemetry is not None:
        telemetry.shutdown()
    return code


async def _read_ledger(settings: Settings) -> tuple[Entry, ...]:
    log = KafkaLog(settings, "cityloop-engine-rules")
    try:
        return await readable_entries(log)
    finally:
        await log.stop()


def _rules_of(ledger: Sequence[Entry], catalogue: Catalogue) -> RuleSet:
    """What the log was switched to last, or else the city's own rules.

    The city's rule files may be in the middle of being mended when a worker is started again; it must not need them.
    """
    try:
        if ledger:
            ruleset, _ = unpack(ledger[-1].rules)
            for problem in ruleset.bounded:
                _log.warning("rules.bounded", problem=str(problem))
            return ruleset
    except ProblemsError as error:
        _log.warning("rules.ledger_unreadable", problems=[str(problem) for problem in error.problems])
    return rules_of_city(catalogue)


async def _supervise(settings: Settings) -> None:
    supervisor = Supervisor([_child(settings, number) for number in range(settings.workers)])
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, supervisor.stop)
    asked, log = asyncio.Event(), KafkaLog(settings, "cityloop-rules")
    asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, asked.set)
    keeper = RuleKeeper(log, settings.partitions, lambda: load_catalogue(settings), prepare=lambda: provision(settings))
    keeping = asyncio.create_task(keep_rules(keeper, settings, city_folder(settings), asked))
    _log.info("engine.supervised", workers=settings.workers)
    try:
        await supervisor.run()
    finally:
        keeping.cancel()
        await asyncio.gather(keeping, return_exceptions=True)
        await log.stop()


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
