"""Reads ``feeds.yaml``: the city's own feeds, every problem with its place."""

import re
from collections.abc import Collection
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, Literal

import msgspec

from config.duration import parse_duration
from config.feeds import DOORS, Door, Feed
from config.kinds import Text
from config.moment import SECOND, Micros
from config.records import Placed, read_record
from config.report import Report
from config.suggest import did_you_mean
from config.yamlfile import Node, read_yaml

_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
_SHORTEST, _LONGEST = SECOND, 31 * 86_400 * SECOND


class FeedRow(msgspec.Struct, frozen=True, kw_only=True):
    """An entry of the file as it is written; for what each field means see :class:`config.feeds.Feed`."""

    name: str
    door: Door
    label: Text | None = None
    sources: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    heartbeat: Any = None
    replays: bool = False
    catch_up: Any = None
    severity: Literal["critical", "major", "minor", "warning"] = "major"
    category: str = "01050"
    ticket: Literal["auto", "confirm", "none"] = "none"


def read_feeds(path: Path, report: Report, devices: Collection[str], cameras: Collection[str]) -> list[Placed]:
    """Read a file ``feeds: [...]``; entries with faults are left out and noted.

    Args:
        path: the file.
        report: takes the problems.
        devices: ids of the city's sensors.
        cameras: ids of its cameras.
    """
    top = read_yaml(path, report)
    if top is None:
        return []
    for name in top.fields.keys() - {"feeds"}:
        report.add(top.locate_key(name), f"unknown field {name!r}.", "Write the feeds under 'feeds:'.")
    known = {Door.MQTT: devices, Door.CAMERAS: cameras}
    found: list[Placed] = []
    for node in top.children("feeds", report):
        feed = _feed(node, report)
        if feed is None:
            continue
        if feed.name in {placed.value.name for placed in found}:
            report.add(node.locate("name"), f"the feed {feed.name!r} is there already.", "Give each its own name.")
            continue
        for pattern in feed.sources if feed.door in known else ():
            if not any(fnmatchcase(source, pattern) for source in known[feed.door]):
                what = f"the pattern {pattern!r} fits no source that comes in by {feed.door}."
                report.add(
                    node.locate("sources"), what, did_you_mean(pattern, known[feed.door]) or "Add the source, or remove the pattern."
                )
        found.append(Placed(feed, node.locate(None)))
    return found


def _feed(node: Node, report: Report) -> Feed | None:
    before = len(report.problems)
    row = read_record(FeedRow, node.fields, node.locate, report, unknown=node.locate_key)
    if row is None:
        return None
    usual = next((feed for feed in DOORS if feed.name == row.name), None)
    if usual is None:
        _check_own(row, node, report)
    elif usual.door is not row.door:
        report.add(node.locate("door"), f"the feed {row.name!r} is that of the door {usual.name}.", f"Write door: {usual.name}.")
    elif row.sources:
        report.add(node.locate("sources"), f"the feed {row.name!r} has every source that no other feed has.", "Leave 'sources' out.")
    _check_signs(row, node, report)
    usual = usual or next(feed for feed in DOORS if feed.door is row.door)
    heartbeat = _length(row, "heartbeat", node, report)
    catch_up = _length(row, "catch_up", node, report)
    if catch_up is not None and not row.replays:
        report.add(
            node.locate("catch_up"), "catch_up has no meaning for a feed that does not replay.", "Write replays: true, or leave it out."
        )
    if len(report.problems) > before:
        return None
    return Feed(
        name=row.name,
        door=row.door,
        label=row.label or (usual.label if usual.name == row.name else Text(row.name, row.name)),
        sources=row.sources,
        topics=row.topics,
        keys=row.keys,
        heartbeat=usual.heartbeat if heartbeat is None else heartbeat,
        replays=row.replays,
        catch_up=usual.catch_up if catch_up is None else catch_up,
        severity=row.severity,
        category=row.category,
        ticket=row.ticket,
    )


def _check_own(row: FeedRow, node: Node, report: Report) -> None:
    """A feed that is not a door's own."""
    if not _NAME.fullmatch(row.name):
        report.add(node.locate("name"), f"{row.name!r} is not a feed's name.", "Write a short name in lower case: city-hospital.")
    if row.door is Door.GATEWAY:
        report.add(node.locate("door"), "the ticks are one feed.", "Name it 'gateway', or take the door mqtt, http or cameras.")
    if not row.sources:
        report.add(node.locate("sources"), f"the feed {row.name!r} has no sources.", "Add patterns: sources: ['sensor/elder-*'].")


def _check_signs(row: FeedRow, node: Node, report: Report) -> None:
    """Signs of life that its door can tell."""
    for field, door in (("topics", Door.MQTT), ("keys", Door.HTTP)):
        if getattr(row, field) and row.door is not door:
            report.add(node.locate(field), f"{field} are signs of life at the door {door}, not at {row.door}.", f"Leave {field} out.")
    for topic in row.topics:
        if not _is_filter(topic):
            report.add(node.locate("topics"), f"{topic!r} is no MQTT topic filter.", "'+' and '#' stand alone between slashes, '#' last.")


def _is_filter(topic: str) -> bool:
    parts = topic.split("/")
    whole = all(part in ("+", "#") or not {"+", "#"} & set(part) for part in parts)
    return bool(topic) and "\0" not in topic and whole and "#" not in parts[:-1]


def _length(row: FeedRow, field: str, node: Node, report: Report) -> Micros | None:
    given = getattr(row, field)
    if given is None:
        return None
    try:
        length = parse_duration(str(given))
    except ValueError as error:
        report.add(node.locate(field), f"{field}: {error}.", f"Write for example {field}: 90s.")
        return None
    if not _SHORTEST <= length <= _LONGEST:
        report.add(node.locate(field), f"{field}: {given} is not between 1s and 31d.", f"Write for example {field}: 90s.")
    return length
