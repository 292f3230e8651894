"""Follows the feeds record by record: who was heard up to when, where the holes are, who turns blind and who sees again."""

from collections.abc import Iterable, Sequence

import msgspec

from config.feeds import Feed, FeedTable
from config.moment import Micros
from rules.sight.judgement import Sighted
from rules.sight.state import MOST_HOLES, FeedSight, Hole, Sight
from rules.state import NEVER
from streams.envelope import FeedState


class Turn(msgspec.Struct, frozen=True):
    """A feed turns blind, or sees again.

    Attributes:
        feed: which.
        blind: which of both.
        starts_at: since when it is, or was, blind.
        heard: its last sign of life before.
        at: the instant of the turn.
    """

    feed: Feed
    blind: bool
    starts_at: Micros
    heard: Micros
    at: Micros


class Eyes:
    """The sight of one partition. Without a tick nothing is ever blind: a recording is what it is.

    Attributes:
        table: the city's feeds.
        sight: what is known.
    """

    def __init__(self, table: FeedTable) -> None:
        self.table = table
        self.sight = Sight(feeds={})

    def succeed(self, before: "Eyes") -> None:
        """Go on where others left off that had other feeds: what is known of a feed that is gone is forgotten."""
        known = {name: feed for name, feed in before.sight.feeds.items() if self.table.named(name) is not None}
        since = before.sight.since if before.table.agrees_with(self.table) else before.sight.clock
        self.sight = Sight(before.sight.clock, known, since)

    def tick(self, at: Micros, states: Iterable[FeedState] = ()) -> Sequence[Turn]:
        """The gateway's clock, and what it has heard."""
        return self._look(at, (FeedState(self.table.gateway.name, at), *states))

    def hear(self, sent_at: Micros, states: Sequence[FeedState]) -> Sequence[Turn]:
        """Signs of life that came without a tick.

        Whoever names the gateway misses its ticks and says what time it is meanwhile; whoever names other feeds tells of
        these only, since the clock is the gateway's.
        """
        missing = any(state.name == self.table.gateway.name for state in states)
        return self._look(sent_at if missing else None, states)

    def of(self, source: str) -> tuple[Feed, FeedSight] | None:
        """The feed of a source with what is known of it; for one that no record has named, the ticks stand.

        ``None`` while there was neither: then nobody knows of blindness.
        """
        feed = self.table.of(source)
        known = self.sight.feeds.get(feed.name)
        if known is not None:
            return feed, known
        ticks = self.sight.feeds.get(self.table.gateway.name)
        return None if ticks is None else (self.table.gateway, ticks)

    def before(self, feed: Feed) -> Sighted | None:
        """The feed of the ticks, when nothing is heard of another one without it."""
        gateway = self.table.gateway
        known = self.sight.feeds.get(gateway.name)
        return None if known is None or feed is gateway or not feed.behind_gateway else Sighted(gateway, known)

    def blind(self, source: str) -> bool:
        """Whether what a source shows now would not be seen."""
        found = self.of(source)
        return found is not None and (found[1].blind or self._deaf(found[0]))

    def heard_with(self, feed: Feed, known: FeedSight, received: Micros) -> Micros:
        """Up to when a feed was heard, given that an observation of it was received: it is a sign of life, unless it ended a hole."""
        gateway = self.sight.feeds.get(self.table.gateway.name)
        if received - known.heard > feed.heartbeat:
            return known.heard
        if (
            feed.behind_gateway
            and gateway is not None
            and (gateway.returned > known.heard or received - gateway.heard > self.table.gateway.heartbeat)
        ):
            return known.heard
        return max(known.heard, received)

    def _look(self, clock: Micros | None, states: Iterable[FeedState]) -> Sequence[Turn]:
        if clock is not None:
            self.sight.clock = max(self.sight.clock, clock)
        turns: list[Turn] = []
        for state in states:
            feed = self.table.named(state.name)
            if feed is not None and (hole := self._hear(feed, state.heard_at)) is not None:
                turns += self._told_late(feed, hole)
        return turns if clock is None else turns + self._turns()

    def _hear(self, feed: Feed, heard_at: Micros) -> Hole | None:
        """Note a sign of life; returns the hole that it ended when nobody was told of it while it lasted."""
        known = self.sight.feeds.get(feed.name)
        if known is None:
            # Before it was named nothing could be missed: silence is counted from here.
            # Until then the ticks stood for it, and their holes were its holes.
            ticks = self.sight.feeds.get(self.table.gateway.name) if feed.behind_gateway else None
            holes = () if ticks is None else ticks.holes
            self.sight.feeds[feed.name] = FeedSight(max(heard_at, self.sight.clock), holes=holes)
            return None
        if heard_at <= known.heard:
            return None
        untold = None
        gateway = self.sight.feeds.get(self.table.gateway.name)
        cut_off = feed.behind_gateway and gateway is not None and gateway is not known and gateway.returned > known.heard
        if cut_off or heard_at - known.heard > feed.heartbeat:
            hole = Hole(known.heard, heard_at)
            known.holes = (*known.holes, hole)[-MOST_HOLES:]
            if not known.blind and not cut_off:
                untold = hole
        known.heard = heard_at
        return untold

    def _told_late(self, feed: Feed, hole: Hole) -> tuple[Turn, Turn]:
        starts_at = max(hole.since + feed.heartbeat, self.sight.since)
        back = max(hole.until, self.sight.clock)
        return (
            Turn(feed, blind=True, starts_at=starts_at, heard=hole.since, at=starts_at),
            Turn(feed, blind=False, starts_at=starts_at, heard=hole.since, at=back),
        )

    def _turns(self) -> list[Turn]:
        """Who turned, by the present clock."""
        clock, turns = self.sight.clock, []
        for feed in self.table.rows:
            known = self.sight.feeds.get(feed.name)
            if known is None:
                continue
            if known.blind:
                if clock - known.heard <= feed.heartbeat:
                    turns.append(Turn(feed, blind=False, starts_at=known.blind_at, heard=known.heard, at=clock))
                    known.blind_at = NEVER
            elif clock - (silent_since := self._silent_since(feed, known)) > feed.heartbeat and not self._deaf(feed):
                known.blind_at = max(silent_since + feed.heartbeat, self.sight.since)
                turns.append(Turn(feed, blind=True, starts_at=known.blind_at, heard=known.heard, at=known.blind_at))
        return turns

    def _silent_since(self, feed: Feed, known: FeedSight) -> Micros:
        """Since when a feed is silent by its own fault: a gateway that comes back has yet to hear of it."""
        gateway = self.sight.feeds.get(self.table.gateway.name)
        if gateway is None or gateway is known or not feed.behind_gateway:
            return known.heard
        return max(known.heard, gateway.returned)

    def _deaf(self, feed: Feed) -> bool:
        """Whether nobody can hear the feed because the gateway is gone; that is the gateway's blindness, told once."""
        gateway = self.sight.feeds.get(self.table.gateway.name)
        return feed is not self.table.gateway and feed.behind_gateway and gateway is not None and gateway.blind
