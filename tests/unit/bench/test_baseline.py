"""The rules of the per-event agent: the three demo rules, as a user of Faust would write them."""

import pytest

from bench.baseline import State, decide


def run(kind: str, *samples: tuple[float, bool]) -> list[tuple[float, str]]:
    """The events that come of samples of (second, value)."""
    state = State()
    events = []
    for at, value in samples:
        state, event = decide(kind, state, at, value=value)
        if event is not None:
            events.append((at, event))
    return events


def test_a_door_fires_when_it_has_stood_open_for_half_a_minute() -> None:
    """The first report after 30 s of an open door fires, and closing it resolves."""
    assert run("door", (0, True), (29, True), (30, True), (40, True), (50, False)) == [(30, "firing"), (50, "resolved")]


def test_a_door_that_closes_in_time_says_nothing() -> None:
    """An open door that is closed before 30 s raises nothing, and counts anew."""
    assert run("door", (0, True), (20, False), (25, True), (54, True)) == []


@pytest.mark.parametrize(("kind", "quiet"), [("smoke", 10), ("illegal_parking", 30)])
def test_other_kinds_fire_at_once_and_resolve_after_quiet(kind: str, quiet: int) -> None:
    """Smoke and parking fire on the first true report and resolve when they have been quiet long enough."""
    assert run(kind, (0, True), (1, True), (quiet, False), (1 + quiet, False)) == [(0, "firing"), (1 + quiet, "resolved")]


def test_a_false_report_without_trouble_changes_nothing() -> None:
    """Most reports say that nothing is the matter."""
    assert decide("smoke", State(), 5.0, value=False) == (State(), None)
