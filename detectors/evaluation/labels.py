"""Reads labels: what happened and what was watched, one JSON object a line."""

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from config import moment
from config.duration import parse_duration
from config.moment import Micros
from config.problem import Problem
from config.report import Place as Where
from config.report import Report
from config.sources import SCENES
from config.suggest import did_you_mean
from detectors.evaluation.event import Span, Tier, TrueEvent

NAMES: Mapping[str, str] = {
    "source": "source", "camera": "source", "watch": "watch",
    "kind": "kind", "scene": "kind", "zone": "zone",
    "since": "since", "start": "since", "from": "since", "starts_at": "since",
    "until": "until", "end": "until", "to": "until", "ends_at": "until",
    "dwell": "dwell", "tier": "tier", "condition": "condition",
}  # fmt: skip
"""Fields of a line, and the other words that labelling tools have for them."""


class Labels(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody saw.

    Attributes:
        events: what happened.
        watched: by source and tier, spans in which everything that happened was labelled; empty where nobody said so.
    """

    events: tuple[TrueEvent, ...]
    watched: Mapping[tuple[str, Tier], tuple[Span, ...]]


def read_labels(file: str, lines: Iterable[tuple[int, Any]], report: Report) -> Labels:
    """Read labels; every fault is reported with its line.

    Args:
        file: name for problems.
        lines: number and JSON value of each line.
        report: takes the problems.
    """
    events: list[TrueEvent] = []
    watched: dict[tuple[str, Tier], list[Span]] = {}
    for number, value in lines:
        line = _Line(file, number, report)
        fields = line.fields(value)
        if fields is None:
            continue
        span, tier = line.span(fields), line.tier(fields)
        if "watch" in fields:
            source = line.text(fields, "watch")
            if span is not None and source is not None:
                watched.setdefault((source, tier), []).append(span)
            continue
        source, kind, dwell = line.text(fields, "source"), line.text(fields, "kind"), line.dwell(fields)
        if span is None or source is None or kind is None:
            continue
        zone, condition = fields.get("zone"), fields.get("condition")
        place = (source, SCENES.get(kind, kind), None if zone is None else str(zone))
        events.append(TrueEvent(place=place, span=span, dwell=dwell, tier=tier, condition=None if condition is None else str(condition)))
    return Labels(events=tuple(events), watched={key: tuple(spans) for key, spans in watched.items()})


class _Line:
    """One line, and how to complain about it."""

    def __init__(self, file: str, number: int, report: Report) -> None:
        self._place = Where(file, number)
        self._report = report

    def fields(self, value: Any) -> dict[str, Any] | None:
        """Its fields under their own names; those of other tools are passed over."""
        if isinstance(value, Mapping):
            return {NAMES[name]: part for name, part in value.items() if name in NAMES}
        self._report.add(self._place, "this is not a JSON object.", "Write one label a line: {source, kind, since, until}.")
        return None

    def text(self, fields: Mapping[str, Any], name: str) -> str | None:
        """A text that must be there."""
        found = fields.get(name)
        if isinstance(found, str) and found:
            return found
        self._report.add(self._place, f"{name} is missing.", "Write source, kind, since and until, or watch, from and to.")
        return None

    def span(self, fields: Mapping[str, Any]) -> Span | None:
        """From when to when."""
        begin, end = self._instant(fields, "since"), self._instant(fields, "until")
        if begin is None or end is None:
            return None
        if end < begin:
            self._report.add(self._place, "it ends before it begins.", "Write the earlier instant as since.")
            return None
        return Span(begin, end)

    def tier(self, fields: Mapping[str, Any]) -> Tier:
        """How real the pictures are; real unless it says otherwise."""
        name = fields.get("tier", Tier.REAL.value)
        try:
            return Tier(name)
        except ValueError:
            self._report.add(self._place, f"unknown tier {name!r}.", did_you_mean(str(name), [tier.value for tier in Tier]))
            return Tier.REAL

    def dwell(self, fields: Mapping[str, Any]) -> Micros:
        """How long it had to last."""
        try:
            return parse_duration(str(fields.get("dwell", "0s")))
        except ValueError as error:
            self._report.add(self._place, f"dwell: {error}.", "Write for example 30s.")
            return 0

    def _instant(self, fields: Mapping[str, Any], name: str) -> Micros | None:
        try:
            return moment.parse(fields[name])
        except KeyError:
            self._report.add(self._place, f"{name} is missing.", "Write an instant with its offset, like 2026-03-02T08:00:00+08:00.")
        except (TypeError, ValueError) as error:
            self._report.add(self._place, f"{name}: {error}.", "Write an instant with its offset, like 2026-03-02T08:00:00+08:00.")
        return None


def no_labels(file: str) -> Problem:
    """What to say of a file without any."""
    return Problem(file=file, what="there are no labels in it.", fix="Write one label a line, or a watch line where nothing happened.")
