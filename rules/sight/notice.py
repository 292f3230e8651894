"""The alert ``monitoring-blind``: one a feed, built in, since nobody should be able to forget its rule."""

from collections.abc import Iterator

import msgspec

from config.duration import render_duration
from config.feeds import Feed, FeedTable
from config.kinds import Text
from config.moment import Micros, render
from rules.model import BLIND
from rules.sight.eyes import Eyes, Turn
from streams.alert import AlertEvent, Cause, Change, Severity, TicketPolicy
from streams.ids import alert_id, event_id

VERSION = "built-in"


def blind_alert(turn: Turn, noticed: Micros) -> AlertEvent:
    """The event of a turn: like an absence of the feed's signs of life for longer than its heartbeat.

    Args:
        turn: what happened.
        noticed: the clock of the log.
    """
    feed = turn.feed
    group = {"feed": feed.name}
    identity = alert_id(BLIND, group, turn.starts_at)
    change = Change.FIRING if turn.blind else Change.RESOLVED
    return AlertEvent(
        event_id=event_id(identity, change.value, turn.at),
        event=change,
        at=turn.at,
        id=identity,
        rule=BLIND,
        rule_version=VERSION,
        group=group,
        severity=Severity(feed.severity),
        category=feed.category,
        ticket=TicketPolicy(feed.ticket),
        starts_at=turn.starts_at,
        fired_at=turn.starts_at,
        last_seen=turn.heard,
        ends_at=None if turn.blind else turn.at,
        count=0,
        source=f"feed/{feed.name}",
        summary=_summary(feed),
        why=_why(feed, turn.heard),
        detected_at=noticed,
    )


def feeds_changed(before: Eyes, now: FeedTable, version: str, noticed: Micros) -> Iterator[AlertEvent]:
    """What alerts of feeds that are blind say when the feeds become others: gone ones resolve, others say what is new.

    Args:
        before: what was known, with the feeds as they were.
        now: the feeds as they are from here on.
        version: of the rule set that brings them; an event's identity is another one than that of a like change at the same instant.
        noticed: the clock of the log.
    """
    clock = before.sight.clock
    for feed in before.table.rows:
        known = before.sight.feeds.get(feed.name)
        if known is None or not known.blind:
            continue
        after = now.named(feed.name)
        turn = Turn(feed, blind=after is not None, starts_at=known.blind_at, heard=known.heard, at=clock)
        event = blind_alert(turn, noticed)
        if after is None:
            yield msgspec.structs.replace(event, cause=Cause.RULE_REMOVED)
        elif (told := blind_alert(msgspec.structs.replace(turn, feed=after), noticed)) != event:
            identity = event_id(told.id, f"{Change.UPDATED.value} by {version}", clock)
            yield msgspec.structs.replace(told, event=Change.UPDATED, event_id=identity)


def _summary(feed: Feed) -> Text:
    return Text(
        en=f"Monitoring blind: nothing is heard of {feed.label.en}; absence alerts are held",
        zh=f"监测失明：{feed.label.zh}无信号，缺失类告警暂缓",
    )


def _why(feed: Feed, heard: Micros) -> dict[str, object]:
    return {
        "form": "absent",
        "after": render_duration(feed.heartbeat),
        "feed": feed.name,
        "heard_at": render(heard),
        "replays": feed.replays,
    }
