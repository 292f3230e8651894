"""What the behaviour suites of noise control share."""

from typing import Any

import msgspec

from config.moment import SECOND, Micros
from dispatch.actor import SYSTEM
from dispatch.delivery import Delivery, Purpose
from dispatch.noise.draft import SilenceDraft
from dispatch.noise.matcher import Matcher
from dispatch.noise.matchertext import parse_matcher
from dispatch.noise.policy import NoisePolicy
from dispatch.noise.silence import Silence
from dispatch.noisequery import SilenceAdded
from dispatch.query import AlertDetail, TicketQuery
from dispatch.verdict import SuppressionKind
from tests.contract.dispatch.conftest import Noisy
from tests.fakes.town import NOON, actor

MINUTE: Micros = 60 * SECOND
PLAIN = NoisePolicy()


def matchers(*texts: str) -> tuple[Matcher, ...]:
    """Matchers from their texts."""
    return tuple(parse_matcher(text) for text in texts)


def draft(*texts: str, minutes: int = 60, **fields: Any) -> SilenceDraft:
    """A silence that ends so many minutes after noon."""
    return SilenceDraft(matchers=matchers(*texts), ends_at=NOON + minutes * MINUTE, **({"comment": "road works"} | fields))


async def silence(books: Noisy, *texts: str, person: str = "dora", **fields: Any) -> Silence:
    """A silence that somebody has made."""
    made = await books.noise.add_silence(actor(person), draft(*texts, **fields))
    assert isinstance(made, SilenceAdded), made
    return made.silence


async def shown(books: Noisy, alert_id: str) -> AlertDetail:
    """An alert as it stands."""
    found = await books.book.alert(SYSTEM, alert_id)
    assert found is not None
    return found


async def kinds(books: Noisy, alert_id: str) -> list[SuppressionKind]:
    """What keeps an alert quiet."""
    return [found.kind for found in (await shown(books, alert_id)).alert.suppressed_by]


async def tickets(books: Noisy) -> int:
    """How many tickets there are."""
    return len((await books.book.tickets(SYSTEM, TicketQuery())).items)


def told(delivery: Delivery) -> dict[str, Any]:
    """What a notice says."""
    data: dict[str, Any] = msgspec.json.decode(delivery.body)["data"]
    return data


async def groups(books: Noisy) -> list[dict[str, Any]]:
    """What the notices of groups say, the oldest first."""
    return [told(delivery) for delivery in await books.deliveries() if delivery.purpose is Purpose.GROUP]
