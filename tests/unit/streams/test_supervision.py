"""What a supervisor decides: restarts that wait longer each time, patience with an end, and an end that is final."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.progress import Standstill, observe, stuck
from streams.supervision import Action, Life, Phase, Policy, Seen, decide

POLICY = Policy(first_wait=1.0, longest_wait=8.0, stable=60.0, ready=30.0, grace=10.0)
ALL = st.builds(
    Seen, exit_code=st.none() | st.integers(-9, 3), ready=st.booleans(), stuck=st.none() | st.just("stands"), stop=st.booleans()
)


@pytest.mark.parametrize(
    ("phase", "seen", "now", "next_phase", "action"),
    [
        (Phase.WAITING, Seen(), 100.0, Phase.STARTING, Action.START),
        (Phase.WAITING, Seen(stop=True), 100.0, Phase.ENDED, Action.NONE),
        (Phase.STARTING, Seen(), 129.0, Phase.STARTING, Action.NONE),
        (Phase.STARTING, Seen(ready=True), 101.0, Phase.RUNNING, Action.NONE),
        (Phase.STARTING, Seen(), 131.0, Phase.STOPPING, Action.TERMINATE),
        (Phase.STARTING, Seen(exit_code=1), 101.0, Phase.WAITING, Action.NONE),
        (Phase.STARTING, Seen(stop=True), 101.0, Phase.STOPPING, Action.TERMINATE),
        (Phase.RUNNING, Seen(), 999.0, Phase.RUNNING, Action.NONE),
        (Phase.RUNNING, Seen(exit_code=0), 999.0, Phase.WAITING, Action.NONE),
        (Phase.RUNNING, Seen(stuck="made no progress"), 999.0, Phase.STOPPING, Action.TERMINATE),
        (Phase.RUNNING, Seen(stop=True), 999.0, Phase.STOPPING, Action.TERMINATE),
        (Phase.RUNNING, Seen(exit_code=-9, stop=True), 999.0, Phase.ENDED, Action.NONE),
        (Phase.STOPPING, Seen(), 109.0, Phase.STOPPING, Action.NONE),
        (Phase.STOPPING, Seen(), 111.0, Phase.STOPPING, Action.KILL),
        (Phase.STOPPING, Seen(exit_code=0), 101.0, Phase.WAITING, Action.NONE),
        (Phase.STOPPING, Seen(exit_code=0, stop=True), 101.0, Phase.ENDED, Action.NONE),
        (Phase.ENDED, Seen(), 999.0, Phase.ENDED, Action.NONE),
    ],
)
def test_decisions(phase: Phase, seen: Seen, now: float, next_phase: Phase, action: Action) -> None:
    """From each phase, entered at 100 s, each thing that can be seen leads to one phase and one action."""
    life, done = decide(Life(phase=phase, since=100.0), seen, now, POLICY)
    assert (life.phase, done) == (next_phase, action)


def test_waits_double_up_to_the_longest() -> None:
    """Failures in a row make the wait longer: 1, 2, 4, 8, 8 seconds."""
    life, waits = Life(phase=Phase.STARTING), []
    for _ in range(5):
        life, _ = decide(life, Seen(exit_code=1), 0.0, POLICY)
        waits.append(life.wait)
        life, action = decide(life, Seen(), life.wait, POLICY)
        assert action is Action.START
    assert waits == [1.0, 2.0, 4.0, 8.0, 8.0]


def test_a_stable_run_forgives() -> None:
    """A child that ran for a minute waits the first time only, however often it failed before."""
    life, _ = decide(Life(phase=Phase.RUNNING, since=0.0, failures=6), Seen(exit_code=1), 60.0, POLICY)
    assert (life.wait, life.failures) == (1.0, 1)
    hasty, _ = decide(Life(phase=Phase.RUNNING, since=0.0, failures=6), Seen(exit_code=1), 59.0, POLICY)
    assert hasty.wait == 8.0


def test_the_reason_is_kept() -> None:
    """What made the supervisor end a child is told as the reason of its restart."""
    life, _ = decide(Life(phase=Phase.RUNNING), Seen(stuck="made no progress for 45 s"), 1.0, POLICY)
    life, _ = decide(life, Seen(exit_code=0), 2.0, POLICY)
    assert life.reason == "made no progress for 45 s"


@given(st.lists(st.tuples(ALL, st.floats(0, 20)), max_size=40))
def test_a_supervisor_that_stops_comes_to_an_end(history: list[tuple[Seen, float]]) -> None:
    """After whatever was seen: once it stops, and the child obeys or is killed, the child's life ends and nothing starts."""
    life, now = Life(), 0.0
    for seen, passed in history:
        now += passed
        life, _ = decide(life, seen, now, POLICY)
    for _ in range(4):
        now += POLICY.grace + 1
        life, action = decide(life, Seen(stop=True, exit_code=None if life.phase is not Phase.STOPPING else -9), now, POLICY)
        assert action is not Action.START
    assert life.phase is Phase.ENDED


PLACE = ("cityloop.observations", 0)


def test_progress_is_a_moving_offset() -> None:
    """A group that commits, slowly or not, is left alone."""
    seen = Standstill()
    for second in range(0, 200, 10):
        seen = observe(seen, {PLACE: second}, {PLACE: 10_000}, float(second))
        assert stuck(seen, float(second), 45.0) is None


def test_standing_still_with_records_waiting_is_told() -> None:
    """An offset that does not move for longer than the limit while records wait is told with its place."""
    seen = Standstill()
    for second in range(0, 50, 10):
        seen = observe(seen, {PLACE: 5}, {PLACE: 9}, float(second))
    assert stuck(seen, 44.0, 45.0) is None
    assert stuck(seen, 46.0, 45.0) == "made no progress for 45 s: cityloop.observations/0 at 5"


def test_a_group_that_never_committed_is_told_too() -> None:
    """Records without any commit are a standstill at the beginning."""
    seen = observe(observe(Standstill(), {}, {PLACE: 9}, 0.0), {}, {PLACE: 9}, 30.0)
    assert stuck(seen, 50.0, 45.0) == "made no progress for 45 s: cityloop.observations/0 at 0"


def test_nothing_to_do_is_no_standstill() -> None:
    """An offset that does not move because nothing waits is no reason to restart anybody."""
    seen = Standstill()
    for second in range(0, 200, 10):
        seen = observe(seen, {PLACE: 9}, {PLACE: 9}, float(second))
    assert stuck(seen, 199.0, 45.0) is None
