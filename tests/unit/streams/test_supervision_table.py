"""What a supervisor does, for every phase of a child and everything that it can see of it."""

from itertools import product

import pytest

from streams.supervision import Action, Life, Phase, Policy, Seen, decide

POLICY = Policy(first_wait=1.0, longest_wait=8.0, stable=60.0, ready=30.0, grace=10.0)
SINCE = 100.0

TABLE = """
phase    | exit ready stuck stop | then     action
waiting  |  *     *     *    yes | ended    none
waiting  |  *     *     *    no  | starting start
starting | yes    *     *    yes | ended    none
starting | yes    *     *    no  | waiting  none
starting | no     *     *    yes | stopping terminate
starting | no    yes    *    no  | running  none
starting | no    no     *    no  | starting none
running  | yes    *     *    yes | ended    none
running  | yes    *     *    no  | waiting  none
running  | no     *     *    yes | stopping terminate
running  | no     *    yes   no  | stopping terminate
running  | no     *    no    no  | running  none
stopping | yes    *     *    yes | ended    none
stopping | yes    *     *    no  | waiting  none
stopping | no     *     *    *   | stopping none
ended    |  *     *     *    *   | ended    none
"""
"""The decision one second after a phase began, when neither patience nor grace is over; the first row that fits holds."""

ROWS = [line.replace("|", " ").split() for line in TABLE.strip().splitlines()[1:]]
BOTH = (False, True)
EVERYTHING = list(product(Phase, BOTH, BOTH, BOTH, BOTH))


def wanted(phase: Phase, *flags: bool) -> tuple[Phase, Action]:
    """What the table above says."""
    words = ["yes" if flag else "no" for flag in flags]
    for row in ROWS:
        if row[0] == phase.value and all(cell in ("*", word) for cell, word in zip(row[1:5], words, strict=True)):
            return Phase(row[5]), Action(row[6])
    raise AssertionError((phase, flags))


@pytest.mark.parametrize(
    ("phase", "ended", "ready", "is_stuck", "stop"),
    EVERYTHING,
    ids=[f"{phase.value}-{ended:d}{ready:d}{is_stuck:d}{stop:d}" for phase, ended, ready, is_stuck, stop in EVERYTHING],
)
def test_every_sight_in_every_phase(phase: Phase, ended: bool, ready: bool, is_stuck: bool, stop: bool) -> None:
    """All eighty combinations of phase and sight lead where the table says, with the action that it says."""
    seen = Seen(exit_code=1 if ended else None, ready=ready, stuck="stands" if is_stuck else None, stop=stop)
    life, action = decide(Life(phase=phase, since=SINCE), seen, SINCE + 1, POLICY)
    assert (life.phase, action) == wanted(phase, ended, ready, is_stuck, stop)
    assert life.since == (SINCE + 1 if life.phase is not phase else SINCE)


@pytest.mark.parametrize("code", [0, 1, 2, -9, -15, 137])
def test_whatever_the_code_a_child_that_ends_comes_again(code: int) -> None:
    """Even a child that ends well was meant to run, and its code is told."""
    life, action = decide(Life(phase=Phase.RUNNING, since=SINCE), Seen(exit_code=code), SINCE + 1, POLICY)
    assert (life.phase, action, life.reason) == (Phase.WAITING, Action.NONE, f"ended with {code}")


@pytest.mark.parametrize(("failures", "wait"), [(0, 1.0), (1, 2.0), (2, 4.0), (3, 8.0), (4, 8.0), (1_000, 8.0)])
def test_waits_double_up_to_the_longest(failures: int, wait: float) -> None:
    """Each failure in a row doubles the wait, however many there were."""
    life, _ = decide(Life(phase=Phase.STARTING, since=SINCE, failures=failures), Seen(exit_code=1), SINCE + 1, POLICY)
    assert (life.wait, life.failures) == (wait, failures + 1)


@pytest.mark.parametrize(
    ("phase", "ran", "failures"),
    [(Phase.RUNNING, 59.9, 6), (Phase.RUNNING, 60.0, 1), (Phase.STARTING, 500.0, 6), (Phase.STOPPING, 500.0, 6)],
)
def test_only_a_child_that_ran_long_has_its_failures_forgotten(phase: Phase, ran: float, failures: int) -> None:
    """After a stable run a failure is the first again; time spent starting or stopping is no stable run."""
    life, _ = decide(Life(phase=phase, since=SINCE, failures=5), Seen(exit_code=1), SINCE + ran, POLICY)
    assert life.failures == failures


@pytest.mark.parametrize(
    ("life", "passed", "action"),
    [
        (Life(phase=Phase.WAITING, since=SINCE, wait=4.0), 3.9, Action.NONE),
        (Life(phase=Phase.WAITING, since=SINCE, wait=4.0), 4.0, Action.START),
        (Life(phase=Phase.STARTING, since=SINCE), 30.0, Action.NONE),
        (Life(phase=Phase.STARTING, since=SINCE), 30.1, Action.TERMINATE),
        (Life(phase=Phase.STOPPING, since=SINCE), 10.0, Action.NONE),
        (Life(phase=Phase.STOPPING, since=SINCE), 10.1, Action.KILL),
        (Life(phase=Phase.RUNNING, since=SINCE), 10_000.0, Action.NONE),
        (Life(phase=Phase.ENDED, since=SINCE), 10_000.0, Action.NONE),
    ],
    ids=["waits", "starts", "patient", "out-of-patience", "graceful", "out-of-grace", "runs", "over"],
)
def test_patience_ends_when_it_ends(life: Life, passed: float, action: Action) -> None:
    """Waits, readiness and grace hold to their last instant and not longer."""
    assert decide(life, Seen(), SINCE + passed, POLICY)[1] is action


def test_a_child_that_ignores_sigterm_is_killed_as_often_as_it_takes() -> None:
    """After the grace every look insists, until the process is gone."""
    life = Life(phase=Phase.STOPPING, since=SINCE, reason="stands")
    for second in (11.0, 12.0, 13.0):
        life, action = decide(life, Seen(), SINCE + second, POLICY)
        assert action is Action.KILL
    life, _ = decide(life, Seen(exit_code=-9), SINCE + 14, POLICY)
    assert (life.phase, life.reason) == (Phase.WAITING, "stands")


def test_one_that_never_gets_ready_says_so() -> None:
    """The reason of the restart is the patience that ran out."""
    life, _ = decide(Life(phase=Phase.STARTING, since=SINCE), Seen(), SINCE + 31, POLICY)
    assert life.reason == "was not ready within 30 s"
