"""A recording is finite, so a replay knows every id again, however long ago it came (SEMANTICS, section 1)."""

from typing import Any

import pytest

from rules.engine import Limits, Note, Noted, Partition, Recall
from rules.replay import Line, Summary, replay
from rules.replay.ensemble import Ensemble
from streams.observation import Observation
from tests.fakes.rulekit import alerts, notes, rules_of, run, seen, told

OVER = {"where": "value > 5"}
ALL = Limits(recall=Recall.EVERY)
MANY = 200


def after_many(last: Observation) -> list[Observation]:
    """A match with the id ``first``, two hundred samples that are none, and another one."""
    return [seen(0, 9, id="first"), *(seen(1 + number, 1, id=f"{number:03}") for number in range(MANY)), last]


def test_a_restamped_repetition_from_long_ago_is_a_duplicate() -> None:
    """The same id after two hundred others, with a later time, is counted, and nothing else: no second alert."""
    found = run(rules_of(OVER), after_many(seen(500, 9, id="first")), limits=ALL)
    assert notes(found) == [(Note.DUPLICATE, "first")]
    assert told(found) == [("firing", 0, 0, None, 1), ("resolved", 1, 0, 1, 1)]


def test_an_exact_repetition_from_long_ago_is_a_duplicate_and_not_late() -> None:
    """The very same line after two hundred others is told as what it is."""
    found = run(rules_of(OVER), after_many(seen(0, 9, id="first")), limits=ALL)
    assert notes(found) == [(Note.DUPLICATE, "first")]


def test_a_live_engine_takes_a_restamped_repetition_from_long_ago_for_another() -> None:
    """Its memory is bounded: after two hundred others the id is forgotten, and only the time decides."""
    restamped = run(rules_of(OVER), after_many(seen(500, 9, id="first")))
    assert notes(restamped) == []
    assert [event.event.value for event in alerts(restamped)] == ["firing", "resolved", "firing"]
    assert notes(run(rules_of(OVER), after_many(seen(0, 9, id="first")))) == [(Note.LATE, "first")]


def test_an_id_belongs_to_its_group() -> None:
    """Another source may use the same id; a rule over both takes it for a repetition."""
    history = [seen(0, 9, id="a"), seen(1, 9, id="a", source="sensor/2")]
    assert notes(run(rules_of(OVER), history, limits=ALL)) == []
    assert notes(run(rules_of(OVER | {"by": []}), history, limits=ALL)) == [(Note.DUPLICATE, "a")]


def test_an_id_belongs_to_its_rule() -> None:
    """A rule that never saw the first one sees the second."""
    rules = rules_of(OVER | {"kind": "level"}, OVER | {"kind": ["level", "other"]})
    found = run(rules, [seen(0, 1, id="a", kind="other"), seen(1, 9, id="a")], limits=ALL)
    assert [(note.note, note.rule) for note in found if isinstance(note, Noted)] == [(Note.DUPLICATE, "r1")]
    assert [event.rule for event in alerts(found)] == ["r0"]


def test_what_was_undecided_was_seen() -> None:
    """The repetition of an observation that could not be judged is a duplicate, even when it could be judged now."""
    history = after_many(seen(500, 9, id="unsure", confidence=0.9))
    history.insert(1, seen(0.5, 9, id="unsure"))
    found = run(rules_of({"where": "value > 5 && confidence > 0.5"}), history, limits=ALL)
    assert [note for note in notes(found) if note[1] == "unsure"] == [(Note.UNDECIDED, "unsure"), (Note.DUPLICATE, "unsure")]
    assert alerts(found) == []


def test_what_came_too_late_was_not_seen() -> None:
    """An id that was late only is free: the same id in time is an observation as any."""
    history = [seen(10, 1, id="a"), seen(5, 9, id="b"), seen(5, 9, id="b"), seen(20, 9, id="b")]
    found = run(rules_of(OVER), history, limits=ALL)
    assert notes(found) == [(Note.LATE, "b"), (Note.LATE, "b")]
    assert told(found) == [("firing", 20, 20, None, 1)]


def test_of_two_that_wait_the_earlier_counts() -> None:
    """Under a lateness the same id twice in the waiting room is applied once, at the earlier of its times."""
    history = [seen(3, 9, id="a"), seen(2, 9, id="a"), seen(60, 1, id="z")]
    found = run(rules_of(OVER | {"lateness": "20s"}), history, limits=ALL)
    assert notes(found) == [(Note.DUPLICATE, "a")]
    assert told(found)[0] == ("firing", 2, 2, None, 1)


def test_every_repetition_is_counted_for_its_rule() -> None:
    """The counts are those of a rule with a short memory: evaluated every time, duplicate from the second time on."""
    engine = Partition(rules_of(OVER), ALL)
    for observation in [seen(0, 9, id="a")] * 4:
        engine.observe(observation, 0)
    counts = engine.tally.of("r0")
    assert (counts.evaluated, counts.duplicate, counts.matched, counts.late) == (4, 3, 1, 0)


@pytest.mark.parametrize("lateness", ["0s", "30s"])
def test_a_replay_remembers_every_id(lateness: str) -> None:
    """Through the replay itself: one alert and one duplicate, told with the repetition's own time."""
    lines = [Line(number, one) for number, one in enumerate(after_many(seen(500, 9, id="first")), start=1)]
    rows: list[dict[str, Any]] = list(replay(rules_of(OVER | {"lateness": lateness}), lines, None, Summary()))
    assert [(row["event"], row["id"]) for row in rows if row["event"] in ("duplicate", "late")] == [("duplicate", "first")]
    assert [row["event"] for row in rows if "fired_at" in row] == ["firing", "resolved"]


@pytest.mark.parametrize("by", [["source"], ["zone"]])
def test_a_replay_of_a_topic_remembers_as_the_engine_did_that_read_it(by: list[str]) -> None:
    """Each partition, and where sources meet: a restamped repetition from long ago is what it was live."""
    rules = rules_of(OVER | {"by": by})
    engines = Ensemble(rules, streams=2)
    lines = [Line(number, one, stream=0) for number, one in enumerate(after_many(seen(500, 9, id="first")), start=1)]
    lines += [Line(300, seen(501, 1, kind="other"), stream=1)]
    found = [outcome for line in lines for outcome in engines.take(line)]
    found += engines.finish(None)
    live = run(rules, after_many(seen(500, 9, id="first")))
    assert told(found) == told(live) == [("firing", 0, 0, None, 1), ("resolved", 1, 0, 1, 1), ("firing", 500, 500, None, 1)]
    assert notes(found) == notes(live) == []


def test_a_live_engine_knows_the_last_few_ids_of_a_group() -> None:
    """Four in all: a restamped repetition after three others is a duplicate, after four it is another observation."""
    for others, expected in ((3, [(Note.DUPLICATE, "a")]), (4, [])):
        history = [seen(0, 1, id="a"), *(seen(1 + number, 1, id=f"{number}") for number in range(others)), seen(50, 9, id="a")]
        assert notes(run(rules_of(OVER), history)) == expected
