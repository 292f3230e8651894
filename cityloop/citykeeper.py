"""Keeps a gateway on the feeds, devices and kinds of the city's folder: on SIGHUP, and when the files change."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from enum import StrEnum
from typing import Protocol

import structlog

from config.catalogue import Catalogue
from config.feeds import FeedTable
from config.kinds import Kind
from config.problem import ProblemsError
from config.sources import Device

_log = structlog.get_logger(__name__)


class Attentive(Protocol):
    """Whoever minds a city: the gateway."""

    def attend(self, feeds: FeedTable, devices: Mapping[str, Device], kinds: Mapping[str, Kind]) -> bool:
        """Mind these feeds, devices and kinds from now on; tells whether they are others than before."""


class Result(StrEnum):
    """What came of a reading."""

    RENEWED = "renewed"
    UNCHANGED = "unchanged"
    REFUSED = "refused"
    """It has problems: the old holds on."""


async def keep_city(
    gateway: Attentive, read: Callable[[], Catalogue], reasons: AsyncIterator[None], count: Callable[[Result], object]
) -> None:
    """Read the city whenever there is reason to, until cancelled. What has problems is told, and the old holds on.

    Args:
        gateway: is told.
        read: reads the city.
        reasons: yields when there is one (:func:`cityloop.cityfiles.changes`).
        count: is told what came of each reading.
    """
    async for _ in reasons:
        try:
            city = await asyncio.to_thread(_whole, read)
        except ProblemsError as error:
            count(Result.REFUSED)
            for problem in error.problems:
                _log.error("city.refused", problem=str(problem))
            continue
        except Exception:  # noqa: BLE001  # It is told whole: whatever a reader stumbles over, doors that are open stay open, and the next change is looked at.
            count(Result.REFUSED)
            _log.exception("city.unreadable")
            continue
        count(_minded(gateway, city))


def _whole(read: Callable[[], Catalogue]) -> Catalogue:
    """A city whose rules go with its kinds: what engines refuse is refused here too, so that both live by the same tables.

    Raises:
        ProblemsError: it has problems, or its rules have.
    """
    from cityloop.switching import rules_of_city  # noqa: PLC0415  # The rule compiler is heavy, and a gateway whose city never changes does not need it.

    city = read()
    rules_of_city(city)
    return city


def _minded(gateway: Attentive, city: Catalogue) -> Result:
    if not gateway.attend(city.feed_table, city.devices, city.kinds):
        _log.info("city.unchanged")
        return Result.UNCHANGED
    feeds = [feed.name for feed in city.feed_table.rows]
    _log.info("city.renewed", feeds=feeds, devices=len(city.devices), kinds=len(city.kinds))
    return Result.RENEWED
