"""Feeds the lines of a recording to the engine."""

from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from config.moment import Micros
from rules.model import RuleSet
from rules.replay.ensemble import Ensemble
from rules.replay.lines import Line
from rules.replay.rows import REJECTED, rejected, row_of


class Summary(msgspec.Struct, kw_only=True):
    """What a replay saw, for people.

    Attributes:
        lines: observations and rejected lines.
        events: objects printed, by event.
    """

    lines: int = 0
    events: dict[str, int] = {}

    @property
    def rejected(self) -> int:
        """Lines that were not used."""
        return self.events.get(REJECTED, 0)


def replay(ruleset: RuleSet, lines: Iterable[Line], until: Micros | None, summary: Summary, streams: int = 0) -> Iterator[dict[str, Any]]:
    """Run a recording through the rules.

    Args:
        ruleset: the rules; those that group over several sources too.
        lines: the recording.
        until: up to when timers run after its end; ``None``: up to its last observation.
        summary: is filled.
        streams: how many partitions the recording has; 0 for one that is one stream.

    Yields:
        One object for each outcome, in the order of noticing; what is noticed at one line by (at, rule, group).
    """
    engines = Ensemble(ruleset, streams)
    number = 0
    for line in lines:
        number = line.number
        if line.tick is None:
            summary.lines += 1
        if line.reason:
            yield _counted(rejected(number, line.reason), summary)
            continue
        for outcome in engines.take(line):
            yield _counted(row_of(outcome, number), summary)
    for outcome in engines.finish(until):
        yield _counted(row_of(outcome, number), summary)


def _counted(row: dict[str, Any], summary: Summary) -> dict[str, Any]:
    summary.events[row["event"]] = summary.events.get(row["event"], 0) + 1
    return row
