"""The outlet from the judging thread to the log."""

import asyncio
from collections.abc import Awaitable

from prometheus_client import CollectorRegistry

from detectors.fleet.metrics import Metrics
from detectors.fleet.outlet import FIRST_PAUSE, LONGEST_PAUSE, Outlet
from streams.observation import Observation


def observation(number: int) -> Observation:
    """An observation with a number."""
    return Observation(id=f"o{number}", source="camera/a", kind="illegal_parking", at=number, value=True)


class ScriptedWriter:
    """A writer whose first sends fail: at once or when they should be acknowledged."""

    def __init__(self, failures: list[str]) -> None:
        self._failures = failures
        self.written: list[str] = []

    async def put(self, observation: Observation) -> Awaitable[None]:
        """Take one, as the script says."""
        failure = self._failures.pop(0) if self._failures else None
        if failure == "put":
            raise RuntimeError(failure)
        acknowledged: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        if failure == "acknowledge":
            acknowledged.set_exception(ConnectionError(failure))
        else:
            self.written.append(observation.id)
            acknowledged.set_result(None)
        return acknowledged


async def test_everything_told_is_sent_in_order_until_it_is_acknowledged() -> None:
    """Failures of either kind are tried again with growing pauses; nothing is lost, nothing overtakes."""
    pauses: list[float] = []

    async def pause(seconds: float) -> None:
        pauses.append(seconds)

    writer, registry = ScriptedWriter(["put", "acknowledge", "acknowledge"]), CollectorRegistry()
    noted: list[tuple[str, bool]] = []
    outlet = Outlet(writer, Metrics(registry), lambda: 42, pause, note=lambda name: noted.append((name, name in writer.written)))
    sending = asyncio.create_task(outlet.run())

    def tell_all() -> None:
        for number in range(3):
            outlet.tell(observation(number))

    await asyncio.to_thread(tell_all)
    await asyncio.sleep(0)
    assert await outlet.drain(5.0)
    sending.cancel()
    assert writer.written == ["o0", "o1", "o2"]
    assert noted == [("o0", False), ("o1", False), ("o2", False)]  # Once each, however often it was tried, and before it was sent.
    assert pauses == [FIRST_PAUSE, 2 * FIRST_PAUSE, 4 * FIRST_PAUSE]
    assert outlet.fault is None
    assert registry.get_sample_value("cityloop_camera_unsent_observations") == 0
    assert registry.get_sample_value("cityloop_camera_send_retries_total") == 3


async def test_a_broker_that_never_acknowledges_is_told() -> None:
    """While nothing is acknowledged, the outlet says why, pauses are bounded, and draining gives up in time."""
    pauses: list[float] = []
    told: list[str | None] = []

    async def pause(seconds: float) -> None:
        pauses.append(seconds)
        told.append(outlet.fault)
        await asyncio.sleep(0 if len(pauses) < 10 else 60)

    outlet = Outlet(ScriptedWriter(["acknowledge"] * 50), Metrics(CollectorRegistry()), lambda: 42, pause)
    sending = asyncio.create_task(outlet.run())
    outlet.tell(observation(1))
    await asyncio.sleep(0)
    assert not await outlet.drain(0.1)
    sending.cancel()
    assert max(pauses) == LONGEST_PAUSE
    assert set(told) == {"the broker does not acknowledge: ConnectionError"}


async def test_the_moment_of_taking_in_is_stamped() -> None:
    """received_at is the clock at which the detector told it."""
    taken: list[Observation] = []

    class Keeper:
        """A writer that keeps what it gets."""

        async def put(self, one: Observation) -> Awaitable[None]:
            """Keep."""
            taken.append(one)
            done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            done.set_result(None)
            return done

    outlet = Outlet(Keeper(), Metrics(CollectorRegistry()), lambda: 42)
    sending = asyncio.create_task(outlet.run())
    outlet.tell(observation(1))
    await asyncio.sleep(0)
    assert await outlet.drain(1.0)
    sending.cancel()
    assert taken[0].received_at == 42
