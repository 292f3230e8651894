"""The hub: one reader for all who watch."""

import asyncio
from collections.abc import Sequence
from typing import Any, cast

from console.feed.change import Entry
from console.feed.hub import Hub
from dispatch.actor import Actor
from dispatch.ports import CaseBook
from dispatch.query import FeedItem, Subject


class Feed:
    """A case book that has a feed and nothing else; counts how often it was read."""

    def __init__(self) -> None:
        self.items: list[FeedItem] = []
        self.reads = 0
        self.fails = False

    def add(self, *sequences: int) -> None:
        """Something happened."""
        self.items += [FeedItem(sequence=number, at=0, subject=Subject.ALERT, id=str(number), event="firing") for number in sequences]

    async def feed(self, _actor: Actor, after: int, limit: int) -> Sequence[FeedItem]:
        """As the port says."""
        self.reads += 1
        return tuple(item for item in self.items if item.sequence > after)[:limit]

    async def feed_head(self) -> int:
        """As the port says."""
        if self.fails:
            msg = "no answer"
            raise OSError(msg)
        return self.items[-1].sequence if self.items else 0


async def describe(item: FeedItem) -> Entry:
    return Entry(item.sequence, item.subject, item.unit, item.id.encode())


def hub_of(feed: Feed, **options: Any) -> Hub:
    return Hub(cast("CaseBook", feed), describe, poll_seconds=0.01, **options)


def why_not(hub: Hub) -> str | None:
    return hub.fault


def numbers(entries: Sequence[Entry]) -> list[int]:
    return [entry.sequence for entry in entries]


async def test_it_begins_at_the_present() -> None:
    """What was there before the process is not read; watchers from before are served from the case book."""
    feed = Feed()
    feed.add(1, 2, 3)
    hub = hub_of(feed)
    await hub.start()
    assert (hub.head, feed.reads, hub.fault) == (3, 0, None)
    assert numbers(await hub.after(1, 0.01)) == [2, 3]


async def test_many_watchers_cost_one_reading() -> None:
    """Fifty who watch get a change from one read of the store; numbers may have gaps."""
    feed = Feed()
    hub = hub_of(feed)
    await hub.start()
    waiting = [asyncio.create_task(hub.after(0, 5)) for _ in range(50)]
    await asyncio.sleep(0)
    feed.add(4, 9)
    await hub.read_on()
    assert [numbers(found) for found in await asyncio.gather(*waiting)] == [[4, 9]] * 50
    assert feed.reads == 1


async def test_nothing_new_is_an_empty_answer_in_time() -> None:
    """A watcher waits no longer than it asked to."""
    hub = hub_of(Feed())
    await hub.start()
    assert await hub.after(0, 0.02) == ()


async def test_who_missed_more_than_is_kept_is_served_from_the_case_book() -> None:
    """Memory is bounded, and nothing is lost by that."""
    feed = Feed()
    hub = hub_of(feed, kept=2)
    await hub.start()
    feed.add(1, 2, 3, 4)
    await hub.read_on()
    before = feed.reads
    assert numbers(await hub.after(0, 0)) == [1, 2, 3, 4]
    assert feed.reads == before + 1
    assert numbers(await hub.after(2, 0)) == [3, 4]
    assert feed.reads == before + 1


async def test_another_database_starts_afresh() -> None:
    """When the head goes back, what was kept is void."""
    feed = Feed()
    hub = hub_of(feed)
    await hub.start()
    feed.add(5, 6)
    await hub.read_on()
    feed.items.clear()
    feed.add(1)
    await hub.read_on()
    assert (hub.head, await hub.after(1, 0.01)) == (1, ())


async def test_a_store_that_does_not_answer_is_told_and_asked_again() -> None:
    """The feed outlives its store, and says meanwhile why it stands."""
    feed = Feed()
    hub = hub_of(feed)
    await hub.start()
    feed.fails = True
    running = asyncio.create_task(hub.run())
    await asyncio.sleep(0.05)
    assert why_not(hub) == "The case book does not answer: no answer"
    feed.fails = False
    feed.add(1)
    assert numbers(await hub.after(0, 5)) == [1]
    await asyncio.sleep(0.05)
    assert why_not(hub) is None
    hub.close()
    await running


async def test_closing_wakes_everybody() -> None:
    """Nobody who watches holds up the end of the process."""
    hub = hub_of(Feed())
    await hub.start()
    waiting = asyncio.create_task(hub.after(0, 60))
    await asyncio.sleep(0.01)
    hub.close()
    assert await asyncio.wait_for(waiting, 1) == ()
    assert hub.closed()
