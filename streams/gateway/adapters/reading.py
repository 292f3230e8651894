"""What every adapter is given and what it gives back."""

from collections.abc import Callable, Mapping
from enum import StrEnum

import msgspec

from config.kinds import Kind
from config.moment import Micros
from config.problem import Problem
from config.sources import Device
from streams.observation import Observation


class Reason(StrEnum):
    """Why a message is no report."""

    RETAINED = "retained"
    """A copy that the broker kept: it says what was true once, not that something happened."""
    EMPTY = "empty"
    """An empty payload clears a retained copy."""
    BRIDGE = "bridge"
    """The bridge speaks of itself."""
    AVAILABILITY = "availability"
    """Whether a device is reachable."""
    COMMAND = "command"
    """Somebody asks a device for something."""
    HEARTBEAT = "heartbeat"
    """A sign of life of a feed, which no adapter reads."""
    NOTHING_KNOWN = "nothing_known"
    """Nothing in it is of a kind that we take."""


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """An MQTT message.

    Attributes:
        topic: where it was published.
        payload: its bytes.
        retained: whether it is a copy that the broker had kept.
    """

    topic: str
    payload: bytes
    retained: bool = False


class City(msgspec.Struct, frozen=True, kw_only=True):
    """What an adapter may know of the city.

    Attributes:
        devices: by adapter and address.
        kinds: the kinds table.
    """

    devices: Mapping[tuple[str, str], Device]
    kinds: Mapping[str, Kind]


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """What a message says: observations, problems (both, when a part of it cannot be read), or a reason to ignore it."""

    observations: tuple[Observation, ...] = ()
    problems: tuple[Problem, ...] = ()
    ignored: Reason | None = None


Adapter = Callable[[Message, City, Micros], Reading]
"""A pure function of a message, the city and the present."""


def devices_by_address(devices: Mapping[str, Device]) -> dict[tuple[str, str], Device]:
    """The catalogue's devices as adapters look them up."""
    return {(device.adapter, device.address): device for device in devices.values()}


def refused(topic: str, what: str, fix: str) -> Reading:
    """A message that cannot be read at all."""
    return Reading(problems=(Problem(file=topic, what=what, fix=fix),))


def unknown_device(topic: str, adapter: str, address: str) -> Reading:
    """A message of a device that the catalogue does not have."""
    return refused(topic, f"{address!r} is not a device of this city.", f"Add a device with adapter {adapter} and address {address}.")
