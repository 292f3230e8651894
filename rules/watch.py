"""Misses the ticks: while the gateway is gone nothing else would, and ``monitoring-blind`` would come when it is over.

The decision is a record in every partition, so that a replay finds it where it was made. It says that no tick came since,
and what time it is now: the last tick's time and how long it has been waited since, by a clock that nobody sets.
"""

import time
from collections.abc import Callable

import faust
import structlog
from aiokafka.errors import KafkaError

from config.feeds import Door
from config.moment import SECOND, Micros, render
from config.settings import Settings
from rules.fold import SPOKESMAN, RuleFold
from rules.sight import FeedSight
from streams.envelope import FeedState
from streams.producer import open_producer
from streams.signs import Signs

AGAIN_SECONDS = 5.0
"""How long a record that was written may take to come back before another one is written."""
LOOK_SECONDS = 0.5
WRITER = "watch"

_log = structlog.get_logger(__name__)


class TickWatch:
    """Decides when ticks are missed, from what one partition has shown and a monotonic clock."""

    def __init__(self) -> None:
        self._last: Micros | None = None
        self._since = 0.0
        self._told = float("-inf")

    def look(self, ticks: FeedSight | None, patience: Micros, seconds: float) -> Micros | None:
        """What time to tell when ticks are missed; ``None`` when they are not, or when that is known.

        Args:
            ticks: what is known of them.
            patience: how long none may come.
            seconds: a clock that only goes forward.
        """
        if ticks is None or ticks.heard != self._last:
            self._last, self._since = None if ticks is None else ticks.heard, seconds
            return None
        waited = round((seconds - self._since) * SECOND)
        if ticks.blind or waited <= patience or seconds - self._told < AGAIN_SECONDS:
            return None
        self._told = seconds
        return ticks.heard + waited


def watch_ticks(app: faust.App, settings: Settings, fold: RuleFold, holds: Callable[[tuple[str, int]], bool]) -> None:
    """Let the worker that holds the speaking partition miss the ticks for all.

    Args:
        app: the application.
        settings: broker and topics.
        fold: what is known.
        holds: whether this process holds a partition in the group's present generation.
    """
    watch = TickWatch()

    @app.timer(LOOK_SECONDS, name=f"{app.conf.id}-ticks")  # type: ignore[untyped-decorator]  # Faust's timer has no types.
    async def miss_ticks() -> None:
        engine = fold.partitions.get(SPOKESMAN)
        if engine is None or engine.eyes is None or not holds(SPOKESMAN):
            return
        ticks = engine.eyes.sight.feeds.get(Door.GATEWAY.value)
        now = watch.look(ticks, engine.eyes.table.gateway.heartbeat, time.monotonic())
        if now is not None and ticks is not None:
            await _tell(settings, now, ticks.heard)


async def _tell(settings: Settings, now: Micros, heard: Micros) -> None:
    """Write it down. A broker that does not answer has no ticks either, and is asked again."""
    _log.warning("ticks.missed", since=render(heard), seconds=(now - heard) / SECOND)
    try:
        producer = await open_producer(settings, client_id="cityloop-watch")
        try:
            signs = Signs(producer, partitions=settings.partitions, writer=WRITER, suffix=settings.topic_suffix)
            await signs.tell(now, [FeedState(Door.GATEWAY.value, heard)])
        finally:
            await producer.stop()
    except (KafkaError, OSError) as error:
        _log.warning("ticks.missed.untold", error=str(error))


def blindness(fold: RuleFold) -> str | None:
    """A readiness check: that no ticks come, and what is held for it."""
    for engine in fold.engines():
        ticks = None if engine.eyes is None else engine.eyes.sight.feeds.get(Door.GATEWAY.value)
        if ticks is not None and ticks.blind:
            held = sum(len(bearer.held) for one in fold.engines() for bearer in one.bearers.values())
            return f"No tick has come since {render(ticks.heard)}: is the gateway up? Absence alerts are held, {held} so far."
    return None
