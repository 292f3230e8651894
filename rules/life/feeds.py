"""What becomes of the city's feeds when one rule set takes the place of another."""

import msgspec

from config.feeds import CityFeeds, Door, Feed
from rules.life.fate import Fate


class FeedChange(msgspec.Struct, frozen=True, kw_only=True):
    """A feed that is other than it was.

    Attributes:
        feed: its name.
        fate: added, removed, or kept: what was heard of it goes along.
        fields: what of it differs; ``devices`` of the feed ``mqtt`` when other sensors come in by that door.
    """

    feed: str
    fate: Fate
    fields: tuple[str, ...] = ()


def feed_changes(was: CityFeeds | None, now: CityFeeds | None) -> tuple[FeedChange, ...]:
    """The feeds that differ: those of the new set in their order, then those that are gone.

    Nothing differs from a set that does not say: cityloop packed it before it carried feeds.
    """
    if was is None or now is None:
        return ()
    before = {feed.name: feed for feed in was.table().rows}
    after = {feed.name: feed for feed in now.table().rows}
    found = []
    for name, feed in after.items():
        old = before.get(name)
        fields = () if old is None else _differing(old, feed)
        if name == Door.MQTT.value and was.devices != now.devices:
            fields = (*fields, "devices")
        if old is None or fields:
            found.append(FeedChange(feed=name, fate=Fate.ADDED if old is None else Fate.KEPT, fields=fields))
    gone = (FeedChange(feed=name, fate=Fate.REMOVED) for name in before if name not in after)
    return (*found, *gone)


def _differing(was: Feed, now: Feed) -> tuple[str, ...]:
    return tuple(name for name in Feed.__struct_fields__ if getattr(was, name) != getattr(now, name))
