"""Random faults over two workers and a broker, and the comparison with an undisturbed fold of the same log."""

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple, Self

import msgspec
from kafka import KafkaConsumer, KafkaProducer, TopicPartition

from config.settings import Settings
from streams.broker.process import BrokerProcess
from streams.checkpoint.assemble import Entry, farthest
from streams.fold import Record
from streams.leash import leash
from streams.topics import ALERTS, CHECKPOINTS, OBSERVATIONS, REJECTED, URGENT, topic_name
from tests.fakes.folds import undisturbed
from tests.integration.streams.workloads import WORKLOADS

SETTLE_SECONDS = 75.0
_ROOT = Path(__file__).resolve().parents[3]


class Feeder(threading.Thread):
    """Writes a workload while ``feeding`` is set, and a tick a second until halted; ``written`` counts what was acknowledged."""

    def __init__(self, settings: Settings, workload: str, seed: int, rate: float, *, idempotent: bool) -> None:
        super().__init__(daemon=True)
        self._settings, self._workload, self._rate = settings, WORKLOADS[workload], rate
        self._chance = random.Random(seed)  # noqa: S311  # A seeded workload is wanted.
        self._producer = KafkaProducer(
            bootstrap_servers=settings.bootstrap_servers,
            acks="all",
            enable_idempotence=idempotent,
            linger_ms=5,
            delivery_timeout_ms=120_000,
        )
        self.written: Counter[tuple[str, int, bytes]] = Counter()
        self.failed: list[str] = []
        self.feeding = threading.Event()
        self.feeding.set()
        self.halt = threading.Event()

    def run(self) -> None:
        """Feed and tick."""
        made = self._workload.records(self._chance, self._settings.partitions)
        ticked = time.monotonic()
        while not self.halt.is_set():
            now = time.monotonic()
            if self.feeding.is_set():
                self._send(*next(made))
                time.sleep(1 / self._rate)
            else:
                time.sleep(0.1)
            if now - ticked > 1:
                ticked = now
                value, headers = self._workload.tick()
                for topic in (OBSERVATIONS, URGENT):
                    for partition in range(self._settings.partitions):
                        self._send(topic, partition, value, headers)
        self._producer.flush()
        self._producer.close()

    def finish(self) -> None:
        """End, when all that was written is acknowledged or given up."""
        self.halt.set()
        self.join(60)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.halt.set()

    def _send(self, topic: str, partition: int, value: bytes, headers: Mapping[str, bytes]) -> None:
        name = topic_name(topic, self._settings.topic_suffix)
        sent = self._producer.send(name, value=value, partition=partition, headers=list(headers.items()))
        sent.add_callback(lambda _metadata: self.written.update([(topic, partition, value)]))
        sent.add_errback(lambda error: self.failed.append(str(error)))


class Workers:
    """Two engine processes, each started again whenever it has ended."""

    def __init__(self, settings: Settings, workload: str, folder: Path) -> None:
        self._argv = (sys.executable, "-m", "tests.integration.streams.worker_process", workload)
        self._settings, self._folder = settings, folder
        self.deaths: list[tuple[str, int]] = []
        self.processes = {name: self._start(name) for name in "ab"}

    def signal(self, name: str, number: int) -> None:
        """Send a signal to one of them, unless it has ended."""
        if self.processes[name].poll() is None:
            self.processes[name].send_signal(number)

    def restart(self, name: str) -> None:
        """Wait for the end of one and start it again; one that does not end is killed after 25 s, and that is noted."""
        try:
            self.processes[name].wait(25)
        except subprocess.TimeoutExpired:
            self.deaths.append((name, 999))
            self.processes[name].kill()
            self.processes[name].wait()
        self.processes[name] = self._start(name)

    def revive(self) -> None:
        """Start again whichever has ended by itself, as the supervisor would."""
        for name, process in self.processes.items():
            if process.poll() is not None:
                self.deaths.append((name, process.returncode))
                self.processes[name] = self._start(name)

    def stop(self) -> None:
        """Kill both."""
        for process in self.processes.values():
            process.kill()
            process.wait()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.stop()

    def _start(self, name: str) -> subprocess.Popen[bytes]:
        given = {f"CITYLOOP_{field.upper()}": str(value) for field, value in msgspec.structs.asdict(self._settings).items()}
        environment = {**os.environ, **given, "CITYLOOP_DATA": str(self._folder / name)}
        with (self._folder / f"worker-{name}.log").open("ab") as log:
            return subprocess.Popen(
                self._argv,
                cwd=_ROOT,
                env=environment,
                stdout=log,
                stderr=log,
                preexec_fn=leash(signal.SIGKILL),  # noqa: PLW1509  # All that it does is a call of the kernel.
            )


def torment(workers: Workers, broker: BrokerProcess, faults: Sequence[str], chance: random.Random, settings: Settings) -> list[str]:
    """Do the faults one after the other, some seconds apart; returns what was done to whom."""
    done = []
    for fault in faults:
        time.sleep(chance.uniform(2, 4))
        workers.revive()
        name = chance.choice("ab")
        done.append(f"{fault} {name}")
        if fault in ("kill", "term"):
            workers.signal(name, signal.SIGKILL if fault == "kill" else signal.SIGTERM)
            workers.restart(name)
        elif fault == "burst":
            for _ in range(4):
                workers.signal(name, signal.SIGKILL)
                workers.restart(name)
                time.sleep(chance.uniform(0.1, 2))
        elif fault == "stop":
            workers.signal(name, signal.SIGSTOP)
            time.sleep(settings.session_seconds + chance.uniform(1, 4))
            workers.signal(name, signal.SIGCONT)
        else:
            broker.kill()
            broker.restart()
    return done


