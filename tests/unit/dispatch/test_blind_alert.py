"""What dispatch makes of ``monitoring-blind``: an alert like any other, named by its feed, and a ticket only where the city wants one."""

import msgspec

from config.feeds import DOORS, Feed
from config.moment import SECOND
from dispatch.alertcase import AlertState
from dispatch.desk import Desk, Situation
from dispatch.intake import take
from rules.sight import Turn, blind_alert
from streams.alert import AlertEvent
from tests.fakes.town import NOON, town

DESK = Desk(town())
NOW = Situation(NOON + 20 * SECOND, DESK, {})


def told(feed: Feed, *, blind: bool = True) -> AlertEvent:
    """The event as it comes from the log."""
    turn = Turn(feed, blind=blind, starts_at=NOON + 15 * SECOND, heard=NOON, at=NOON + (15 if blind else 60) * SECOND)
    return msgspec.json.decode(msgspec.json.encode(blind_alert(turn, turn.at)), type=AlertEvent)


def test_it_is_shown_at_its_feed_and_opens_no_ticket() -> None:
    """The label of the feed stands where others have their place, and the text needs none."""
    intake = take(told(DOORS[0]), None, (), NOW)
    assert (intake.alert.state, intake.alert.place, intake.ticket) == (AlertState.FIRING, "接入网关 Gateway", None)
    assert intake.alert.summary.en == "Monitoring blind: nothing is heard of Gateway; absence alerts are held"


def test_it_resolves_when_sight_returns() -> None:
    """The same alert, by its id, with the instant at which the feed was in sight again."""
    first = take(told(DOORS[0]), None, (), NOW).alert
    last = take(told(DOORS[0], blind=False), first, (), NOW).alert
    assert (last.id, last.state, last.latest.ends_at) == (first.id, AlertState.RESOLVED, NOON + 60 * SECOND)


def test_a_city_may_want_a_ticket() -> None:
    """The feed says so, and its category routes it like any other."""
    intake = take(told(msgspec.structs.replace(DOORS[0], ticket="confirm")), None, (), NOW)
    assert intake.ticket is not None
    assert intake.ticket.opening.category == "01050"
