"""The upstream half: what one partition of observations sends on, numbered without gaps for each partition that it sends to."""

from collections.abc import Iterator, Sequence

import msgspec

from config.moment import SECOND, Micros
from config.problem import Problem
from rules.crossing.looks import TICK
from rules.crossing.routing import Routing
from rules.crossing.traffic import Traffic
from rules.state import BEGINNING
from streams.codec import ENVELOPE_HEADERS, encode_envelope
from streams.envelope import Envelope, FeedState, Origin
from streams.fold import Output, Record
from streams.observation import Observation
from streams.rejected import reject_observation
from streams.topics import MATCHES

SECTION = "crossing"
"""The section of a checkpoint."""
SCHEMA = 1
MAX_BYTES = 900_000
"""No record is made longer than this, so that the broker takes it."""
WRITER = "engine"

_SAFE_BYTES = 200_000  # A record of this size cannot become one of MAX_BYTES on its way: numbers grow from 2 bytes of JSON to 9.

Batch = tuple[str, list[Observation]]
"""A rule's name and its observations."""


class Sent(msgspec.Struct, array_like=True):
    """The section: by downstream partition, the last number used and the last clock told."""

    schema: int
    sequences: list[int]
    clocks: list[Micros]


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Sent).decode


class Sender:
    """What one upstream partition sends on.

    Equal records give equal outputs with equal numbers, so that a replay after a restart repeats them and the downstream
    fold knows them again.

    Args:
        topic: the topic whose partition is folded.
        partition: its partition.
        routing: of the rule set.
        traffic: is counted in.
        section: what a checkpoint kept; ``None`` at the beginning of the log.

    Raises:
        ValueError: the section is of an unknown schema version, or of another number of partitions.
    """

    def __init__(self, topic: str, partition: int, routing: Routing, traffic: Traffic, section: bytes | None = None) -> None:
        self._topic, self._partition, self._routing, self._traffic = topic, partition, routing, traffic
        self._listeners = frozenset(routing.listeners[topic])
        self._changed = False
        self._sent = _fresh(routing.partitions) if section is None else _restored(section, routing.partitions)

    @property
    def is_needed(self) -> bool:
        """Whether any rule looks at several sources; if not, nothing is sent."""
        return bool(self._routing.by_kind)

    def reroute(self, routing: Routing) -> None:
        """Send by other rules from now on; what was sent keeps its numbers."""
        self._routing = routing
        self._listeners = frozenset(routing.listeners[self._topic])

    def full(self) -> dict[str, bytes]:
        """The section; none while nothing was ever sent. What changed is counted from here."""
        self._changed = False
        return {SECTION: _encode(self._sent)} if any(self._sent.sequences) else {}

    def delta(self) -> dict[str, bytes]:
        """The section, if it changed since the last call of this or of :meth:`full`."""
        return self.full() if self._changed else {}

    def send(self, envelope: Envelope, now: Micros, record: Record) -> list[Output]:
        """What a record gives downstream: its observations by rule, and what time it is.

        The clock goes with the last record for a partition only, since it says that everything before it was sent. It is
        told with observations, at each tick or word of a feed, and when a second has passed without one.

        Args:
            envelope: the record, decoded; the engine has applied it.
            now: the clock of the stream after it.
            record: the record itself, for dead letters.
        """
        letters: list[Output] = []
        batches = self._sorted(envelope, record, letters)
        signs = envelope.feeds if envelope.tick is None else (FeedState(TICK, envelope.tick), *envelope.feeds)
        outputs: list[Output] = []
        for home in sorted(batches.keys() | self._listeners):
            own = batches.get(home, [])
            told = self._sent.clocks[home]
            if not own and not (home in self._listeners and (signs or now - told >= SECOND)):
                continue
            outputs.extend(self._records(home, own, envelope.sent_at, now, signs))
            self._sent.clocks[home] = now
        self._traffic.sent += len(outputs)
        self._changed = self._changed or bool(outputs)
        return outputs + letters

    def _sorted(self, envelope: Envelope, record: Record, letters: list[Output]) -> dict[int, list[Batch]]:
        """The observations that count, by the partition that they go to and by rule."""
        by_kind, counts = self._routing.by_kind, self._routing.counts
        found: dict[int, dict[str, list[Observation]]] = {}
        for given in envelope.observations:
            routes = by_kind.get(given.kind)
            if routes is None:
                continue
            received = envelope.sent_at if given.received_at is None else given.received_at
            if not counts(given, received):
                continue
            observation = given if given.received_at is not None else msgspec.structs.replace(given, received_at=received)
            for route in routes:
                home = route.home(observation)
                if home is not None:
                    found.setdefault(home, {}).setdefault(route.rule, []).append(observation)
        if len(record.value) <= _SAFE_BYTES:
            return {home: list(batches.items()) for home, batches in found.items()}
        return {home: list(_cut(batches, record, letters)) for home, batches in found.items()}

    def _records(self, home: int, batches: Sequence[Batch], sent_at: Micros, now: Micros, signs: tuple[FeedState, ...]) -> Iterator[Output]:
        """The records for one partition; the last of them tells the clock, and what was heard of feeds."""
        last = Envelope(sent_at=sent_at, writer=WRITER, tick=now, feeds=signs)
        usual = Envelope(sent_at=sent_at, writer=WRITER)
        for number, (rule, observations) in enumerate(batches, start=1):
            kept = last if number == len(batches) else usual
            yield self._output(home, rule, msgspec.structs.replace(kept, observations=tuple(observations)))
        if not batches:
            yield self._output(home, None, last)

    def _output(self, home: int, rule: str | None, envelope: Envelope) -> Output:
        self._sent.sequences[home] += 1
        origin = Origin(self._topic, self._partition, self._sent.sequences[home])
        value = encode_envelope(msgspec.structs.replace(envelope, origin=origin))
        key = None if rule is None else rule.encode()
        return Output(topic=MATCHES, key=key, value=value, headers=ENVELOPE_HEADERS, partition=home)


def _cut(batches: dict[str, list[Observation]], record: Record, letters: list[Output]) -> Iterator[Batch]:
    """The batches in pieces that the broker takes; an observation that is too long alone becomes a dead letter."""
    for rule, observations in batches.items():
        waiting = [observations]
        while waiting:
            piece = waiting.pop()
            if len(_encode(piece)) <= MAX_BYTES:
                yield rule, piece
            elif len(piece) > 1:
                middle = len(piece) // 2
                waiting += [piece[middle:], piece[:middle]]
            else:
                what = f"the observation is longer than {MAX_BYTES} bytes, which is the most that can be sent on to a rule over several sources."
                letters.append(
                    reject_observation(
                        record, piece[0], [Problem(file=f"rule {rule}", what=what, fix="Send pictures and long texts as references.")]
                    )
                )


def _fresh(partitions: int) -> Sent:
    return Sent(SCHEMA, [0] * partitions, [BEGINNING] * partitions)


def _restored(section: bytes, partitions: int) -> Sent:
    sent = _decode(section)
    if sent.schema != SCHEMA:
        msg = f"the checkpoint numbers what was sent on by schema {sent.schema}, and this version of cityloop reads {SCHEMA}"
        raise ValueError(msg)
    if len(sent.sequences) != partitions:
        msg = f"the checkpoint is of {len(sent.sequences)} partitions where there are {partitions}: sources cannot change partition"
        raise ValueError(msg)
    return sent
