"""What the checkpointed fold measures. Labels are topics, partitions and closed sets."""

import time

from prometheus_client import REGISTRY, CollectorRegistry, Counter, Gauge, Histogram

from streams.checkpoint.admission import Admission
from streams.checkpoint.chunks import Part
from streams.fold import Record

_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
_ADDRESS = ("topic", "partition")


class Meters:
    """The metrics of one process.

    Args:
        registry: where they are registered; tests give their own.
    """

    def __init__(self, registry: CollectorRegistry = REGISTRY) -> None:
        self.records = Counter(
            "cityloop_engine_records", "Records that came, by what was done with them.", ["topic", "admission"], registry=registry
        )
        self.outputs = Counter(
            "cityloop_engine_outputs", "Records published, by topic; a replay counts again.", ["topic"], registry=registry
        )
        self.offset = Gauge("cityloop_engine_applied_offset", "Last applied offset.", _ADDRESS, registry=registry)
        self.record_time = Gauge(
            "cityloop_engine_applied_timestamp_seconds",
            "Record time of the last applied record: now less this is how far the state lags.",
            _ADDRESS,
            registry=registry,
        )
        self.lag = Gauge("cityloop_engine_lag_records", "Records of the partition that are not applied yet.", _ADDRESS, registry=registry)
        self.checkpoints = Counter("cityloop_checkpoints", "Checkpoints written, full or delta.", ["part"], registry=registry)
        self.checkpoint_bytes = Gauge(
            "cityloop_checkpoint_size_bytes", "Size of the last checkpoint, compressed.", [*_ADDRESS, "part"], registry=registry
        )
        self.checkpoint_seconds = Histogram(
            "cityloop_checkpoint_seconds", "From taking a checkpoint to its acknowledgement.", buckets=_SECONDS, registry=registry
        )
        self.checkpoint_time = Gauge(
            "cityloop_checkpoint_timestamp_seconds",
            "When the last checkpoint was complete: now less this is its age.",
            _ADDRESS,
            registry=registry,
        )
        self.restore_seconds = Histogram(
            "cityloop_checkpoint_restore_seconds", "From reading a checkpoint to the state.", buckets=_SECONDS, registry=registry
        )

        # Finding a metric by its labels costs more than counting, and is done for each record.
        self._progress: dict[tuple[str, int], tuple[Gauge, Gauge]] = {}
        self._admitted: dict[tuple[str, Admission], Counter] = {}

    def applied(self, address: tuple[str, int], record: Record) -> None:
        """Count an applied record."""
        known = self._progress.get(address)
        if known is None:
            labels = (address[0], str(address[1]))
            known = self._progress[address] = (self.offset.labels(*labels), self.record_time.labels(*labels))
        offset, time_of = known
        offset.set(record.offset)
        time_of.set(record.timestamp / 1e6)

    def admitted(self, topic: str, admission: Admission) -> None:
        """Count a record that came."""
        known = self._admitted.get((topic, admission))
        if known is None:
            known = self._admitted[topic, admission] = self.records.labels(topic, admission.value)
        known.inc()

    def restored(self, address: tuple[str, int], applied: int, seconds: float) -> None:
        """Note a restored state."""
        self.offset.labels(address[0], str(address[1])).set(applied)
        self.restore_seconds.observe(seconds)

    def written(self, address: tuple[str, int], part: Part, size: int, seconds: float) -> None:
        """Note a complete checkpoint."""
        topic, partition = address[0], str(address[1])
        self.checkpoints.labels(part.value).inc()
        self.checkpoint_bytes.labels(topic, partition, part.value).set(size)
        self.checkpoint_seconds.observe(seconds)
        self.checkpoint_time.labels(topic, partition).set(time.time())
