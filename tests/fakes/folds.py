"""Small folds with an oracle: what they say depends on every record exactly once, so that a loss or a repetition shows."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from streams.fold import Fold, Held, Output, Record
from streams.topics import ALERTS

EVERY = 7
"""A counting fold says its sum after every so many amounts."""


class _CountingHeld:
    """The sum of the amounts of each device, a section a device."""

    def __init__(self, sections: Mapping[str, bytes]) -> None:
        self.sums: dict[str, int] = {name: msgspec.json.decode(section) for name, section in sections.items() if name != "count"}
        self.count: int = msgspec.json.decode(sections["count"]) if "count" in sections else 0
        self._changed: set[str] = set()

    def step(self, record: Record) -> Sequence[Output]:
        """A value is JSON: a list of (device, amount). A device whose sum comes to zero is forgotten."""
        outputs = []
        for device, amount in msgspec.json.decode(record.value, type=list[tuple[str, int]]):
            if device == "bomb":
                raise ArithmeticError("this amount cannot be added")
            self.sums[device] = self.sums.get(device, 0) + amount
            if not self.sums[device]:
                del self.sums[device]
            self._changed.add(device)
            self.count += 1
            if self.count % EVERY == 0:
                said = msgspec.json.encode(
                    {"id": f"{record.topic}/{record.partition}/{self.count}", "device": device, "sum": self.sums.get(device, 0)}
                )
                outputs.append(Output(ALERTS, device.encode(), said))
        return outputs

    def delta(self) -> Mapping[str, bytes | None]:
        """Devices that changed, gone ones included."""
        changed: dict[str, bytes | None] = {name: self._section(name) for name in self._changed}
        self._changed.clear()
        return changed | {"count": msgspec.json.encode(self.count)}

    def full(self) -> Mapping[str, bytes]:
        """All devices."""
        self._changed.clear()
        return {name: msgspec.json.encode(amount) for name, amount in self.sums.items()} | {"count": msgspec.json.encode(self.count)}

    def _section(self, name: str) -> bytes | None:
        return msgspec.json.encode(self.sums[name]) if name in self.sums else None


class CountingFold:
    """Makes counting states.

    Attributes:
        since: with what time each partition was restored last.
    """

    def __init__(self) -> None:
        self.since: dict[tuple[str, int], int] = {}

    def restore(self, topic: str, partition: int, sections: Mapping[str, bytes], since: int = 0) -> Held:
        """An empty state or a kept one; topic and partition make no difference, the time is noted."""
        self.since[topic, partition] = since
        return _CountingHeld(sections)


def undisturbed(fold: Fold, records: Sequence[Record]) -> tuple[list[Output], dict[tuple[str, int], Any]]:
    """The oracle: outputs and states of a plain loop over the log, without broker, checkpoints or faults."""
    states: dict[tuple[str, int], Held] = {}
    outputs: list[Output] = []
    for record in records:
        address = (record.topic, record.partition)
        if address not in states:
            states[address] = fold.restore(*address, {})
        outputs.extend(states[address].step(record))
    return outputs, {address: held.full() for address, held in states.items()}
