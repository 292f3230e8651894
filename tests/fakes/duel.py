"""The engine and the reference evaluator over one case, side by side: what each alert says, and what was not applied."""

from collections import Counter
from typing import NamedTuple

from rules.engine import Limits, Noted, Outcome, Partition
from rules.parser import parse_rules
from rules.replay.ensemble import LIMITS
from streams.alert import AlertEvent
from streams.ids import canonical
from tests.fakes.oddcases import Oddity, observation_of
from tests.fakes.oracle.log import clock, hear, in_turn
from tests.fakes.oracle.rulebook import read_rules
from tests.fakes.rulekit import KINDS

PULSES = tuple(kind.name for kind in KINDS.values() if kind.pulse)


class Told(NamedTuple):
    """One thing that was said or noted; equal for both when they agree to the microsecond.

    Attributes:
        rule: whose.
        event: ``firing``, ``updated``, ``resolved``, or why something was not applied.
        id: of the event, or of the observation.
        group: canonical JSON.
        at: instants: of the event, of the episode's beginning, firing and end.
        matches: how many belong to the episode.
    """

    rule: str
    event: str
    id: str
    group: str
    at: tuple[int | None, ...] = ()
    matches: int = 0


def by_engine(case: Oddity, *, replay: bool) -> Counter[Told]:
    """What the engine says; as a replay everything that waits is applied at the end, and timers run up to then."""
    engine = Partition(parse_rules(case.rules, KINDS), LIMITS if replay else Limits(remembered=len(case.log)))
    outcomes: list[Outcome] = []
    for entry in case.log:
        outcomes += engine.tick(entry, entry) if isinstance(entry, int) else engine.observe(observation_of(entry), entry.at)
    if replay:
        outcomes += engine.finish(engine.now, engine.now)
    return Counter(map(_told, outcomes))


def by_oracle(case: Oddity, *, replay: bool) -> Counter[Told]:
    """What the oracle says."""
    found: Counter[Told] = Counter()
    end = clock(case.log)
    for rule in read_rules(case.rules, PULSES):
        last = end if replay else end - rule.lateness - 1
        heard = hear(rule, in_turn(case.log, rule.lateness, to_the_end=replay), last)
        for said, group in heard.said:
            at = (said.at, said.starts_at, said.fired_at, said.ends_at)
            found[Told(rule.name, said.event, said.identity(rule.name, group), canonical(group), at, said.matches)] += 1
        for noted in heard.noted:
            found[Told(rule.name, noted.note, noted.id, canonical(noted.group))] += 1
    return found


def _told(outcome: Outcome) -> Told:
    if isinstance(outcome, AlertEvent):
        at = (outcome.at, outcome.starts_at, outcome.fired_at, outcome.ends_at)
        return Told(outcome.rule, outcome.event.value, outcome.event_id, canonical(outcome.group), at, outcome.count)
    assert isinstance(outcome, Noted), outcome
    return Told(outcome.rule, outcome.note.value, outcome.observation.id, canonical(outcome.group))
