"""A camera's own time: even, whatever is done to the machine's clock."""

from hypothesis import given
from hypothesis import strategies as st

from config.moment import SECOND
from detectors.timeline import JUMP, Timeline, advance, silent

STEPS = st.lists(st.tuples(st.integers(0, 60 * SECOND), st.integers(-10_000 * SECOND, 10_000 * SECOND)), min_size=1, max_size=30)
"""Time passed until the next frame, and by how much the clock was set meanwhile."""


@given(STEPS)
def test_own_time_passes_as_time_does(steps: list[tuple[int, int]]) -> None:
    """Between two frames as much own time passes as time does, but for drift; event time is own time and the shift."""
    timeline, steady, at = advance(Timeline(), 0, 0), 0, 0
    for passed, set_by in steps:
        steady, at = steady + passed, at + passed + set_by
        before, timeline = timeline, advance(timeline, at, steady)
        assert timeline.own is not None
        assert before.own is not None
        assert abs(timeline.own - before.own - passed) <= JUMP
        assert timeline.own + timeline.shift == at


@given(st.lists(st.integers(-(10**12), 10**15), min_size=1, max_size=20))
def test_frames_that_bring_their_time_keep_it(times: list[int]) -> None:
    """Films, and frames that are pushed: own time is event time, in whatever order they come."""
    timeline = Timeline()
    for at in times:
        timeline = advance(timeline, at, None)
        assert (timeline.own, timeline.shift) == (at, 0)


@given(st.integers(0, 10**15), st.integers(-(10**12), 10**12))
def test_silence_never_goes_back(at: int, set_by: int) -> None:
    """No frame comes, and the clock is set: own time is that of the newest frame or later."""
    assert silent(advance(Timeline(), at, 0), at + set_by) >= at
    assert silent(Timeline(), at) == at
