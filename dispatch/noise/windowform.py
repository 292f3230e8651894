"""One maintenance window as ``noise.yaml`` has it."""

from collections.abc import Mapping
from datetime import time

import msgspec

from config.moment import Micros, parse
from config.records import read_record
from config.report import Report
from config.suggest import did_you_mean
from config.yamlfile import Node
from dispatch.noise.forms import Known, check_names, check_reach, read_matchers
from dispatch.noise.matcher import Matcher, Operator
from dispatch.noise.recurrence import WEEK, Recurrence
from dispatch.noise.window import Window

LISTS: Mapping[str, str] = {"cells": "cell", "sources": "source", "rules": "rule"}


class WindowForm(msgspec.Struct, frozen=True, kw_only=True):
    """The fields of an entry of ``maintenance``."""

    name: str
    comment: str
    match: tuple[str, ...] = ()
    cells: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    days: tuple[str, ...] = ()
    start: str | None = None
    end: str | None = None
    since: str | None = None
    until: str | None = None


def read_window(node: Node, known: Known) -> Window | None:
    """A window; ``None`` when a problem was noted that leaves none."""
    report = known.report
    form = read_record(WindowForm, node.fields, node.locate, report, unknown=node.locate_key)
    if form is None:
        return None
    before = len(report.problems)
    matchers = read_matchers(node, "match", form.match, known)
    for key, field in LISTS.items():
        check_names(node, key, getattr(form, key), field, known)
    if not (form.match or form.cells or form.sources or form.rules):
        report.add(node.locate(None), "the window is about every alert.", "Add match, cells, sources or rules.")
    elif len(form.rules) == 1:
        check_reach(node, "rules", [Matcher(field="rule", operator=Operator.EQUAL, value=form.rules[0])], known)
    else:
        check_reach(node, "match", matchers, known)
    if not form.comment.strip():
        report.add(node.locate("comment"), "comment: it is empty.", "Say why it is quiet then.")
    hours = _hours(node, form, known.city.zone, report)
    since, until = _instant(node, "since", form.since, report), _instant(node, "until", form.until, report)
    if since is not None and until is not None and until <= since:
        report.add(node.locate("until"), "until: it is not after since.", "Write a later instant.")
    if hours is None and form.start is None and form.until is None:
        report.add(node.locate(None), "the window never ends.", "Add start and end for hours that come back, or until for one time.")
    if len(report.problems) > before:
        return None
    return Window(
        name=form.name, comment=form.comment.strip(), matchers=matchers, cells=form.cells, sources=form.sources, rules=form.rules,
        hours=hours, since=since, until=until,
    )  # fmt: skip


def _hours(node: Node, form: WindowForm, zone: str, report: Report) -> Recurrence | None:
    for index, day in enumerate(form.days):
        if day not in WEEK:
            report.add(node.locate_item("days", index), f"days: {day!r} is not a day of the week.", did_you_mean(day, WEEK))
    if form.start is None and form.end is None:
        if form.days:
            report.add(node.locate("days"), "days: there are days without hours.", 'Add start: "00:00" and end: "00:00" for whole days.')
        return None
    start, end = _time(node, "start", form.start, report), _time(node, "end", form.end, report)
    if start is None or end is None:
        return None
    return Recurrence(zone=zone, start=start, end=end, days=form.days)


def _time(node: Node, key: str, text: str | None, report: Report) -> time | None:
    try:
        return time.fromisoformat(text if text is not None and len(text) == len("08:00") else "")
    except ValueError:
        told = f"{key} is missing." if text is None else f"{key}: {text!r} is no time of day."
        report.add(node.locate(key), told, "Write HH:MM in quotes, 00:00 to 23:59.")
        return None


def _instant(node: Node, key: str, text: str | None, report: Report) -> Micros | None:
    if text is None:
        return None
    try:
        return parse(text)
    except ValueError:
        report.add(node.locate(key), f"{key}: {text!r} is no instant with an offset.", "Write it as 2026-03-04T08:00:00+08:00.")
        return None
