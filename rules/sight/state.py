"""What is remembered of the feeds: plain values that msgpack can write and read back exactly."""

import msgspec

from config.moment import Micros
from rules.state import BEGINNING, NEVER

MOST_HOLES = 32
"""Holes of a feed that are remembered. More than one matter only to rules whose lateness is longer than the time between two."""


class Hole(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A time in which a feed was not heard, for longer than its heartbeat: from its last sign of life to the next."""

    since: Micros
    until: Micros


class FeedSight(msgspec.Struct, array_like=True, gc=False):
    """What is known of one feed.

    Attributes:
        heard: up to when it was heard: everything that it brought before this instant is in the log already.
        blind_at: since when it is blind (its last sign of life and a heartbeat); ``NEVER`` while it is not.
        holes: the last ones, oldest first.
    """

    heard: Micros
    blind_at: Micros = NEVER
    holes: tuple[Hole, ...] = ()

    @property
    def blind(self) -> bool:
        """Whether it is blind."""
        return self.blind_at != NEVER

    @property
    def returned(self) -> Micros:
        """When its last hole ended."""
        return self.holes[-1].until if self.holes else BEGINNING


class Sight(msgspec.Struct, array_like=True):
    """What one partition of the log has shown of the feeds.

    Attributes:
        clock: the present, as ticks and those who miss them tell it.
        feeds: by name; a feed that no record has named is not in here.
        since: the clock at which the feeds became what they are: by new words for them nothing was blind before.
    """

    clock: Micros = BEGINNING
    feeds: dict[str, FeedSight] = {}
    since: Micros = BEGINNING
