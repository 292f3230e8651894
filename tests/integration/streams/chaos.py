"""``make chaos``: a storm of observations over two workers under random faults, on one broker after the other.

Before it, engine and reference evaluator are held against each other over generated cases without any broker. Any
difference from the reference evaluator, or from an undisturbed run, is an exit code of 1.

Usage: python -m tests.integration.streams.chaos [--observations N] [--seconds S] [--seed N] [--cases N]
[--workload storm|street|counting] [--broker embedded|kafka]...
"""

import argparse
import random
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import msgspec

from config.settings import Settings
from rules.agents import TOPICS
from streams.broker.apache import start_kafka
from streams.broker.embedded import start_embedded
from streams.broker.process import BrokerProcess
from streams.provision import provision
from streams.topics import MATCHES
from tests.fakes.brokers import settings_for
from tests.fakes.duel import by_engine, by_oracle
from tests.fakes.oddcases import FORMS, oddity
from tests.fakes.ruletraffic import dice
from tests.integration.streams.compare import compare
from tests.integration.streams.feeder import Feeder
from tests.integration.streams.judge import judge
from tests.integration.streams.nemesis import Scene, torment
from tests.integration.streams.readback import read_log, settle
from tests.integration.streams.workers import Workers
from tests.integration.streams.workloads import BATCH, WORKLOADS

FAULTS = {
    "embedded": ("kill", "kill", "stop", "term", "burst", "leave"),
    "kafka": ("kill", "kill", "stop", "term", "burst", "leave", "broker"),
}
"""Faults by broker; what stands twice comes twice as often. The embedded broker forgets everything when it is killed."""
PARTITIONS = 4


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """One run.

    Attributes:
        kind: of the broker.
        workload: which one.
        seed: of traffic and faults.
        observations: how many are written.
        seconds: in so many seconds, and longer where the faults take longer.
        faults: in this order; empty: random ones as long as there is something to write.
    """

    kind: str
    workload: str
    seed: int
    observations: int
    seconds: float
    faults: Sequence[str] = ()


def storm(plan: Plan, settings: Settings, broker: BrokerProcess, folder: Path) -> dict[str, object]:
    """Feed, torment, settle and compare; returns figures.

    Raises:
        AssertionError: something was lost, doubled or differs.
        TimeoutError: the workers did not get to the end of the log.
    """
    provision(settings)
    chance = random.Random(plan.seed)  # noqa: S311  # Seeded faults are wanted.
    course = WORKLOADS[plan.workload].course(plan.observations)
    rate = plan.observations / BATCH / plan.seconds
    began = time.monotonic()
    feeder = Feeder(settings, course, plan.seed, rate, idempotent=plan.kind == "kafka")
    with Workers(settings, plan.workload, folder, "a") as workers, feeder:
        scene = Scene(workers, broker, chance, settings)
        workers.join("b")
        done = torment(scene, plan.faults, pause=(0.5, 1.5))
        while not plan.faults and not feeder.is_calm and time.monotonic() - began < plan.seconds * 3:
            done += torment(scene, [chance.choice(FAULTS[plan.kind])])
        fed = feeder.calm(hurry=bool(plan.faults))
        settle(settings, workers, fed)
        feeder.finish()
        settled = time.monotonic()
        log = read_log(settings, TOPICS)
        found = {} if plan.workload != "storm" else msgspec.to_builtins(judge(settings, log))
        workers.stop()
        # What the workers sent on to each other may have grown since; the records of the feeder have not.
        log = [record for record in log if record.topic != MATCHES] + read_log(settings, (MATCHES,))
        figures = compare(settings, plan.workload, feeder.written, exactly_once=plan.kind == "kafka", log=log).figures
    assert feeder.failed == [], feeder.failed[:3]
    told = {"broker": plan.kind, "workload": plan.workload, "seed": plan.seed, "faults": done, "ended_by_themselves": workers.deaths}
    spent = {"seconds": {"storm": round(settled - began, 1), "judging": round(time.monotonic() - settled, 1)}}
    report = {**told, **spent, **found, **figures}
    assert not found.get("missing"), f"missing: {report}"
    assert not found.get("extra"), f"extra: {report}"
    return report


def duels(seed: int, cases: int) -> list[str]:
    """Engine against oracle over generated cases; returns what differs."""
    differing = []
    for number in range(cases):
        form = FORMS[number % len(FORMS)]
        chance = dice(f"{seed} {form} {number}")
        case, to_the_end = oddity(chance, [form], length=chance.randint(1, 80)), chance.random() < 0.5
        found, wanted = by_engine(case, replay=to_the_end), by_oracle(case, replay=to_the_end)
        if found != wanted:
            differing.append(
                f"{form}, case {number}: missing {[*(wanted - found)][:2]}, extra {[*(found - wanted)][:2]}, rules {case.rules}"
            )
    return differing


def main() -> int:
    """Storm over the brokers."""
    parser = argparse.ArgumentParser(prog="chaos", description="Random faults over the engine.")
    parser.add_argument("--observations", type=int, default=1_000_000, help="on each broker")
    parser.add_argument("--seconds", type=float, help="in which they are written (default: 6,000 a second)")
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--cases", type=int, default=2000, help="generated cases without a broker, before the storm")
    parser.add_argument("--workload", choices=sorted(WORKLOADS), default="storm")
    parser.add_argument("--broker", choices=sorted(FAULTS), action="append")
    options = parser.parse_args()
    differing = duels(options.seed, options.cases)
    bad = len(differing)
    sys.stdout.write("".join(f"{line}\n" for line in differing[:5]))
    sys.stdout.write(f"{options.cases} generated cases, {bad} differ from the oracle, seed {options.seed}\n")
    sys.stdout.flush()
    for kind in options.broker or sorted(FAULTS):
        folder = Path(tempfile.mkdtemp(prefix="cityloop-chaos-"))
        plan = Plan(
            kind=kind,
            workload=options.workload,
            seed=options.seed,
            observations=options.observations,
            seconds=options.seconds or options.observations / 6000,
        )
        with start_embedded() if kind == "embedded" else start_kafka(folder=folder / "kafka") as broker:
            settings = settings_for(broker, folder, partitions=PARTITIONS, checkpoint_seconds=1.0)
            try:
                report = storm(plan, settings, broker, folder)
                sys.stdout.write(msgspec.json.encode(report).decode() + "\n")
            except (AssertionError, TimeoutError) as error:
                bad += 1
                sys.stdout.write(f"{kind}, {options.workload}, seed {options.seed}: {error}; logs in {folder}\n")
        sys.stdout.flush()
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
