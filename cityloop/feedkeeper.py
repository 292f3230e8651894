"""Keeps a gateway on the feeds and devices of the city's folder: on SIGHUP, and when the files change."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import structlog

from cityloop.cityfiles import changes, fingerprint
from config.catalogue import Catalogue
from config.feeds import FeedTable
from config.problem import ProblemsError
from config.sources import Device

_log = structlog.get_logger(__name__)


class Attentive(Protocol):
    """Whoever minds feeds: the gateway."""

    def attend(self, feeds: FeedTable, devices: "dict[str, Device]") -> bool:
        """Mind these feeds and devices from now on; tells whether they are others than before."""


async def keep_feeds(gateway: Attentive, read: Callable[[], Catalogue], folder: Path, seconds: float, asked: asyncio.Event) -> None:
    """Read the city whenever it is asked for, or when its files changed, until cancelled. What has problems is told, and the old holds on.

    Args:
        gateway: is told.
        read: reads the city.
        folder: of the city.
        seconds: how often to look whether files changed; 0: only when it is asked for.
        asked: is set by whoever asks.
    """
    seen = await asyncio.to_thread(fingerprint, folder)
    async for _ in changes(folder, seen, seconds, asked):
        try:
            city = await asyncio.to_thread(read)
        except ProblemsError as error:
            for problem in error.problems:
                _log.error("feeds.refused", problem=str(problem))
            continue
        if gateway.attend(city.feed_table, dict(city.devices)):
            _log.info("feeds.renewed", feeds=[feed.name for feed in city.feed_table.rows], devices=len(city.devices))
        else:
            _log.info("feeds.unchanged")
