"""What the workers made, against an undisturbed fold of the very log: the same engine without broker, checkpoints and faults."""

from collections.abc import Sequence
from typing import NamedTuple

from config.settings import Settings
from rules.agents import TOPICS
from streams.fold import Output, Record
from streams.topics import ALERTS, MATCHES, REJECTED
from tests.integration.streams.feeder import Written
from tests.integration.streams.readback import WRITTEN, checkpoints, read_log
from tests.integration.streams.workloads import WORKLOADS


class Outcome(NamedTuple):
    """What a comparison that found no difference has counted and seen.

    Attributes:
        figures: counts by name.
        alerts: value and partition of what was published on the topic of alerts, each once, in the order of the undisturbed fold.
    """

    figures: dict[str, int]
    alerts: list[tuple[bytes, int]]


def compare(settings: Settings, workload: str, written: Written, *, exactly_once: bool, log: Sequence[Record] | None = None) -> Outcome:
    """Compare states and outputs with those of an undisturbed fold, and the log with what the feeder wrote.

    Args:
        settings: broker and topics.
        workload: which fold.
        written: by the feeder.
        exactly_once: whether the broker knows idempotent producers.
        log: every record of the engine's topics, where it was read already.

    Raises:
        AssertionError: they differ.
    """
    log = read_log(settings, TOPICS) if log is None else log
    _check_log(log, written, exactly_once=exactly_once)
    kept = checkpoints(settings)
    fold = WORKLOADS[workload].fold(settings.partitions)
    held = {place: fold.restore(*place, {}) for place in dict.fromkeys((record.topic, record.partition) for record in log)}
    due: list[Output] = []
    further: list[Output] = []
    for record in log:
        place = (record.topic, record.partition)
        offset, sections = kept.get(place, (-1, {}))
        (due if record.offset <= offset else further).extend(held[place].step(record))
        if record.offset == offset:
            assert held[place].full() == sections, f"the state of {place} differs from the undisturbed fold"
    published = read_log(settings, (ALERTS, REJECTED))
    foreign = {(topic, value) for topic, _, value in written if topic == MATCHES}  # Switches to other rules.
    said = {(record.topic, record.value) for record in (*published, *log) if record.topic in (ALERTS, REJECTED, MATCHES)} - foreign
    lost = {(output.topic, output.value) for output in due} - said
    added = said - {(output.topic, output.value) for output in (*due, *further)}
    assert not lost, f"{len(lost)} of {len(due)} outputs were lost"
    assert not added, f"{len(added)} outputs that an undisturbed run does not have"
    homes = {record.value: record.partition for record in published if record.topic == ALERTS}
    return Outcome(
        {"records": len(log), "outputs": len(due), "partitions": len(kept)},
        [(output.value, homes[output.value]) for output in (*due, *further) if output.topic == ALERTS and output.value in homes],
    )


def _check_log(log: Sequence[Record], written: Written, *, exactly_once: bool) -> None:
    ours = {(topic, value) for topic, _, value in written if topic == MATCHES}
    in_log = Written(
        (record.topic, record.partition, record.value) for record in log if record.topic in WRITTEN or (record.topic, record.value) in ours
    )
    assert not written - in_log, "the log has lost what it acknowledged"
    if exactly_once:
        assert in_log == written, "the log holds what was not written, or twice"
