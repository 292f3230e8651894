"""The upstream half: what one partition of observations sends on, numbered without gaps for each partition that it sends to."""

from collections.abc import Iterator, Sequence

import msgspec

from config.moment import SECOND, Micros
from config.problem import Problem
from rules.crossing.looks import TICK
from rules.crossing.routing import Routing
from rules.crossing.traffic import Traffic
from rules.state import BEGINNING
from streams.codec import ENVELOPE_HEADERS, MAX_OBSERVATIONS, encode_envelope
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
GATHER: Micros = SECOND
"""How long, by record times, observations are gathered before they are sent on, unless a tick comes first. It delays nothing:
downstream they wait for the clocks of all partitions, and these go on with ticks, once a second."""

_SAFE_BYTES = 200_000  # A record of this size cannot become one of MAX_BYTES on its way: numbers grow from 2 bytes of JSON to 9.

Batch = tuple[str, list[Observation]]
"""A rule's name and its observations."""


class Sent(msgspec.Struct, array_like=True):
    """The section.

    Attributes:
        schema: :data:`SCHEMA`.
        sequences: by downstream partition, the last number used.
        told_at: by downstream partition, the record time at which something was sent last.
        gathered: by downstream partition, what is to be sent, by rule.
        sizes: by downstream partition, the bytes of the records that it came in.
    """

    schema: int
    sequences: list[int]
    told_at: list[Micros]
    gathered: dict[int, dict[str, list[Observation]]] = {}
    sizes: dict[int, int] = {}


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
        return {SECTION: _encode(self._sent)} if any(self._sent.sequences) or self._sent.gathered else {}

    def delta(self) -> dict[str, bytes]:
        """The section, if it changed since the last call of this or of :meth:`full`."""
        return self.full() if self._changed else {}

    def send(self, envelope: Envelope, now: Micros, record: Record) -> list[Output]:
        """What a record gives downstream: its observations by rule, and what time it is.

        Observations are gathered until a tick or a word of a feed comes, or a second of record time has passed, or they
        fill a record. The clock goes with the last record for a partition only, since it says that everything before it
        was sent.

        Args:
            envelope: the record, decoded; the engine has applied it.
            now: the clock of the stream after it.
            record: the record itself, for dead letters.
        """
        sent, letters = self._sent, self._gather(envelope, record)
        signs = envelope.feeds if envelope.tick is None else (FeedState(TICK, envelope.tick), *envelope.feeds)
        urging = bool(signs) or envelope.ruleset is not None
        outputs: list[Output] = []
        for home in sorted(sent.gathered.keys() | self._listeners):
            is_due = urging or record.timestamp - sent.told_at[home] >= GATHER
            if is_due or sent.sizes.get(home, 0) > _SAFE_BYTES:
                batches = list(_cut(sent.gathered.pop(home, {}), whole=sent.sizes.pop(home, 0) <= _SAFE_BYTES))
                outputs.extend(self._records(home, batches, envelope.sent_at, now, signs))
                sent.told_at[home] = record.timestamp
        self._traffic.sent += len(outputs)
        self._changed = self._changed or bool(outputs)
        return outputs + letters

    def _gather(self, envelope: Envelope, record: Record) -> list[Output]:
        """Put the observations that count to those for their partition and rule; gives dead letters for what cannot travel."""
        by_kind, counts, gathered = self._routing.by_kind, self._routing.counts, self._sent.gathered
        letters: list[Output] = []
        size, homes = len(record.value), set()
        for given in [one for one in envelope.observations if one.kind in by_kind]:
            routes = by_kind[given.kind]
            received = envelope.sent_at if given.received_at is None else given.received_at
            if not counts(given, received):
                continue
            observation = given if given.received_at is not None else msgspec.structs.replace(given, received_at=received)
            for route in routes:
                home = route.home(observation)
                if home is None:
                    continue
                if size > _SAFE_BYTES and len(_encode(observation)) > MAX_BYTES:
                    if route.shadow:
                        route.counts.crashed += 1
                    else:
                        letters.append(_too_long(route.rule, observation, record))
                    continue
                gathered.setdefault(home, {}).setdefault(route.rule, []).append(observation)
                homes.add(home)
        for home in homes:
            self._sent.sizes[home] = self._sent.sizes.get(home, 0) + size
            self._changed = True
        return letters

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


def _cut(gathered: dict[str, list[Observation]], *, whole: bool) -> Iterator[Batch]:
    """What was gathered in pieces that make an envelope each; ``whole``: their bytes are known to be few enough."""
    for rule, observations in gathered.items():
        waiting = [observations[start : start + MAX_OBSERVATIONS] for start in range(0, len(observations), MAX_OBSERVATIONS)][::-1]
        while waiting:
            piece = waiting.pop()
            if whole or len(piece) == 1 or len(_encode(piece)) <= MAX_BYTES:
                yield rule, piece
            else:
                middle = len(piece) // 2
                waiting += [piece[middle:], piece[:middle]]


def _too_long(rule: str, observation: Observation, record: Record) -> Output:
    what = f"the observation is longer than {MAX_BYTES} bytes, which is the most that can be sent on to a rule over several sources."
    return reject_observation(
        record, observation, [Problem(file=f"rule {rule}", what=what, fix="Send pictures and long texts as references.")]
    )


def _fresh(partitions: int) -> Sent:
    return Sent(SCHEMA, [0] * partitions, [BEGINNING] * partitions, {}, {})


def _restored(section: bytes, partitions: int) -> Sent:
    sent = _decode(section)
    if sent.schema != SCHEMA:
        msg = f"the checkpoint numbers what was sent on by schema {sent.schema}, and this version of cityloop reads {SCHEMA}"
        raise ValueError(msg)
    if len(sent.sequences) != partitions:
        msg = f"the checkpoint is of {len(sent.sequences)} partitions where there are {partitions}: sources cannot change partition"
        raise ValueError(msg)
    return sent
