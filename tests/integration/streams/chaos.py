"""``make chaos``: random faults for as long as asked, on one broker after the other. Any difference is an exit code of 1.

Usage: python -m tests.integration.streams.chaos [--minutes M] [--seed N] [--workload rules|counting] [--broker embedded|kafka]...
"""

import argparse
import random
import sys
import tempfile
import time
from pathlib import Path

from streams.broker.apache import start_kafka
from streams.broker.embedded import start_embedded
from streams.broker.process import BrokerProcess
from streams.provision import provision
from tests.fakes.brokers import settings_for
from tests.integration.streams.nemesis import Feeder, Workers, compare, settle, torment
from tests.integration.streams.workloads import WORKLOADS

FAULTS = {
    "embedded": ("kill", "kill", "stop", "stop", "term", "burst"),
    "kafka": ("kill", "kill", "stop", "stop", "term", "burst", "broker"),
}
"""Faults by broker; what stands twice comes twice as often. The embedded broker forgets everything when it is killed."""


def storm(kind: str, broker: BrokerProcess, folder: Path, *, workload: str, seed: int, seconds: float) -> str:
    """Faults for some seconds; returns a report.

    Raises:
        AssertionError: something was lost, doubled or differs.
        TimeoutError: the workers did not get to the end of the log.
    """
    settings = settings_for(broker, folder)
    provision(settings)
    chance = random.Random(seed)  # noqa: S311  # Seeded faults are wanted.
    feeder = Feeder(settings, workload, seed, rate=100, idempotent=kind == "kafka")
    began, done = time.monotonic(), list[str]()
    with Workers(settings, workload, folder) as workers, feeder:
        while time.monotonic() - began < seconds:
            done += torment(workers, broker, [chance.choice(FAULTS[kind])], chance, settings)
        feeder.feeding.clear()
        settle(settings, workers)
        feeder.finish()
        workers.stop()
        figures = compare(settings, workload, feeder.written, exactly_once=kind == "kafka").figures
    return f"{kind}, {workload}, seed {seed}: {len(done)} faults ({', '.join(done)}), {figures}, ended by themselves: {workers.deaths}"


def main() -> int:
    """Storm over the brokers."""
    parser = argparse.ArgumentParser(prog="chaos", description="Random faults over the engine.")
    parser.add_argument("--minutes", type=float, default=5.0, help="for each broker")
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--workload", choices=sorted(WORKLOADS), default="rules")
    parser.add_argument("--broker", choices=sorted(FAULTS), action="append")
    options = parser.parse_args()
    bad = 0
    for kind in options.broker or sorted(FAULTS):
        folder = Path(tempfile.mkdtemp(prefix="cityloop-chaos-"))
        with start_embedded() if kind == "embedded" else start_kafka(folder=folder / "kafka") as broker:
            try:
                sys.stdout.write(
                    storm(kind, broker, folder, workload=options.workload, seed=options.seed, seconds=options.minutes * 60) + "\n"
                )
            except (AssertionError, TimeoutError) as error:
                bad += 1
                sys.stdout.write(f"{kind}, {options.workload}, seed {options.seed}: {error}; logs in {folder}\n")
        sys.stdout.flush()
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
