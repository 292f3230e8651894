"""Feeds the lines of a recording to the engine."""

from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from config.moment import Micros
from rules.engine import Limits, Outcome, Partition
from rules.model import RuleSet
from rules.replay.lines import Line
from rules.replay.rows import REJECTED, rejected, row_of
from rules.state import BEGINNING, NEVER

LIMITS = Limits(remembered=64, forget_after=NEVER)
"""A recording is finite, so its groups may remember more ids than those of a live engine: then a repetition is told as
duplicate where the live engine tells it as late. Neither applies it. Nor is a group forgotten: what lies more than
``forget_after`` behind the clock, as in a recording that is sorted by source, is judged as any other observation."""


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


def replay(ruleset: RuleSet, lines: Iterable[Line], until: Micros | None, summary: Summary) -> Iterator[dict[str, Any]]:
    """Run a recording through the rules.

    Args:
        ruleset: the rules; those that group over several sources too, since a recording is one stream.
        lines: the recording.
        until: up to when timers run after its end; ``None``: up to its last observation.
        summary: is filled.

    Yields:
        One object for each outcome, in the order of noticing; what is noticed at one line by (at, rule, group).
    """
    engine = Partition(ruleset, LIMITS)

    def told(outcomes: Iterable[Outcome], number: int) -> Iterator[dict[str, Any]]:
        for outcome in outcomes:
            yield _counted(row_of(outcome, number), summary)

    number = 0
    for line in lines:
        summary.lines += 1
        number = line.number
        if line.observation is None:
            yield _counted(rejected(number, line.reason), summary)
            continue
        at = line.observation.at
        yield from told(engine.observe(line.observation, max(at, engine.now)), number)
    if engine.now != BEGINNING:
        until = engine.now if until is None else until
        yield from told(engine.finish(until, max(until, engine.now)), number)


def _counted(row: dict[str, Any], summary: Summary) -> dict[str, Any]:
    summary.events[row["event"]] = summary.events.get(row["event"], 0) + 1
    return row
