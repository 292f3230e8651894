"""An engine that runs until it is told to stop: ``python -m bench.live TASK``, for what is measured from outside."""

import sys

import msgspec
import uvloop

from bench.ruleset import fold_named
from config.settings import Settings
from rules.agents import build_engine
from streams.telemetry import configure_logging
from streams.worker import run_worker


class Live(msgspec.Struct, frozen=True, kw_only=True):
    """What it runs.

    Attributes:
        settings: broker, topics' suffix, partitions and folder.
        rules: a name of :mod:`bench.ruleset` or a path.
    """

    settings: Settings
    rules: str


def main() -> int:
    """Run the engine that the command line gives as JSON."""
    uvloop.install()  # As the engine's processes do.
    live = msgspec.json.decode(sys.argv[1], type=Live)
    configure_logging("warning", "engine")
    return run_worker(build_engine(live.settings, fold_named(live.rules, live.settings.partitions)))


if __name__ == "__main__":
    sys.exit(main())
