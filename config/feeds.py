"""Feeds: what observations come through, and how silent each may be before the city is blind there."""

import re
from collections.abc import Collection, Iterable
from enum import StrEnum
from fnmatch import translate
from typing import Literal

import msgspec

from config.kinds import Text
from config.moment import SECOND, Micros


class Door(StrEnum):
    """Where the observations of a feed come in; ``gateway`` is the feed of the ticks themselves."""

    GATEWAY = "gateway"
    MQTT = "mqtt"
    HTTP = "http"
    CAMERAS = "cameras"


class Feed(msgspec.Struct, frozen=True, kw_only=True):
    """One feed (docs/blindness.md).

    Attributes:
        name: unique; the group of its alerts.
        door: where its observations come in.
        label: shown to people.
        sources: patterns of the sources that belong to it (``sensor/elder-*``); a feed named as its door has all the others.
        topics: MQTT topic filters whose messages are its signs of life; none: the door's own.
        keys: names or ids of the API keys whose requests are its signs of life; none: the door's own.
        heartbeat: the longest silence between two signs of life; beyond it the feed is blind.
        replays: whether what it saw while it was cut off is delivered later.
        catch_up: how long after its return that delivery may take.
        severity: of its alert.
        category: matter code of its alert.
        ticket: what its alert does about a ticket.
    """

    name: str
    door: Door
    label: Text
    sources: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    heartbeat: Micros = 30 * SECOND
    replays: bool = False
    catch_up: Micros = 60 * SECOND
    severity: Literal["critical", "major", "minor", "warning"] = "major"
    category: str = "01050"
    ticket: Literal["auto", "confirm", "none"] = "none"

    @property
    def behind_gateway(self) -> bool:
        """Whether nothing of it is heard while the gateway is down; the cameras write to the log themselves."""
        return self.door is not Door.CAMERAS


DOORS: tuple[Feed, ...] = (
    Feed(name=Door.GATEWAY.value, door=Door.GATEWAY, label=Text("Gateway", "接入网关"), heartbeat=15 * SECOND),
    Feed(name=Door.MQTT.value, door=Door.MQTT, label=Text("MQTT devices", "MQTT设备")),
    Feed(name=Door.HTTP.value, door=Door.HTTP, label=Text("HTTP integrations", "HTTP接入")),
    Feed(name=Door.CAMERAS.value, door=Door.CAMERAS, label=Text("Cameras", "摄像机"), heartbeat=60 * SECOND),
)
"""The feeds of a city that names none: one a door, and the ticks. A gateway may take 15 s to be started again."""


REMEMBERED = 131_072
"""Sources whose feed a table remembers; then it begins anew."""


class FeedTable:
    """Which feed a source belongs to.

    Args:
        written: the city's own feeds, in file order; one named as a door stands for that door's own.
        devices: ids of sensors that the MQTT door reads; other sensors come over HTTP.

    Attributes:
        gateway: the feed of the ticks.
        rows: every feed: those of the doors, then the city's own.
        devices: ids of sensors that the MQTT door reads.
    """

    def __init__(self, written: Iterable[Feed] = (), devices: Collection[str] = frozenset()) -> None:
        own = {feed.name: feed for feed in written}
        doors = {feed.door: own.get(feed.name, feed) for feed in DOORS}
        others = tuple(feed for name, feed in own.items() if name not in set(Door))
        self._patterns = tuple((re.compile(translate(pattern)).match, feed) for feed in others for pattern in feed.sources)
        self._doors = doors
        self.devices = frozenset(devices)
        self._known: dict[str, Feed] = {}
        self.gateway = doors[Door.GATEWAY]
        self.rows = (*doors.values(), *others)
        self._by_name = {feed.name: feed for feed in self.rows}

    def agrees_with(self, other: "FeedTable") -> bool:
        """Whether both have the same feeds, and put each source into the same."""
        return (self.rows, self.devices) == (other.rows, other.devices)

    def named(self, name: str) -> Feed | None:
        """The feed of a name."""
        return self._by_name.get(name)

    def of(self, source: str) -> Feed:
        """The feed of a source: the first with a pattern that fits, else its door's own."""
        found = self._known.get(source)
        if found is None:
            if len(self._known) >= REMEMBERED:
                self._known.clear()
            fitting = (feed for fits, feed in self._patterns if fits(source))
            found = self._known[source] = next(fitting, None) or self._doors[self._door_of(source)]
        return found

    def _door_of(self, source: str) -> Door:
        if source.startswith("camera/"):
            return Door.CAMERAS
        return Door.MQTT if source in self.devices else Door.HTTP


class CityFeeds(msgspec.Struct, frozen=True, kw_only=True):
    """A city's feeds as plain values, which the log can carry.

    Attributes:
        written: the city's own feeds, in file order.
        devices: ids of sensors that the MQTT door reads, in order; without those that a pattern gives to a feed anyway.
    """

    written: tuple[Feed, ...] = ()
    devices: tuple[str, ...] = ()

    @classmethod
    def of(cls, written: Iterable[Feed], devices: Iterable[str]) -> "CityFeeds":
        """The feeds of a city.

        Args:
            written: its own.
            devices: every sensor that the MQTT door reads.
        """
        feeds = tuple(written)
        fitting = [re.compile(translate(pattern)).match for feed in feeds for pattern in feed.sources]
        return cls(written=feeds, devices=tuple(sorted(device for device in devices if not any(fits(device) for fits in fitting))))

    def table(self) -> FeedTable:
        """Which feed a source belongs to; a new table each time."""
        return FeedTable(self.written, self.devices)
