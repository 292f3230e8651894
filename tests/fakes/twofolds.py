"""The engine's two folds over logs in memory: any number of partitions, and any order in which they get on."""

import random
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import msgspec

from config.feeds import FeedTable
from config.moment import SECOND, Micros
from rules.fold import RuleFold
from rules.model import RuleSet
from streams.alert import AlertEvent
from streams.codec import ENVELOPE_HEADERS, encode_envelope
from streams.envelope import Envelope, FeedState
from streams.fold import Headers, Held, Output, Record
from streams.observation import Observation
from streams.partition import partition_of
from streams.topics import ALERTS, MATCHES, OBSERVATIONS, URGENT
from tests.fakes.rulekit import EPOCH

Address = tuple[str, int]
END: Micros = 500 * SECOND
"""The last tick, after the epoch of the tests."""


class TwoFolds:
    """Logs, the states that fold them, and everything that they wrote.

    Args:
        ruleset: the rules.
        partitions: of each topic.
        chance: decides which partition gets on next.
        feeds: the city's feeds.
    """

    def __init__(self, ruleset: RuleSet, partitions: int, chance: random.Random, feeds: FeedTable | None = None) -> None:
        self.fold = RuleFold(ruleset, partitions=partitions, feeds=feeds)
        self.partitions, self._chance = partitions, chance
        self.log: defaultdict[Address, list[Record]] = defaultdict(list)
        self.applied: defaultdict[Address, int] = defaultdict(int)
        self.held: dict[Address, Held] = {}
        self.outputs: list[tuple[Address, Output]] = []
        self.kept: dict[Address, tuple[int, Mapping[str, bytes]]] = {}
        self._zombies: list[tuple[Address, Held, int]] = []
        self._failing: set[Address] = set()
        self._chains: set[Address] = set()

    def write(
        self, address: Address, value: bytes, key: bytes | None = None, timestamp: Micros | None = None, headers: Headers = ENVELOPE_HEADERS
    ) -> Record:
        """Append a record, of an envelope unless the headers say something else.

        From one record of a partition to the next goes a second, unless a time is given.
        """
        offset = len(self.log[address])
        record = Record(*address, offset, offset * SECOND if timestamp is None else timestamp, key, value, headers)
        self.log[address].append(record)
        return record

    def feed(self, history: Sequence[Observation], *, ticks: bool = True, batch: int = 3, end: Micros = EPOCH + END) -> None:
        """Write a history, in its order, into the partitions of its sources: an envelope each few observations, and ticks.

        The ticks of all partitions are written at one moment, and say the largest time so far; the last says ``end``.
        """
        waiting: defaultdict[Address, list[Observation]] = defaultdict(list)
        told = now = 0

        def close(address: Address) -> None:
            if own := tuple(waiting.pop(address, ())):
                self.write(address, encode_envelope(Envelope(sent_at=max(one.at for one in own), writer="gateway-1", observations=own)))

        for one in history:
            now = max(now, one.at)
            if ticks and now >= told + SECOND:
                told = now
                for address in list(waiting):
                    close(address)
                self.tick(told)
            address = (URGENT if one.kind == "smoke" else OBSERVATIONS, partition_of(one.source, self.partitions))
            waiting[address].append(one)
            if len(waiting[address]) >= batch:
                close(address)
        for address in list(waiting):
            close(address)
        self.tick(end)

    def see(self, one: Observation) -> None:
        """Write an observation into the partition of its source, in an envelope of its own."""
        sent_at = one.at if one.received_at is None else one.received_at
        value = encode_envelope(Envelope(sent_at=sent_at, writer="gateway-1", observations=(one,)))
        self.write((OBSERVATIONS, partition_of(one.source, self.partitions)), value)

    def tick(self, at: Micros, feeds: tuple[FeedState, ...] = (), *, word: bool = False) -> None:
        """Write a tick, or a word about feeds, to every partition of observations."""
        value = encode_envelope(Envelope(sent_at=at, writer="gateway-1", tick=None if word else at, feeds=feeds))
        for topic in (OBSERVATIONS, URGENT):
            for number in range(self.partitions):
                self.write((topic, number), value)

    def step(self, address: Address) -> None:
        """Apply the next record of a partition; what it gives is written at once."""
        held = self.held.get(address)
        if held is None:
            offset, sections = self.kept.get(address, (0, {}))
            self.applied[address] = offset
            held = self.held[address] = self.fold.restore(*address, sections, self.log[address][offset].timestamp)
        record = self.log[address][self.applied[address]]
        self.applied[address] += 1
        self._publish(address, record, held.step(record))

    def keep(self, address: Address) -> None:
        """Write a checkpoint of a partition: all of it, or what changed laid over the last one, as chance decides.

        A partition of which a record failed at the broker never gets to one.
        """
        held = self.held.get(address)
        if held is None or address in self._failing:
            return
        chained = address in self._chains and self._chance.random() < 0.7
        sections = {**self.kept[address][1], **held.delta()} if chained else held.full()
        self._chains.add(address)
        self.kept[address] = (self.applied[address], {name: raw for name, raw in sections.items() if raw is not None})

    def kill(self, address: Address, *, zombie: bool = False) -> None:
        """Forget a state; the next step restores it from its checkpoint and does again what came after.

        Args:
            address: of the state.
            zombie: somebody goes on with it for a while all the same.
        """
        held = self.held.pop(address, None)
        if held is None:
            return
        if zombie:
            self._zombies.append((address, held, self.applied[address]))
        self._failing.discard(address)
        self._chains.discard(address)
        self.applied[address] = self.kept.get(address, (0, {}))[0]

    def fail(self, address: Address) -> None:
        """From now on some of the partition's records fail at the broker, until it is killed."""
        self._failing.add(address)

    def walk_zombie(self) -> None:
        """Let a zombie apply its next record and write what it gives, or end it."""
        if not self._zombies:
            return
        address, held, applied = self._zombies.pop(self._chance.randrange(len(self._zombies)))
        if applied < len(self.log[address]) and self._chance.random() < 0.8:
            record = self.log[address][applied]
            self._publish(address, record, held.step(record))
            self._zombies.append((address, held, applied + 1))

    def _publish(self, address: Address, record: Record, outputs: Iterable[Output]) -> None:
        for output in outputs:
            if address in self._failing and self._chance.random() < 0.5:
                continue
            self.outputs.append((address, output))
            if output.topic == MATCHES:
                assert output.partition is not None
                self.write((MATCHES, output.partition), output.value, output.key, record.timestamp)

    def waiting(self) -> list[Address]:
        """Partitions with records that are not applied yet."""
        return sorted(address for address, log in self.log.items() if self.applied[address] < len(log))

    def run(self) -> None:
        """Apply everything, in an order that chance decides."""
        while found := self.waiting():
            self.step(self._chance.choice(found))

    def storm(self, every: int, faults: Sequence[str]) -> None:
        """Apply everything while, every so many steps, something happens to a partition."""
        number = 0
        while found := self.waiting():
            self.step(self._chance.choice(found))
            number += 1
            self.walk_zombie()
            if number % every == 0:
                address = self._chance.choice(sorted(self.held))
                for upstream in tuple(self._failing):  # A process finds out that its records failed, and dies.
                    self.kill(upstream)
                self.keep(self._chance.choice(sorted(self.held or [address])))
                _FAULTS[self._chance.choice(faults)](self, address)

    def events(self) -> list[AlertEvent]:
        """The changes of alerts that were written, in the order of writing."""
        return events_of(output for _, output in self.outputs)


def _fail_upstream(folds: TwoFolds, address: Address) -> None:
    if address[0] != MATCHES:
        folds.fail(address)


_FAULTS: Mapping[str, Callable[[TwoFolds, Address], None]] = {
    "kill": TwoFolds.kill,
    "zombie": lambda folds, address: folds.kill(address, zombie=True),
    "fail": _fail_upstream,
}


def events_of(outputs: Iterable[Output]) -> list[AlertEvent]:
    """Alerts among outputs, in the order of writing."""
    return [msgspec.json.decode(output.value, type=AlertEvent) for output in outputs if output.topic == ALERTS]


def said(events: Iterable[AlertEvent]) -> list[tuple[Any, ...]]:
    """All that an event says beside when it was noticed, in an order that does not depend on the noticing."""
    plain = [msgspec.to_builtins(msgspec.structs.replace(event, detected_at=0)) for event in events]
    return sorted((row["event_id"], msgspec.json.encode(row, order="sorted")) for row in plain)
