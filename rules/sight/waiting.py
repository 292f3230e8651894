"""Groups whose timers are held, by feed, in the order of what they wait for."""

from collections.abc import Callable
from heapq import heappop, heappush
from itertools import count

from config.moment import Micros
from rules.sight.state import Sight
from rules.state import Group

Leave = Callable[[Group], None]


class WaitingRoom:
    """One a partition. A group that went in the meantime is let go without harm."""

    def __init__(self) -> None:
        self._feeds: dict[str, list[tuple[Micros, int, Group, Leave]]] = {}
        self._order = count()

    def wait(self, feed: str, heard: Micros, group: Group, leave: Leave) -> None:
        """Keep a group until a feed was heard up to an instant."""
        heappush(self._feeds.setdefault(feed, []), (heard, next(self._order), group, leave))

    def release(self, sight: Sight) -> None:
        """Let everybody go whose feed was heard far enough."""
        for feed, waiting in self._feeds.items():
            known = sight.feeds.get(feed)
            while waiting and known is not None and waiting[0][0] <= known.heard:
                _, _, group, leave = heappop(waiting)
                leave(group)
