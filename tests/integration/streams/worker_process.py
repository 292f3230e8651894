"""An engine worker for fault tests: the product's own application and worker around the fold of a workload.

Run as ``python -m tests.integration.streams.worker_process WORKLOAD`` with the settings in the environment.
"""

import os
import sys

import uvloop

from config.settings import read_settings
from rules.agents import TOPICS
from streams.app import attach, build_app
from streams.telemetry import configure_logging
from streams.worker import await_topics, run_worker
from tests.integration.streams.workloads import WORKLOADS

if __name__ == "__main__":
    settings = read_settings(os.environ)
    configure_logging(settings.log_level, "engine")
    uvloop.install()  # As the engine does.
    await_topics(settings)
    app = build_app(settings, "engine")
    attach(app, settings, WORKLOADS[sys.argv[1]].fold(settings.partitions), TOPICS)
    sys.exit(run_worker(app))
