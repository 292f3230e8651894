"""The engine beside its ceiling and beside a per-event agent, measured in one run on one broker."""

import asyncio
import subprocess
import sys
import tempfile
from collections.abc import Callable

import msgspec

from bench.brokers import EMBEDDED, broker_at
from bench.city import City, city_observations
from bench.contender import Contender, Task
from bench.fill import Log, Raw, encode_log, encode_readings, encode_records, make_baseline_topics, write
from bench.meter import Measured
from bench.report import EngineReport, Round, summarise
from bench.ruleset import DEMO, rules_named
from bench.workload import Shape, observations, records_of
from config.settings import Settings
from streams.provision import provision

SECONDS = 600.0
"""How long one contender may take."""
_ON_LOG = frozenset({Contender.CEILING, Contender.PLAIN, Contender.ENGINE})


class BenchError(RuntimeError):
    """A contender did not finish; the message has its last words."""


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """How much is measured.

    Attributes:
        rounds: of which the medians are shown.
        observations: for ceilings and engine in each round.
        baseline_observations: for the per-event agents, which are slower.
        broker: ``kafka://host:port``, or which one to start: ``embedded`` or ``apache``.
        partitions: of each topic.
        rules: a name of :mod:`bench.ruleset`, or the path of a rule file. The demo's three rules meet a city of doors and
            alarms, which the per-event agents always have; all others meet one in which every kind of the pack is reported.
        sources: devices that report.
    """

    rounds: int = 3
    observations: int = 1_000_000
    baseline_observations: int = 50_000
    broker: str = EMBEDDED
    partitions: int = 4
    rules: str = DEMO
    sources: int = 50_000


def measure(plan: Plan, tell: Callable[[str], None], *, name: str) -> EngineReport:
    """Run every contender in every round and report the medians.

    Args:
        plan: how much.
        tell: is given a line of progress now and then.
        name: sets the topics of this run apart from others on the same broker.

    Raises:
        BenchError: a contender did not finish.
    """
    rules = len(rules_named(plan.rules).rules)
    tell(f"encoding {plan.observations:,} observations of {plan.sources:,} devices")
    log = log_of(plan)
    readings = list(encode_readings(observations(plan.baseline_observations, Shape(sources=plan.sources))))
    with broker_at(plan.broker) as broker, tempfile.TemporaryDirectory(prefix="cityloop-bench-") as folder:
        rounds = []
        for number in range(1, plan.rounds + 1):
            settings = Settings(broker=broker, partitions=plan.partitions, topic_suffix=f".{name}-{number}", data=folder)
            rounds.append(_round(plan, settings, log, readings, _prefixed(tell, f"round {number} of {plan.rounds}")))
    return summarise(rounds, rules=rules, sources=plan.sources, envelope=log.mean_envelope, broker=plan.broker)


def log_of(plan: Plan) -> Log:
    """The records that ceiling and engine consume."""
    if plan.rules == DEMO:
        return encode_log(plan.observations, Shape(sources=plan.sources), plan.partitions)
    city = City(sources=plan.sources)
    found = city_observations(plan.observations, city)
    return encode_records(records_of(found, envelope=city.envelope, tick=city.tick, partitions=plan.partitions))


def _prefixed(tell: Callable[[str], None], prefix: str) -> Callable[[str], None]:
    return lambda text: tell(f"{prefix}: {text}")


def _round(plan: Plan, settings: Settings, log: Log, readings: list[Raw], tell: Callable[[str], None]) -> Round:
    provision(settings)
    make_baseline_topics(settings)
    tell("writing the log")
    asyncio.run(write(settings, log.records))
    asyncio.run(write(settings, readings))
    found: dict[str, Measured] = {}
    for contender in Contender:
        on_log = contender in _ON_LOG
        records, observations = (len(log.records), log.observations) if on_log else (len(readings), len(readings))
        found[contender] = run(Task(contender=contender, settings=settings, records=records, observations=observations, rules=plan.rules))
        tell(f"{contender} {found[contender].per_second:,.0f} observations/s")
    return Round(**found)


def run(task: Task, *, seconds: float = SECONDS) -> Measured:
    """Run one contender in a process of its own.

    Raises:
        BenchError: it failed, or took too long.
    """
    command = [sys.executable, "-m", "bench.contender", msgspec.json.encode(task).decode()]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=seconds, check=False)  # noqa: S603  # This interpreter, our own module.
    except subprocess.TimeoutExpired as error:
        raise BenchError(f"{task.contender} did not finish within {seconds:.0f} s: {last_words(error.stderr)}") from None
    if done.returncode != 0 or not done.stdout:
        raise BenchError(f"{task.contender} ended with {done.returncode}: {last_words(done.stderr)}")
    return msgspec.json.decode(done.stdout.splitlines()[-1], type=Measured)  # Faust draws on stdout while it starts.


def last_words(stderr: str | bytes | None) -> str:
    """The end of what a process said before it failed."""
    text = stderr.decode(errors="replace") if isinstance(stderr, bytes) else stderr or ""
    return text.strip()[-1000:] or "it said nothing"
