"""Runs one test through the engine and gathers the alerts that came, one value an episode."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from config.moment import Micros
from rules.engine import Failed, Note, Noted, Outcome, Partition
from rules.model import RuleSet
from rules.replay.ensemble import LIMITS, in_force
from rules.trials.case import Case
from streams.alert import AlertEvent, Change


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """One alert that came, as its last event told it.

    Attributes:
        rule: name of its rule.
        group: its group key.
        fires: when it fired.
        resolves: when it resolved, if it did.
        updates: when it said so again.
        event: its last event.
    """

    rule: str
    group: Mapping[str, Any]
    fires: Micros
    resolves: Micros | None = None
    updates: tuple[Micros, ...] = ()
    event: AlertEvent


def run_case(case: Case, rules: RuleSet) -> tuple[tuple[Found, ...], Mapping[str, int]]:
    """Every alert in the order of firing, and how many observations were not applied, by reason.

    The clock of the stream begins at the start and goes by the arrivals, as ticks drive it live; after the last one timers
    run up to ``until``.
    """
    engine = Partition(in_force(rules), LIMITS)
    outcomes: list[Outcome] = [*engine.tick(case.start, case.start)]
    for arrival in case.arrivals:
        outcomes.extend(engine.tick(arrival.at, arrival.at))
        outcomes.extend(engine.observe(arrival.observation, arrival.at))
    outcomes.extend(engine.finish(case.until, case.until))
    notes = Counter(outcome.note.value for outcome in outcomes if isinstance(outcome, Noted))
    notes[Note.CRASHED.value] += sum(isinstance(outcome, Failed) for outcome in outcomes)
    return _episodes(outcome for outcome in outcomes if isinstance(outcome, AlertEvent)), notes


def _episodes(events: Iterable[AlertEvent]) -> tuple[Found, ...]:
    by_id: dict[str, list[AlertEvent]] = {}
    for event in events:
        by_id.setdefault(event.id, []).append(event)
    found = [_episode(told) for told in by_id.values()]
    return tuple(sorted(found, key=lambda one: (one.fires, one.rule)))


def _episode(told: list[AlertEvent]) -> Found:
    last = told[-1]
    return Found(
        rule=last.rule,
        group=last.group,
        fires=last.fired_at,
        resolves=last.at if last.event is Change.RESOLVED else None,
        updates=tuple(event.at for event in told if event.event is Change.UPDATED),
        event=last,
    )
