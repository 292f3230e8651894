"""The keeper of noise control's timers: what it does, measures and survives."""

import asyncio

from prometheus_client import CollectorRegistry

from config.moment import SECOND
from dispatch.desk import Desk
from dispatch.keeper import Keeper
from dispatch.meters import Meters
from dispatch.noise.policy import NoisePolicy
from dispatch.noise.route import Manner, Route
from dispatch.noise.window import Window
from dispatch.noisequery import Settled
from tests.fakes.casebook import MemoryCaseBook
from tests.fakes.noisebook import MemoryNoiseBook
from tests.fakes.town import BIN, HOOK, PARKING, Watch, alert, town

POLICY = NoisePolicy(
    windows=(Window(name="w", comment="c", rules=("illegal-parking",)),),
    route=Route(name="default", manner=Manner.GROUPED, wait=10 * SECOND),
)


async def allowed() -> bool:
    """This process keeps the timers."""
    return True


def keeper_of(policy: NoisePolicy) -> tuple[Keeper, MemoryCaseBook, CollectorRegistry, Watch]:
    watch, registry = Watch(), CollectorRegistry()
    book = MemoryCaseBook(Desk(town()), watch, webhook=HOOK, policy=policy)
    return Keeper(MemoryNoiseBook(book), allowed, watch, Meters(registry)), book, registry, watch


async def test_it_measures_what_is_quiet_and_what_waits() -> None:
    """Suppressed alerts by reason, groups, notices of groups, alerts judged again and how late the timers are."""
    keeper, book, registry, watch = keeper_of(POLICY)
    await book.take_alert(alert(PARKING))
    await book.take_alert(alert(BIN))
    assert await keeper.step()
    sample = registry.get_sample_value
    assert sample("cityloop_dispatch_suppressed_alerts", {"reason": "maintenance"}) == 1
    assert sample("cityloop_dispatch_suppressed_alerts", {"reason": "silence"}) == 0
    assert sample("cityloop_dispatch_notice_groups") == 1
    assert sample("cityloop_dispatch_judged_again_total") == 2
    watch.forward(10)
    assert await keeper.step()
    assert sample("cityloop_dispatch_group_notices_total") == 1
    assert sample("cityloop_dispatch_noise_timer_lag_seconds") == 0
    assert not await keeper.step()


async def test_the_first_look_judges_everything_under_the_present_policy() -> None:
    """The windows may be others than before the start; later looks judge what is due only."""
    keeper, book, _, _ = keeper_of(NoisePolicy())
    case = await book.take_alert(alert(PARKING))
    book.policy = POLICY
    await keeper.step()
    assert [found.by for found in book.cases[case.id].suppressed_by] == ["w"]
    book.policy = NoisePolicy()
    await keeper.step()
    assert book.cases[case.id].suppressed_by


async def test_a_database_that_does_not_answer_is_tried_again() -> None:
    """Health says what is wrong until it answers; nothing that was due is lost."""
    _, book, _, watch = keeper_of(POLICY)
    answers = iter([OSError("gone"), None])

    class Failing(MemoryNoiseBook):
        """Fails the first time."""

        async def settle(self) -> Settled:
            """Settle, or not."""
            if (error := next(answers, None)) is not None:
                raise error
            return await super().settle()

    troubles: list[str | None] = []

    async def pause(_seconds: float) -> None:
        """Note what health says meanwhile."""
        troubles.append(keeper.trouble)

    keeper = Keeper(Failing(book), allowed, watch, Meters(CollectorRegistry()), sleep=pause)
    await book.take_alert(alert(PARKING))
    running = asyncio.create_task(keeper.run(asyncio.Event()))
    for _ in range(50):
        await asyncio.wait({running}, timeout=0.01)
        if troubles and keeper.trouble is None:
            break
    running.cancel()
    await asyncio.wait({running})
    assert troubles == ["OSError: gone"]
    assert keeper.trouble is None


async def test_another_process_keeps_the_timers() -> None:
    """Without the right to send nothing is judged and nothing flushed."""
    watch = Watch()
    book = MemoryCaseBook(Desk(town()), watch, webhook=HOOK, policy=POLICY)

    async def refused() -> bool:
        """Another one does."""
        return False

    keeper = Keeper(MemoryNoiseBook(book), refused, watch, Meters(CollectorRegistry()))
    await book.take_alert(alert(BIN))
    watch.forward(60)
    running = asyncio.create_task(keeper.run(asyncio.Event()))
    await asyncio.wait({running}, timeout=0.05)
    running.cancel()
    await asyncio.wait({running})
    assert book.deliveries == {}
