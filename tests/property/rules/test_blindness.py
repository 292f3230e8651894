"""Laws of blindness: outages make no absences, sight changes nothing, and a restart in the middle of it all changes nothing."""

from hypothesis import given, settings
from hypothesis import strategies as st

from rules.engine import Partition
from tests.fakes.rulekit import alerts, rules_of, run, seen, told
from tests.fakes.ruletraffic import FORMS, Case, dice, observation_of, traffic
from tests.fakes.sightkit import ELDER, Step, Tick, Word, instant, merged, of_rules, run_steps, table, take

MOTION = {"kind": "motion", "where": "value == true"}
SILENT = (
    MOTION | {"rule": "inactive", "absent": "7s"},
    MOTION | {"rule": "inactive-for", "absent": "5s", "for": "3s"},
    MOTION | {"rule": "inactive-late", "absent": "7s", "lateness": "4s"},
    {"rule": "no-answer", "sequence": [{"kind": "door"}, {"not": {"kind": "motion"}}], "within": "6s"},
)


QUIET = (
    MOTION | {"rule": "moved", "keep_firing_for": "6s", "repeat": "4s"},
    MOTION | {"rule": "busy", "count": 2, "within": "9s"},
    {"rule": "open", "kind": "door", "where": "value == true", "keep_firing_for": "5s", "lateness": "3s"},
)
"""Rules whose alerts resolve when nothing came for a while."""


def presence(at: float, received: float | None = None) -> list[Step]:
    """A door and a motion a moment later: proof that somebody was there."""
    came = instant(at + 0.2 if received is None else received)
    return [
        seen(at, True, kind="door", source=ELDER, received_at=came, id=f"door-{at}"),
        seen(at + 0.2, True, kind="motion", source=ELDER, received_at=came, id=f"motion-{at}"),
    ]


def outage(start: int, length: int, end: int, *, watched: bool) -> list[Step]:
    """A gateway that is away between two ticks, missed by somebody or by nobody."""
    there = [Tick(second, {"mqtt": second}) for second in range(end) if not start < second < start + length]
    return [*there, *([Word(start + second, {"gateway": start}) for second in range(6, length - 1, 7)] if watched else [])]


@settings(max_examples=60, deadline=None)
@given(start=st.integers(0, 40), length=st.integers(6, 200), offset=st.floats(0, 3.5), watched=st.booleans(), replays=st.booleans())
def test_an_outage_makes_no_absence_of_who_was_there_before_and_after(
    start: int, length: int, offset: float, *, watched: bool, replays: bool
) -> None:
    """However long the gateway is away and whenever it went: who was heard right before and right after is never called about."""
    back = start + length
    there = [presence(second + offset) for second in range(0, start, 4) if second + offset < start]
    there += [presence(second + offset) for second in range(back, back + 20, 4)]
    steps = merged(*there, outage(start, length, back + 20, watched=watched))
    assert of_rules(run_steps(rules_of(*SILENT), steps, table(replays=replays, catch_up=5))) == []


@settings(max_examples=25, deadline=None)
@given(start=st.integers(4, 40), length=st.integers(6, 100), late=st.floats(0.1, 4.0))
def test_what_is_replayed_after_an_outage_is_as_if_it_had_been_seen(start: int, length: int, late: float) -> None:
    """Somebody was there all the time, and all of it arrives after the return in its own order: nobody is called about."""
    back = start + length
    before = [presence(second) for second in range(0, start, 4)]
    during = [presence(second, received=back + late) for second in range(start - start % 4, back, 4) if second >= start]
    after = [presence(second, max(second + 0.2, back + late + 0.1)) for second in range(back - back % 4, back + 30, 4) if second >= back]
    steps = merged(*before, outage(start, length, back + 30, watched=True), *during, *after)
    assert of_rules(run_steps(rules_of(*SILENT), steps, table(replays=True, catch_up=6))) == []


def _history(seed: int) -> list[Step]:
    """Random traffic in order, received at once, with a tick a second."""
    chance = dice(seed)
    found: list[Step] = [observation_of(one) for one in traffic(chance, 60, 90)]
    return merged(found, [Tick(second, {"http": second, "mqtt": second}) for second in range(92)])


def _rules(seed: int) -> list[dict[str, object]]:
    chance = dice(seed)
    return [dict(Case(chance, form, lateness).written) | {"rule": f"{form}-{lateness}"} for form in FORMS for lateness in (0, 5)]


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_sight_that_is_never_lost_changes_nothing(seed: int) -> None:
    """With ticks and feeds that are always heard, every form says what it says without them, at the same instants."""
    ruleset, history = rules_of(*_rules(seed)), _history(seed)
    watched = Partition(ruleset, feeds=table())
    found = [outcome for step in history for outcome in take(watched, step)]
    found += watched.finish(instant(91), instant(91))
    plain = run(ruleset, [step for step in history if not isinstance(step, Tick | Word)], until=91)
    assert sorted(told(found)) == sorted(told(plain))
    assert sorted(event.event_id for event in alerts(found)) == sorted(event.event_id for event in alerts(plain))


@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 10**6), every=st.integers(1, 9), hole=st.integers(1, 70), length=st.integers(2, 40), replays=st.booleans())
def test_a_restart_anywhere_in_an_outage_changes_nothing(seed: int, every: int, hole: int, length: int, *, replays: bool) -> None:
    """Written and read back at every k-th record, before, in and after a hole, the engine says the same to the last bit."""
    steps = [step for step in _history(seed) if not (isinstance(step, Tick) and hole < step.at < hole + length)]
    words: list[Step] = [Word(hole + second, {"gateway": hole}) for second in range(6, length, 9)]
    steps = merged(steps, words, [Word(second, {"cameras": second}) for second in range(0, 90, 3)])
    ruleset = rules_of(*_rules(seed), *SILENT, *QUIET)
    feeds = table(replays=replays, catch_up=4)
    assert run_steps(ruleset, steps, feeds, every=every) == run_steps(ruleset, steps, feeds)


@settings(max_examples=40, deadline=None)
@given(start=st.integers(5, 40), length=st.integers(6, 200), ended=st.floats(0, 3.5), watched=st.booleans(), replays=st.booleans())
def test_no_alert_resolves_in_the_dark(start: int, length: int, ended: float, *, watched: bool, replays: bool) -> None:
    """However long the gateway is away: what fired before it went and may go on in the dark is resolved by nothing that nobody saw."""
    back = start + length
    there = [presence(start - ended - 0.5)]
    steps = merged(*there, outage(start, length, back + 40, watched=watched))
    feeds = table(replays=replays, catch_up=5)
    resolved = [event for event in of_rules(run_steps(rules_of(*QUIET), steps, feeds)) if event.event.value == "resolved"]
    in_the_dark = [event for event in resolved if event.at > instant(start + 5)]  # The heartbeat of gateway and feed.
    assert all(event.detected_at >= instant(back) for event in in_the_dark)
    assert replays or all(event.at >= instant(back) for event in in_the_dark)
