"""Laws of the agenda, whatever cameras there are and whatever their looks cost."""

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from detectors.fleet.schedule import LONGEST, OVERLOADED, RELIEVED, SECOND, WINDOW, Agenda, Load, load_of, period_of

periods = st.lists(st.sampled_from([0.2, 0.5, 1.0, 2.0, 5.0]), min_size=1, max_size=8)


def run(agenda: Agenda, cameras: int, until: float, cost: float) -> tuple[list[list[float]], float]:
    """Take turns of one cost until a time; when each camera had its turns."""
    now: float = 0.0
    turns: list[list[float]] = [[] for _ in range(cameras)]
    while True:
        turn = agenda.next()
        now = max(now, turn.due)
        if now >= until:
            return turns, agenda.stretch(now)
        agenda.taken(now)
        turns[turn.camera].append(now)
        now += cost


@given(periods, st.floats(0.3, 4.0))
@settings(max_examples=25, deadline=None)
def test_all_intervals_stretch_by_the_same_factor(given: list[float], load: float) -> None:
    """With ``load`` times as much to do as time, every camera has its rate divided by that, the rare and the frequent alike."""
    cost = load / sum(1 / period for period in given)
    turns, stretch = run(Agenda(tuple(given), 0.0), len(given), 120.0, cost)
    wanted = max(1.0, load)
    for period, taken in zip(given, turns, strict=True):
        # A turn more or less, and what the slack allows at the beginning.
        assert abs(len(taken) - 120.0 / period / wanted) <= 3 + 0.06 * len(taken)
    assert abs(1 / stretch - 1 / wanted) <= 0.05 + (cost + min(given)) / WINDOW


@given(periods, st.floats(0.01, 3.0))
@settings(max_examples=25, deadline=None)
def test_no_camera_starves(given: list[float], cost: float) -> None:
    """Between two turns of a camera lies no more than its period, stretched, and a turn of every other camera."""
    agenda = Agenda(tuple(given), 0.0)
    turns, _ = run(agenda, len(given), 60.0, cost)
    load = max(1.0, cost * sum(1 / period for period in given))
    for period, taken in zip(given, turns, strict=True):
        longest = period * load + min(given) * load + cost * (len(given) + 1)
        assert all(after - before <= longest + 1e-6 for before, after in pairwise(taken))


def test_a_short_delay_is_caught_up_and_no_overload() -> None:
    """One slow look delays, and then every camera is back in its rhythm."""
    agenda = Agenda((1.0, 1.0), 0.0)
    agenda.taken(0.0)
    agenda.taken(1.3)
    dues = []
    for _ in range(3):
        dues.append(agenda.next().due)
        agenda.taken(max(1.3, dues[-1]))
    assert dues == [1.0, 1.5, 2.0]
    assert agenda.stretch(2.0) == 1.0


def test_a_night_asleep_is_not_caught_up() -> None:
    """A machine that slept for hours takes one turn of each camera, not thousands."""
    agenda = Agenda((1.0, 1.0), 0.0)
    assert [agenda.taken(0.0), agenda.taken(0.5)] == [0, 0]
    assert agenda.taken(30_000.0) == 29_999
    assert agenda.next().due >= 29_999.0


def test_overload_has_two_bounds() -> None:
    """Between them a process stays what it was."""
    middle = (OVERLOADED + RELIEVED) / 2
    assert [load_of(before, middle) for before in Load] == list(Load)
    assert {load_of(before, OVERLOADED) for before in Load} == {Load.OVERLOADED}
    assert {load_of(before, 1.0) for before in Load} == {Load.KEEPS_UP}


@given(st.floats(0.01, 25), st.lists(st.one_of(st.none(), st.integers(0, 600 * SECOND)), max_size=5))
def test_a_camera_is_looked_at_as_often_as_its_most_eager_zone_asks(rate: float, every: list[int | None]) -> None:
    """Never more often than its rate, never less often than its health needs, unless its rate is lower still."""
    period = period_of(rate, every)
    assert period >= 1 / rate - 1e-9
    assert period <= max(LONGEST, 1 / rate)
    eager = [interval / SECOND for interval in every if interval]
    if every and len(eager) == len(every) and 1 / rate <= min(eager) <= LONGEST:
        assert period == min(eager)
