"""The engine's two folds over logs in memory: any number of partitions, and any order in which they get on."""

import random
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

from config.moment import SECOND, Micros
from rules.fold import RuleFold
from rules.model import RuleSet
from streams.alert import AlertEvent
from streams.codec import ENVELOPE_HEADERS, encode_envelope
from streams.envelope import Envelope
from streams.fold import Held, Output, Record
from streams.observation import Observation
from streams.partition import partition_of
from streams.topics import ALERTS, MATCHES, OBSERVATIONS, URGENT

Address = tuple[str, int]
END: Micros = 500 * SECOND


class TwoFolds:
    """Logs, the states that fold them, and everything that they wrote.

    Args:
        ruleset: the rules.
        partitions: of each topic.
        chance: decides which partition gets on next.
    """

    def __init__(self, ruleset: RuleSet, partitions: int, chance: random.Random) -> None:
        self.fold = RuleFold(ruleset, partitions=partitions)
        self.partitions, self._chance = partitions, chance
        self.log: defaultdict[Address, list[Record]] = defaultdict(list)
        self.applied: defaultdict[Address, int] = defaultdict(int)
        self.held: dict[Address, Held] = {}
        self.outputs: list[tuple[Address, Output]] = []
        self.kept: dict[Address, tuple[int, Mapping[str, bytes]]] = {}

    def write(self, address: Address, value: bytes, key: bytes | None = None, timestamp: Micros = 0) -> Record:
        """Append a record of an envelope."""
        record = Record(*address, len(self.log[address]), timestamp, key, value, ENVELOPE_HEADERS)
        self.log[address].append(record)
        return record

    def feed(self, history: Sequence[Observation], *, ticks: bool = True, batch: int = 3, urgent: frozenset[str] = frozenset()) -> None:
        """Write a history into the partitions of its sources, an envelope each few observations, and ticks to all of them.

        A tick says nothing that is not true: everything before it was written.
        """
        open_: defaultdict[Address, list[Observation]] = defaultdict(list)
        told = history[0].at if history else 0

        def close(address: Address) -> None:
            if own := open_.pop(address, None):
                self.write(
                    address, encode_envelope(Envelope(sent_at=max(one.at for one in own), writer="gateway-1", observations=tuple(own)))
                )

        for number, one in enumerate(history):
            address = (URGENT if one.kind in urgent else OBSERVATIONS, partition_of(one.source, self.partitions))
            open_[address].append(one)
            if len(open_[address]) >= batch:
                close(address)
            left = min((rest.at for rest in history[number + 1 :]), default=one.at)
            if ticks and left >= told + SECOND:
                told = left
                for waiting in list(open_):
                    close(waiting)
                self.tick(told)
        for waiting in list(open_):
            close(waiting)

    def tick(self, at: Micros) -> None:
        """Write a tick to every partition of observations."""
        value = encode_envelope(Envelope(sent_at=at, writer="gateway-1", tick=at))
        for topic in (OBSERVATIONS, URGENT):
            for number in range(self.partitions):
                self.write((topic, number), value)

    def step(self, address: Address) -> None:
        """Apply the next record of a partition; what it gives is written at once."""
        held = self.held.get(address)
        if held is None:
            offset, sections = self.kept.get(address, (0, {}))
            self.applied[address] = offset
            held = self.held[address] = self.fold.restore(*address, sections)
        record = self.log[address][self.applied[address]]
        self.applied[address] += 1
        for output in held.step(record):
            self.outputs.append((address, output))
            if output.topic == MATCHES:
                assert output.partition is not None
                self.write((MATCHES, output.partition), output.value, output.key, record.timestamp)

    def keep(self, address: Address) -> None:
        """Write a checkpoint of a partition: all of it, or what changed laid over the last one."""
        held = self.held.get(address)
        if held is None:
            return
        sections: dict[str, Any] = dict(held.full())
        self.kept[address] = (self.applied[address], sections)

    def kill(self, address: Address) -> None:
        """Forget a state; the next step restores it from its checkpoint and does again what came after."""
        if self.held.pop(address, None) is not None:
            self.applied[address] = self.kept.get(address, (0, {}))[0]

    def waiting(self) -> list[Address]:
        """Partitions with records that are not applied yet."""
        return sorted(address for address, log in self.log.items() if self.applied[address] < len(log))

    def run(self) -> None:
        """Apply everything, in an order that chance decides."""
        while found := self.waiting():
            self.step(self._chance.choice(found))

    def events(self) -> list[AlertEvent]:
        """The changes of alerts that were written, in the order of writing."""
        return events_of(output for _, output in self.outputs)


def events_of(outputs: Iterable[Output]) -> list[AlertEvent]:
    """Alerts among outputs, in the order of writing."""
    return [msgspec.json.decode(output.value, type=AlertEvent) for output in outputs if output.topic == ALERTS]


def said(events: Iterable[AlertEvent]) -> list[tuple[Any, ...]]:
    """All that an event says beside when it was noticed, in an order that does not depend on the noticing."""
    plain = [msgspec.to_builtins(msgspec.structs.replace(event, detected_at=0)) for event in events]
    return sorted((row["event_id"], msgspec.json.encode(row, order="sorted")) for row in plain)
