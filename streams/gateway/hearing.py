"""What the gateway has heard of each feed, and up to when: ticks say so, and the rules take silence for no more than that.

Up to when a feed was heard is told only when everything that it brought before that instant is in the log. So what waits
in a queue here, or for the log's acknowledgement, is a lag of the feed, and never looks like silence.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from config.feeds import Door, Feed, FeedTable
from config.moment import Micros
from streams.envelope import FeedState
from streams.gateway.details import RefusalError
from streams.gateway.keys import Owner

NOT_YET: Micros = 0
"""Nothing was heard since this process began; the rules know when something was heard before."""
_OFFLINE = (b"offline", b'{"state":"offline"}')
"""Last wills of bridges: somebody else says that they are gone."""
_UNTAKEN = frozenset({429, 500, 503})


class Hearing:
    """The ears of one gateway.

    Args:
        table: the city's feeds.
        clock: the present.
        mqtt: whether the MQTT door is open; if not, its feeds are none of this gateway's.
    """

    def __init__(self, table: FeedTable, clock: Callable[[], Micros], *, mqtt: bool) -> None:
        self._clock = clock
        self._open = (Door.HTTP, Door.MQTT) if mqtt else (Door.HTTP,)
        self._heard: dict[str, Micros] = {}
        self._mqtt: Micros = NOT_YET
        self._under_way: dict[int, tuple[Micros, Owner]] = {}
        self._number = 0
        self.attend(table)

    def attend(self, table: FeedTable) -> None:
        """Mind these feeds from now on; up to when one was heard that is still there stays true."""
        self._feeds = tuple(feed for feed in table.rows if feed.door in self._open)
        self._filters = tuple((tuple(topic.split("/")), feed.name) for feed in self._feeds for topic in feed.topics)
        names = {feed.name for feed in self._feeds}
        self._heard = {name: heard for name, heard in self._heard.items() if name in names}

    @property
    def topics(self) -> tuple[str, ...]:
        """MQTT topic filters of signs of life."""
        return tuple(dict.fromkeys("/".join(parts) for parts, _ in self._filters))

    def states(self) -> tuple[FeedState, ...]:
        """Up to when each feed was heard; those of a door by the door."""
        return tuple(FeedState(feed.name, self._heard_at(feed)) for feed in self._feeds)

    def broker(self, heard_at: Micros) -> None:
        """The MQTT broker was heard: everything that it took before this instant, and kept for us, is in the log."""
        self._mqtt = max(self._mqtt, heard_at)

    def message(self, topic: str, payload: bytes) -> None:
        """A message that the broker did not merely retain is in the log, or says nothing for it."""
        if not self._filters or payload.replace(b" ", b"") in _OFFLINE:
            return
        levels = topic.split("/")
        for parts, name in self._filters:
            if fits(parts, levels):
                # The broker took it after what it echoed last; when exactly, nobody says.
                self._heard[name] = max(self._heard.get(name, NOT_YET), self._mqtt)

    @contextmanager
    def request(self, owner: Owner) -> Iterator[None]:
        """While a request of an integrator is handled; one that was answered is a sign of life, also when it was refused for its content."""
        number, began = self._number, self._clock()
        self._number += 1
        self._under_way[number] = (began, owner)
        try:
            yield
        except RefusalError as refusal:
            if refusal.kind.status not in _UNTAKEN:
                self._answered(owner, began)
            raise
        else:
            self._answered(owner, began)
        finally:
            del self._under_way[number]

    def _answered(self, owner: Owner, began: Micros) -> None:
        for feed in self._feeds:
            if feed.keys and not {owner.id, owner.name}.isdisjoint(feed.keys):
                self._heard[feed.name] = max(self._heard.get(feed.name, NOT_YET), began)

    def _heard_at(self, feed: Feed) -> Micros:
        if feed.door is Door.MQTT:
            return self._heard.get(feed.name, NOT_YET) if feed.topics else self._mqtt
        keys = feed.keys
        mine = [began for began, owner in self._under_way.values() if not keys or not {owner.id, owner.name}.isdisjoint(keys)]
        newest = self._heard.get(feed.name, NOT_YET) if keys else self._clock()
        return min([newest, *mine])


def fits(parts: tuple[str, ...], levels: list[str]) -> bool:
    """Whether a topic fits a filter (MQTT 5, 4.7): ``+`` stands for one level, ``#`` for the rest, neither for ``$`` topics."""
    if levels[0].startswith("$") and parts[0] in ("+", "#"):
        return False
    for number, part in enumerate(parts):
        if part == "#":
            return True
        if number >= len(levels) or part not in ("+", levels[number]):
            return False
    return len(parts) == len(levels)
