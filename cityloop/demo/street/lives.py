"""What happens in the street: for every device the stretches of time in which its value is true, over and over.

A device reports at each change and once in a while between. Everything follows from the time since the demo began, so
that the same minute of two demos sees the same events, and no state can get lost.
"""

import random
from collections.abc import Iterator, Mapping, Sequence

import msgspec

from config.moment import SECOND, Micros
from config.sources import Device

CYCLE = 240.0
"""Seconds after which the street lives through the same again."""
BEAT = 20.0
"""Seconds between two reports of a device that nothing happens to."""
QUIET = 1.0
"""Seconds around a change in which no other report is sent: the change was one."""
MILLISECOND: Micros = 1000


class Stretch(msgspec.Struct, frozen=True):
    """A time within the cycle, in seconds, during which a device's value is true.

    Attributes:
        start: of the stretch.
        end: of the stretch.
        drill: the device's test button was pressed: its reports say ``test: true``.
    """

    start: float
    end: float
    drill: bool = False


class Life(msgspec.Struct, frozen=True):
    """What a device goes through.

    Attributes:
        device: which.
        kind: what it watches, ``smoke`` or ``door``.
        phase: when within :data:`BEAT` its ordinary reports are due.
        stretches: when its value is true, in order, not overlapping.
    """

    device: Device
    kind: str
    phase: float
    stretches: tuple[Stretch, ...] = ()


class Report(msgspec.Struct, frozen=True):
    """One message of a device.

    Attributes:
        device: whose.
        kind: what it watches.
        at: when, by the device's clock, whole milliseconds.
        value: whether there is smoke, or whether the door is open.
        drill: whether the test button was pressed.
        battery: per cent.
    """

    device: Device
    kind: str
    at: Micros
    value: bool
    drill: bool
    battery: int


INCIDENTS: Mapping[str, tuple[Stretch, ...]] = {
    "sensor/smoke-017": (Stretch(5.0, 35.0),),
    "sensor/smoke-064": (Stretch(16.0, 50.0), Stretch(190.0, 215.0)),
    "sensor/smoke-101": (Stretch(95.0, 125.0),),
    "sensor/smoke-030": (Stretch(10.0, 20.0, drill=True), Stretch(130.0, 140.0, drill=True)),
    "sensor/smoke-077": (Stretch(60.0, 70.0, drill=True),),
    "sensor/door-012": (Stretch(3.0, 70.0),),
    "sensor/door-055": (Stretch(28.0, 110.0),),
    "sensor/door-071": (Stretch(140.0, 200.0),),
}
"""What is meant to be noticed: smoke and drills, and doors left open for longer than the rule allows."""

VISITS = 4
"""Times in a cycle that somebody goes through an ordinary door."""


def lives(devices: Sequence[Device], seed: int) -> tuple[Life, ...]:
    """Give every device its life; those without an incident are opened and shut, or watch quietly."""
    chance = random.Random(seed)  # noqa: S311  # The same street each time is the purpose.
    found = []
    for device in devices:
        kind = next(kind for kind in device.kinds if kind != "battery")
        ordinary = _visits(chance) if kind == "door" else ()
        found.append(Life(device, kind, chance.uniform(0, BEAT), INCIDENTS.get(device.id, ordinary)))
    return tuple(found)


def _visits(chance: random.Random) -> tuple[Stretch, ...]:
    """Short openings, one in each part of the cycle."""
    part = CYCLE / VISITS
    starts = [index * part + chance.uniform(QUIET, part - 20) for index in range(VISITS)]
    return tuple(Stretch(start, start + chance.uniform(3, 12)) for start in starts)


def due(street: Sequence[Life], began: Micros, after: Micros, until: Micros) -> list[Report]:
    """Every report with ``after < at <= until``, in the order of time.

    Args:
        street: the lives.
        began: the instant at which the first cycle begins.
        after: exclusive.
        until: inclusive.
    """
    found = [
        _report(life, began, second)
        for life in street
        for second in _seconds(life, max(after - began, 0) / SECOND - 1.0, (until - began) / SECOND + 1.0)
    ]
    return sorted((report for report in found if after < report.at <= until), key=lambda report: (report.at, report.device.id))


def _report(life: Life, began: Micros, second: float) -> Report:
    at = began + round(second * 1000) * MILLISECOND
    stretch = at_second(life, second)
    battery = 60 + sum(life.device.id.encode()) % 41
    return Report(life.device, life.kind, at, stretch is not None, stretch is not None and stretch.drill, battery)


def at_second(life: Life, second: float) -> Stretch | None:
    """The stretch that a second since the beginning lies in; its start belongs to it, its end does not."""
    within = second % CYCLE
    # A change is reported at the rounded millisecond: half of one is the grain of this comparison.
    return next((stretch for stretch in life.stretches if stretch.start - 0.0005 <= within < stretch.end - 0.0005), None)


def _seconds(life: Life, start: float, end: float) -> Iterator[float]:
    """When a device reports, between two seconds since the beginning."""
    for cycle in range(max(int(start // CYCLE), 0), int(end // CYCLE) + 1):
        changes = [cycle * CYCLE + edge for stretch in life.stretches for edge in (stretch.start, stretch.end)]
        yield from (change for change in changes if start <= change <= end)
    beat = max(int((start - life.phase) // BEAT), 0)
    while (second := life.phase + beat * BEAT) <= end:
        beat += 1
        if second >= start and not _near_a_change(life, second):
            yield second


def _near_a_change(life: Life, second: float) -> bool:
    within = second % CYCLE
    return any(abs(within - edge) < QUIET for stretch in life.stretches for edge in (stretch.start, stretch.end))
