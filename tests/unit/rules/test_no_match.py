"""Samples that are no match, or that cannot be judged, in each form: they count for nothing, and the latter are told."""

from typing import Any

import pytest

from rules.engine import Note
from streams.observation import Observation, Position
from tests.fakes.rulekit import notes, rules_of, run, seen, told

PLACE = Position(121.5, 31.25)
SURE = "confidence > 0.5"
OTHER = {"kind": "other", "where": SURE}
FORMS: dict[str, dict[str, Any]] = {
    "level": {"where": SURE, "clear": "confidence < 0.1"},
    "count": {"where": SURE, "count": 2, "within": "60s"},
    "distinct": {"where": SURE, "count": 2, "within": "60s", "distinct": "value"},
    "absent": {"where": SURE, "absent": "5s"},
    "rate": {"where": SURE, "rate": {"above": 1, "per": "1s"}, "within": "60s"},
    "cluster": {"where": SURE, "cluster": {"sources": 2, "radius": "1km"}, "within": "60s", "by": [], "keep_firing_for": "60s"},
    "sequence": {"sequence": [{"kind": "level", "where": SURE}, OTHER], "within": "60s", "keep_firing_for": "60s"},
    "unanswered": {"sequence": [{"kind": "level", "where": SURE}, {"not": OTHER}], "within": "5s"},
}
"""A rule of each form, whose matches are those of which the confidence is high."""


def sample(at: float, confidence: float | None, **fields: Any) -> Observation:
    """A sample with a confidence, or without one."""
    given: dict[str, Any] = {"source": f"sensor/{at if fields.pop('moving', False) else 1}", "position": PLACE} | fields
    return seen(at, round(at) * 10, confidence=confidence, id=f"{at}-{confidence}-{fields.get('kind', 'level')}", **given)


def history(form: str, between: list[Observation]) -> list[Observation]:
    """What makes the form fire by second 20, and a match at 30 (of the second step, where there are steps), with something between."""
    kind = "other" if form == "sequence" else "level"
    moving = form == "cluster"
    return [sample(0, 0.9, moving=moving), sample(4, 0.9, kind=kind, moving=moving), *between, sample(30, 0.9, moving=moving)]


@pytest.mark.parametrize("form", FORMS)
def test_a_sample_that_is_no_match_changes_nothing(form: str) -> None:
    """With samples between the bounds strewn in, the alert says the same, counts included, and nothing is noted."""
    rules = rules_of(FORMS[form])
    between = [sample(at, 0.3, kind=kind) for at in (12, 20, 21) for kind in ("level", "other")]
    plain, strewn = run(rules, history(form, []), 200), run(rules, history(form, between), 200)
    assert told(strewn, updates=True) == told(plain, updates=True) != []
    assert notes(strewn) == []


@pytest.mark.parametrize("form", FORMS)
def test_a_sample_that_cannot_be_judged_is_told_and_changes_nothing(form: str) -> None:
    """Without confidence a sample is undecided in every form, with the reason, and the alert says the same."""
    rules = rules_of(FORMS[form])
    plain = run(rules, history(form, []), 200)
    strewn = run(rules, history(form, [sample(12, None), sample(20, None)]), 200)
    assert told(strewn, updates=True) == told(plain, updates=True) != []
    assert notes(strewn) == [(Note.UNDECIDED, "12-None-level"), (Note.UNDECIDED, "20-None-level")]
    assert {outcome.reason for outcome in strewn if hasattr(outcome, "reason")} == {"confidence is missing"}


@pytest.mark.parametrize("form", ["sequence", "unanswered"])
def test_the_second_step_that_cannot_be_judged_is_told_too(form: str) -> None:
    """An observation of the second kind without confidence neither completes nor answers."""
    found = run(rules_of(FORMS[form]), [sample(0, 0.9), sample(2, None, kind="other")], 200)
    assert notes(found) == [(Note.UNDECIDED, "2-None-other")]
    assert [row[:2] for row in told(found)] == ([] if form == "sequence" else [("firing", 5)])


@pytest.mark.parametrize("form", FORMS)
def test_a_group_that_only_has_what_is_no_match_never_fires(form: str) -> None:
    """Neither samples below the threshold nor those that cannot be judged make a condition of any form hold."""
    between = [
        sample(at, confidence, kind=kind, moving=True) for at in range(6) for confidence in (0.3, None) for kind in ("level", "other")
    ]
    assert told(run(rules_of(FORMS[form] | {"by": []}), between, 200)) == []
