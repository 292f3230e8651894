"""The observations that the shipped pack of rules is measured with: a city in which every kind of the pack is reported."""

import random
from collections.abc import Iterator
from typing import Any, NamedTuple

import msgspec

from bench.workload import START
from config.moment import SECOND, Micros
from streams.observation import Observation, Value

_MINUTE = 60 * SECOND


class City(msgspec.Struct, frozen=True, kw_only=True):
    """How many devices report how.

    A source reports every ten minutes of event time and the clock ticks every minute: 50,000 sources then send as many
    observations between two ticks as a city does that reports every ten seconds and ticks every second, while the hours
    that the rules wait for go by within a million observations.

    Attributes:
        sources: devices and cameras altogether.
        period: event time between two reports of one source, in microseconds.
        tick: event time between two ticks of a partition, in microseconds.
        envelope: observations in a record.
        begins: chance that a report is the first of a run of reports of trouble, which is what rules wait for.
        longest: reports in the longest such run.
        silences: chance that a source falls silent.
        silence: reports left out in the longest silence.
        seed: of the random choices; equal cities give equal observations.
    """

    sources: int = 50_000
    period: Micros = 10 * _MINUTE
    tick: Micros = _MINUTE
    envelope: int = 100
    begins: float = 0.001
    longest: int = 12
    silences: float = 0.0005
    silence: int = 30
    seed: int = 1


class Device(NamedTuple):
    """One sort of source.

    Attributes:
        kind: what it reports.
        share: how many of a hundred sources are of this sort.
        usual: values of a report on an ordinary day, one of which is drawn.
        trouble: values within a run of trouble; the pack's ``where`` does not hold for all of them.
        longest: times the longest run of other devices.
    """

    kind: str
    share: int
    usual: tuple[Value, ...] = (False,)
    trouble: tuple[Value, ...] = (True,)
    longest: int = 1


DEVICES = (
    Device("door", 30),
    Device("smoke", 15),
    Device("motion", 12, usual=(True, True, False), trouble=(False,), longest=5),
    Device("presence", 3, usual=(True, False), trouble=(False,), longest=5),
    Device("bin_fullness", 8, usual=(0.1, 0.3, 0.45), trouble=(0.95, 0.92, 0.7)),
    Device("battery", 8, usual=(90, 60, 35), trouble=(12, 9, 22), longest=2),
    Device("link_quality", 4, usual=(120, 80), trouble=(20,)),
    Device("heartbeat", 10, usual=(True,)),
    Device("illegal_parking", 2),
    Device("illegal_parking_nonmotor", 2),
    Device("street_drying", 1),
    Device("exposed_rubbish", 1),
    Device("fire_lane_blocked", 1),
    Device("bin_overflow", 1),
    Device("camera_health", 1, usual=("ok",), trouble=("black", "frozen")),
    Device("symptom", 1),
)
"""Sorts of sources; the shares add up to a hundred. Half of the homes with a motion sensor are those of people living alone."""
_BY_SHARE = tuple(device for device in DEVICES for _ in range(device.share))
_SEEN = frozenset(device.kind for device in DEVICES[8:14])


def device_of(index: int) -> Device:
    """What the source of this number is."""
    return _BY_SHARE[index * 37 % 100]  # 37 and 100 have no common factor: neighbours differ, and each hundred has every sort.


def source_of(index: int) -> str:
    """The name of the source of this number."""
    camera = device_of(index).kind in _SEEN or device_of(index).kind == "camera_health"
    return f"camera/c-{index}" if camera else f"sensor/d-{index}"


def city_observations(count: int, city: City) -> Iterator[Observation]:
    """The first so many observations, in the order of event time: the sources report in turn, again and again."""
    chance = random.Random(city.seed)  # noqa: S311  # A repeatable workload, not a secret.
    devices = [device_of(index) for index in range(city.sources)]
    names = [source_of(index) for index in range(city.sources)]
    run, silent = [0] * city.sources, [0] * city.sources
    turn = sent = 0
    while sent < count:
        index = turn % city.sources
        at = START + turn * city.period // city.sources
        turn += 1
        device = devices[index]
        if silent[index]:
            silent[index] -= 1
            continue
        if chance.random() < city.silences:
            silent[index] = chance.randrange(1, city.silence + 1)
        if run[index]:
            run[index] -= 1
        elif chance.random() < city.begins:
            run[index] = chance.randrange(1, city.longest * device.longest + 1)
        value = _symptom(chance) if device.kind == "symptom" else chance.choice(device.trouble if run[index] else device.usual)
        yield Observation(
            id=f"{sent:032x}",
            source=names[index],
            kind=device.kind,
            at=at,
            value=value,
            zone="z1" if device.kind in _SEEN else None,
            attributes=_attributes(index, device),
            received_at=at,
        )
        sent += 1


def _symptom(chance: random.Random) -> str:
    """One symptom is seen in many hospitals, most are seen in few."""
    return f"R{min(int(chance.paretovariate(0.7)), 999):03d}"


def _attributes(index: int, device: Device) -> dict[str, Any]:
    return {"lives_alone": True} if device.kind in {"motion", "presence"} and index % 2 == 0 else {}
