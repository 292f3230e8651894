"""What every case book does with grouped notices, in virtual time."""

from config.moment import SECOND
from dispatch.noise.policy import NoisePolicy
from dispatch.noise.route import Manner, Route
from dispatch.noisequery import Settled
from streams.alert import Change
from tests.contract.dispatch.conftest import Open
from tests.contract.dispatch.noisekit import MINUTE, groups, tickets
from tests.fakes.town import BIN, NOON, alert

GROUPED = NoisePolicy(
    route=Route(name="default", manner=Manner.GROUPED, group_by=("rule",), wait=30 * SECOND, interval=5 * MINUTE, repeat=60 * MINUTE)
)


async def test_a_group_speaks_once_for_all_its_alerts(noisy: Open) -> None:
    """Tickets are there at once; the notice comes after the wait, with every alert of the group once."""
    books = await noisy(GROUPED)
    first = await books.book.take_alert(alert())
    books.watch.forward(10)
    second = await books.book.take_alert(alert(zone="gate"))
    await books.book.take_alert(alert(BIN))
    assert (await tickets(books), await books.deliveries(), await books.noise.next_at()) == (3, [], NOON + 30 * SECOND)
    books.watch.forward(20)
    assert (await books.noise.settle()).notices == 1
    books.watch.forward(10)
    assert (await books.noise.settle()).notices == 1
    parking, bins = await groups(books)
    assert {one["alert"] for one in parking["alerts"]} == {first.id, second.id}
    assert all(one["ticket"] for one in parking["alerts"])
    assert (parking["values"], parking["unit"], parking["number"], parking["cause"]) == ({"rule": "illegal-parking"}, "order", 1, "changed")
    assert bins["values"] == {"rule": "bin-overflow"}


async def test_a_group_says_what_changed_at_its_interval_and_repeats(noisy: Open) -> None:
    """New and resolved alerts come with the next interval; without change it speaks again only after the repeat interval."""
    books = await noisy(GROUPED)
    first = await books.book.take_alert(alert())
    books.watch.forward(30)
    await books.noise.settle()
    books.watch.forward(300)
    assert await books.noise.settle() == Settled(judged=0, flushed=1, notices=0)
    second = await books.book.take_alert(alert(zone="gate"))
    await books.book.take_alert(alert(event=Change.RESOLVED, after=300 * SECOND))
    books.watch.forward(300)
    await books.noise.settle()
    *_, changed = await groups(books)
    assert [(one["alert"], one["state"]) for one in changed["alerts"]] == [(second.id, "firing"), (first.id, "resolved")]
    for _ in range(12):
        books.watch.forward(300)
        await books.noise.settle()
    spoken = await groups(books)
    assert [(one["number"], one["cause"], len(one["alerts"])) for one in spoken] == [
        (1, "changed", 1),
        (2, "changed", 2),
        (3, "repeated", 1),
    ]


async def test_a_group_survives_a_restart_and_ends_with_its_alerts(noisy: Open) -> None:
    """The timer is kept: whoever starts afterwards sends what was pending, and nothing twice."""
    books = await noisy(GROUPED)
    await books.book.take_alert(alert())
    books.watch.forward(3600)
    after = books.reopen(GROUPED)
    await after.noise.wake()
    await after.noise.settle()
    await books.noise.settle()
    assert len(await groups(after)) == 1
    await after.book.take_alert(alert(event=Change.RESOLVED, after=MINUTE))
    after.watch.forward(300)
    await after.noise.settle()
    assert [one["state"] for one in (await groups(after))[-1]["alerts"]] == ["resolved"]
    assert (await after.noise.census()).groups == 0
    assert await after.noise.next_at() is None
