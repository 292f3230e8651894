"""What a consumer fetched and could not pass on is read again: no record is passed over within a generation of the group."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import faust
import pytest

from config.settings import Settings
from streams.app import NO_GENERATION, FaustGroup, build_app, raw_topic
from streams.producer import open_producer
from streams.provision import provision
from streams.topics import OBSERVATIONS, topic_name
from tests.fakes.brokers import KINDS, Brokers, settings_for, shared_brokers

PATIENCE_SECONDS = 30.0


@pytest.fixture(scope="module")
def brokers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Brokers]:
    yield from shared_brokers(tmp_path_factory)


@pytest.fixture(params=KINDS)
def settings(request: pytest.FixtureRequest, brokers: Brokers, tmp_path: Path) -> Settings:
    return settings_for(brokers.get(request.param), tmp_path)


@pytest.mark.slow
async def test_what_came_while_the_flow_stood_still_is_delivered(settings: Settings) -> None:
    """Records that a fetch brings while the flow is stopped, as in a rebalance, come all the same: of a group without commits, too."""
    provision(settings)
    async with consuming(settings) as (app, got, acknowledge), writing(settings) as write:
        for first in (0, 5):
            app.consumer.stop_flow()
            await write(range(first, first + 5))
            await asyncio.sleep(1.5)  # Longer than Faust lets a fetch wait: what was under way is over.
            assert len(got) == first, "nothing is delivered while the flow stands"
            app.consumer.resume_flow()
            await until(lambda due=first + 5: len(got) >= due)  # type: ignore[misc]  # A default keeps the loop's variable.
            assert got == list(range(first + 5))
            await acknowledge()


@pytest.mark.slow
async def test_what_is_fetched_from_too_far_on_is_read_again(settings: Settings) -> None:
    """A consumer that stands beyond what is due, as after a fetch that overtook the way back, delivers nothing until it was sent back."""
    provision(settings)
    async with consuming(settings) as (app, got, _), writing(settings) as write:
        await app.consumer._thread.rewind(dict.fromkeys(app.consumer.assignment(), 3))
        await write(range(6))
        await until(lambda: len(got) >= 6)
        assert got == list(range(6))


@pytest.mark.slow
async def test_a_generation_is_held_from_assignment_to_revocation(settings: Settings) -> None:
    """The group's generation is its number while partitions are assigned, and none from a revocation on."""
    provision(settings)
    async with consuming(settings) as (app, _, _acknowledge):
        group = FaustGroup(app)
        assert group.generation() == app.consumer_generation_id >= 0
        await app.consumer.on_partitions_revoked(app.consumer.assignment())
        assert group.generation() == NO_GENERATION


@asynccontextmanager
async def consuming(settings: Settings) -> AsyncIterator[tuple[Any, list[int], Callable[[], Any]]]:
    """An application that notes the offsets delivered of partition 0, in their order; and how to acknowledge them."""
    app = build_app(settings, "flow")
    got: list[int] = []
    events: list[Any] = []
    streams: list[Any] = []

    async def note(stream: Any) -> None:
        streams.append(stream)
        async for taken in stream.noack_take(50, within=0.02):
            got.extend(event.message.offset for event in taken)
            events.extend(taken)

    async def acknowledge() -> None:
        for event in events:
            await streams[0].ack(event)
        events.clear()
        await app.consumer.commit()

    app.agent(raw_topic(app, settings, OBSERVATIONS), name="note", concurrency=1)(note)
    Path(app.conf.datadir).parent.mkdir(parents=True, exist_ok=True)
    app.finalize()
    await app.start()
    try:
        await until(lambda: joined(app))
        yield app, got, acknowledge
    finally:
        await app.stop()


def joined(app: faust.App) -> bool:
    """Whether partitions are assigned and flow."""
    consumer: Any = app.consumer
    return bool(consumer.holding and consumer.assignment() and not app.rebalancing and consumer.flow_active)


@asynccontextmanager
async def writing(settings: Settings) -> AsyncIterator[Callable[[range], Awaitable[None]]]:
    """How to write one record for each number into partition 0, with a producer that is open already: it goes at once."""
    producer = await open_producer(settings, client_id="test")

    async def write(numbers: range) -> None:
        for number in numbers:
            await (await producer.send(topic_name(OBSERVATIONS, settings.topic_suffix), b"%d" % number, partition=0))

    try:
        yield write
    finally:
        await producer.stop()


async def until(done: Callable[[], bool]) -> None:
    """Wait for something, not for ever."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not done():  # noqa: ASYNC110  # What is waited for happens in Faust, which sets no event of ours.
            await asyncio.sleep(0.05)
