"""What the workers said, against the reference evaluator, which reads the log back from the broker by itself."""

import time
from collections import Counter, defaultdict
from collections.abc import Iterable

import msgspec

from config.settings import Settings
from streams.fold import Record
from streams.topics import ALERTS, REJECTED
from tests.fakes.oracle.city import Event, by_switch, expected, read_logs
from tests.fakes.oracle.episodes import named
from tests.fakes.oracle.wire import Raw
from tests.fakes.storm import oracle_city, oracle_rules, oracle_switch
from tests.integration.streams.readback import WRITTEN, read_log

LAST_WORDS_SECONDS = 20.0
_RANKS = {"firing": 0, "updated": 1, "resolved": 2}


class Told(msgspec.Struct, frozen=True):
    """What is read of the JSON of a record of alerts."""

    rule: str
    rule_version: str
    id: str
    event_id: str
    event: str
    at: int
    count: int

    def change(self) -> Event:
        """As the oracle names it."""
        switched = self.event != "firing" and self.event_id == named([self.id, f"{self.event} by {self.rule_version}", self.at])
        return Event(self.rule, by_switch(self.id, self.event, self.at) if switched else self.event_id, self.count)


_told = msgspec.json.Decoder(Told).decode


class Judgement(msgspec.Struct, frozen=True):
    """What was found; figures for a report.

    Attributes:
        observations: that the log holds, those of poison left out.
        events: different changes of alerts.
        rules: how many rules said something.
        published: records of alerts: repetitions after a restart included.
        rejected: dead letters, each once.
        missing: changes that the oracle says and nobody published, by rule.
        extra: changes that were published and the oracle does not say, by rule.
    """

    observations: int
    events: int
    rules: int
    published: int
    rejected: int
    missing: dict[str, int]
    extra: dict[str, int]


def judge(settings: Settings, log: Iterable[Record]) -> Judgement:
    """Compare every change of every alert, every dead letter, and the order in each partition.

    Args:
        settings: broker and topics.
        log: every record that the feeder wrote, as it lies on the broker.

    Raises:
        AssertionError: dead letters differ, a repetition differs from the first, or an alert is told out of its order.
    """
    logs = read_logs(Raw(r.topic, r.partition, r.offset, r.timestamp, r.value, r.headers) for r in log if r.topic in WRITTEN)
    wanted = expected(oracle_rules(), logs, oracle_city(settings.partitions), oracle_switch() if logs.switched else None)
    deadline = time.monotonic() + LAST_WORDS_SECONDS
    while True:  # The last records are answered, though perhaps not yet checkpointed.
        published = [(record, _told(record.value)) for record in read_log(settings, (ALERTS,))]
        found = {told.change() for _, told in published}
        if not wanted.keys() - found or time.monotonic() > deadline:
            break
        time.sleep(0.5)
    _check_repetitions(published)
    _check_order(published)
    rejected = {(letter["origin"], letter.get("observation")) for letter in map(_letter, read_log(settings, (REJECTED,)))}
    assert rejected == logs.rejected, (
        f"dead letters: {sorted(logs.rejected - rejected)[:3]} missing, {sorted(rejected - logs.rejected)[:3]} extra"
    )
    return Judgement(
        observations=sum(not isinstance(entry, int) for entries in logs.entries.values() for entry in entries),
        events=len(found),
        rules=len({event.rule for event in found}),
        published=len(published),
        rejected=len(rejected),
        missing=dict(Counter(event.rule for event in wanted.keys() - found)),
        extra=dict(Counter(event.rule for event in found - wanted.keys())),
    )


def _letter(record: Record) -> dict[str, str]:
    read: dict[str, str] = msgspec.msgpack.decode(record.value)
    return read


def _check_repetitions(published: Iterable[tuple[Record, Told]]) -> None:
    """What is said again after a restart is said in the very same bytes."""
    values: defaultdict[Event, set[bytes]] = defaultdict(set)
    for record, told in published:
        values[told.change()].add(record.value)
    differing = [next(iter(said)) for said in values.values() if len(said) > 1]
    assert not differing, f"{len(differing)} changes were told in two ways, for example {differing[0]!r}"


def _check_order(published: Iterable[tuple[Record, Told]]) -> None:
    """Each alert lies in one partition, and what it says is first said in its order: firing, updates, resolved."""
    homes: dict[str, int] = {}
    last: dict[str, tuple[int, int]] = {}
    known: set[Event] = set()
    for record, told in published:
        assert homes.setdefault(told.id, record.partition) == record.partition, f"alert {told.id} lies in two partitions"
        if told.change() in known:
            continue
        known.add(told.change())
        place = (_RANKS[told.event], told.at)
        assert told.id in last or place[0] == 0, f"alert {told.id} begins with {told.event}"
        assert last.get(told.id, (0, 0)) <= place, f"alert {told.id} says {told.event} too late"
        last[told.id] = place