def read_log(settings: Settings, topics: Sequence[str]) -> list[Record]:
    """Every record of some topics, partition by partition, in order."""
    full = {topic_name(topic, settings.topic_suffix): topic for topic in topics}
    places = [TopicPartition(name, partition) for name in full for partition in range(settings.partitions)]
    reader = KafkaConsumer(
        bootstrap_servers=settings.bootstrap_servers, auto_offset_reset="earliest", group_id=None, enable_auto_commit=False
    )
    reader.assign(places)
    ends = reader.end_offsets(places)
    records: list[Record] = []
    while (got := reader.poll(timeout_ms=500)) or any(reader.position(place) < ends[place] for place in places):
        # Reads on until nothing comes: see KafkaLog.read on the end that the embedded broker tells.
        for polled in got.values():
            records.extend(
                Record(full[r.topic], r.partition, r.offset, r.timestamp * 1000, r.key, r.value, dict(r.headers)) for r in polled
            )
    reader.close()
    return sorted(records, key=lambda record: (record.topic, record.partition, record.offset))


def checkpoints(settings: Settings) -> dict[tuple[str, int], tuple[int, dict[str, bytes]]]:
    """The farthest checkpoint of each partition: offset and sections."""
    reader = KafkaConsumer(
        bootstrap_servers=settings.bootstrap_servers, auto_offset_reset="earliest", group_id=None, enable_auto_commit=False
    )
    name = topic_name(CHECKPOINTS, settings.topic_suffix)
    found = {}
    for partition in range(settings.partitions):
        place = TopicPartition(name, partition)
        reader.assign([place])
        end, entries = reader.end_offsets([place])[place], list[Entry]()
        reader.seek_to_beginning(place)
        while (got := reader.poll(timeout_ms=200)) or reader.position(place) < end:
            for polled in got.values():
                entries.extend((record.key, record.value) for record in polled)
        for topic in (OBSERVATIONS, URGENT):
            best = farthest(entries, topic, partition)
            if best.offset is not None:
                found[topic, partition] = (best.offset, dict(best.sections))
    reader.close()
    return found


def settle(settings: Settings, workers: Workers) -> dict[tuple[str, int], int]:
    """Wait until every partition's checkpoint is beyond what was in the log when the faults ended.

    Raises:
        TimeoutError: with what is missing.
    """
    goal = {(r.topic, r.partition): r.offset for r in read_log(settings, (OBSERVATIONS, URGENT))}
    deadline = time.monotonic() + SETTLE_SECONDS
    while time.monotonic() < deadline and len(workers.deaths) < 10:
        workers.revive()
        reached = {place: offset for place, (offset, _) in checkpoints(settings).items()}
        if all(reached.get(place, -1) >= offset for place, offset in goal.items()):
            return goal
        time.sleep(1)
    raise TimeoutError(f"Wanted {goal}, reached {reached}; deaths {workers.deaths}")


class Outcome(NamedTuple):
    """What a comparison that found no difference has counted and seen.

    Attributes:
        figures: counts by name.
        alerts: value and partition of what was published on the topic of alerts, each once, in the order of the undisturbed fold.
    """

    figures: dict[str, int]
    alerts: list[tuple[bytes, int]]


def compare(settings: Settings, workload: str, written: Counter[tuple[str, int, bytes]], *, exactly_once: bool) -> Outcome:
    """Compare what the workers made with an undisturbed fold of the very log, and the log with what the feeder wrote.

    Raises:
        AssertionError: they differ.
    """
    fold, log = WORKLOADS[workload].fold(), read_log(settings, (OBSERVATIONS, URGENT))
    in_log = Counter((record.topic, record.partition, record.value) for record in log)
    assert not written - in_log, "the log has lost what it acknowledged"
    if exactly_once:
        assert in_log == written, "the log holds what was not written, or twice"
    kept = checkpoints(settings)
    applied = [record for record in log if record.offset <= kept[record.topic, record.partition][0]]
    outputs, states = undisturbed(fold, applied)
    for place, (_, sections) in kept.items():
        assert sections == states[place], f"the state of {place} differs from the undisturbed fold"
    further = undisturbed(fold, log)[0]
    published = read_log(settings, (ALERTS, REJECTED))
    said = {(record.topic, record.value) for record in published}
    lost = {(output.topic, output.value) for output in outputs} - said
    added = said - {(output.topic, output.value) for output in further}
    assert not lost, f"{len(lost)} of {len(outputs)} outputs were lost"
    assert not added, f"{len(added)} outputs that an undisturbed run does not have"
    homes = {record.value: record.partition for record in published if record.topic == ALERTS}
    return Outcome(
        {"records": len(log), "outputs": len(outputs), "published": len(published), "partitions": len(kept)},
        [(output.value, homes[output.value]) for output in further if output.topic == ALERTS and output.value in homes],
    )
