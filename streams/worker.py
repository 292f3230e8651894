"""Runs a Faust application as a process that either works or ends, so that whoever supervises it can restart it."""

import logging
import os
import threading
import time
from typing import Any

import faust
import structlog
from kafka.errors import KafkaError

from config.settings import Settings
from streams.provision import provision

END_SECONDS = 20.0
"""How long a failed process may take to end in good order before it is ended at once."""
CRASHED = 70
"""Exit code of a process that had to be ended (``EX_SOFTWARE`` of sysexits.h)."""
_FIRST_WAIT, _LONGEST_WAIT = 0.5, 10.0

_log = structlog.get_logger(__name__)


def check_topics(settings: Settings) -> None:
    """Refuse topics that do not fit the settings; a broker that does not answer yet is waited for by whoever needs it.

    Raises:
        ProblemsError: the broker's topics do not fit the settings.
    """
    try:
        provision(settings)
    except KafkaError as error:
        _log.warning("broker.awaited", broker=settings.broker, error=str(error))


def await_topics(settings: Settings) -> None:
    """Wait until a broker answers and has every topic; Faust would exit instead of waiting.

    Raises:
        ProblemsError: the broker's topics do not fit the settings, which no waiting will mend.
    """
    wait = _FIRST_WAIT
    while True:
        try:
            provision(settings)
        except KafkaError as error:
            _log.warning("broker.awaited", broker=settings.broker, error=str(error), again_in_seconds=wait)
            time.sleep(wait)
            wait = min(wait * 2, _LONGEST_WAIT)
        else:
            return


def run_worker(app: faust.App) -> int:
    """Run the application until SIGTERM, SIGINT or a crash; returns the exit code for the process."""
    app.conf.datadir.parent.mkdir(parents=True, exist_ok=True)  # Faust makes the last folder of the path only.
    worker = faust.Worker(app, quiet=True, loglevel=logging.getLogger().level, redirect_stdouts=False, **_OWN_LOGGING)
    worker.spinner = None
    try:
        worker.execute_from_commandline()
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else CRASHED


_OWN_LOGGING: dict[str, Any] = {"override_logging": False}  # Logs are streams.telemetry's.


def end_soon(seconds: float = END_SECONDS) -> None:
    """End the process for certain: in good order if it manages to, else at once.

    A process whose state may be wrong must not go on, and stopping in good order may wait for a broker that is gone.
    """
    timer = threading.Timer(seconds, os._exit, (CRASHED,))
    timer.daemon = True
    timer.start()
