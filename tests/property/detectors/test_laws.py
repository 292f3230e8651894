"""Laws of the detectors' core, on generated inputs."""

from itertools import pairwise

import msgspec
import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from config.duration import parse_duration, render_duration
from config.moment import SECOND
from config.polygon import area, fault_of
from detectors.boxes import Box, Detection, iou, median_box, overlap, share
from detectors.evidence.store import digest_of
from detectors.fleet.schedule import Agenda
from detectors.gate import changed
from detectors.inference.letterbox import back, fit
from detectors.inference.suppression import suppress
from detectors.scenes.parking import Policy, State, step
from detectors.scenes.stay import Phase
from detectors.sources.backoff import LONGEST_SECONDS, wait_before
from detectors.sources.programme import Programme
from detectors.zones import contains
from tests.fakes.painting import SQUARE

part = st.floats(0, 1, allow_nan=False)


@st.composite
def boxes(draw: st.DrawFn) -> Box:
    """A box with an area inside the picture."""
    left, top = draw(st.floats(0, 0.9)), draw(st.floats(0, 0.9))
    return Box(left, top, left + draw(st.floats(0.01, 0.1)), top + draw(st.floats(0.01, 0.1)))


detections = st.builds(Detection, st.sampled_from(["car", "truck", "person"]), st.floats(0.2, 1.0), boxes())
films = st.lists(st.lists(detections, max_size=3), max_size=60)
POLICY = Policy(dwell=5 * SECOND)


@given(boxes(), boxes())
def test_overlap_is_mutual_and_bounded(one: Box, other: Box) -> None:
    """Intersection over union is symmetric, within 0..1, and never more than either share."""
    assert overlap(one, other) == overlap(other, one)
    assert 0.0 <= iou(one, other) <= 1.0 + 1e-9
    assert iou(one, other) <= min(share(one, other), share(other, one)) + 1e-9


@given(st.lists(boxes(), min_size=1, max_size=9))
def test_a_median_lies_among_its_boxes(many: list[Box]) -> None:
    """Each side of a median box lies between the least and the greatest."""
    for index, side in enumerate(msgspec.structs.astuple(median_box(many))):
        sides = [msgspec.structs.astuple(box)[index] for box in many]
        assert min(sides) <= side <= max(sides)


@given(st.lists(detections, max_size=20))
def test_suppression_settles_and_ignores_order(found: list[Detection]) -> None:
    """Suppressing again changes nothing, the order of the input does not matter, and nothing is invented."""
    kept = suppress(found)
    assert suppress(kept) == kept
    assert set(kept) <= set(found)
    assert suppress(reversed(found)) == kept


@given(st.integers(1, 8000), st.integers(1, 8000), boxes())
def test_letterbox_and_back(width: int, height: int, box: Box) -> None:
    """A box put into the model's square finds back to where it was."""
    fitted = fit(width, height, 416)
    assert 0 <= fitted.left <= 208
    assert fitted.width <= 416
    scale, offset = np.array([fitted.width, fitted.height] * 2), np.array([fitted.left, fitted.top] * 2)
    square = (np.array(msgspec.structs.astuple(box)) * scale + offset).astype(np.float32)
    assert back(square[None], fitted)[0] == pytest.approx(
        msgspec.structs.astuple(box), abs=1e-3 + 416 * 1e-6 / min(fitted.width, fitted.height)
    )


@given(st.lists(st.tuples(part, part), min_size=3, max_size=6, unique=True).map(tuple), st.tuples(part, part))
def test_a_zone_does_not_depend_on_where_it_begins(corners: tuple[tuple[float, float], ...], point: tuple[float, float]) -> None:
    """A polygon begun at another corner, or drawn the other way round, has the same faults, size and points."""
    turned = (*corners[1:], corners[0])
    assert (fault_of(corners) is None) == (fault_of(turned) is None) == (fault_of(corners[::-1]) is None)
    assert abs(area(corners)) == pytest.approx(abs(area(turned)), abs=1e-12)
    assert contains(corners, point) == contains(turned, point)


@given(films)
def test_a_stay_is_told_in_order(film: list[list[Detection]]) -> None:
    """Whatever is seen, each stay is confirmed once, lasts after that, ends at most once, and is then never heard of again."""
    state = State()
    told: dict[tuple[int, Box], list[Phase]] = {}
    for second, seen in enumerate(film):
        state, stays = step(state, POLICY, SQUARE, seen, second * SECOND)
        for stay in stays:
            told.setdefault((stay.since, stay.first), []).append(stay.phase)
            assert second * SECOND - stay.since >= POLICY.dwell
            assert stay.seen <= second * SECOND
    for phases in told.values():
        assert phases[0] is Phase.CONFIRMED
        assert phases.count(Phase.CONFIRMED) == 1
        assert Phase.ENDED not in phases[:-1]


@given(films, st.integers(-(10**12), 10**15))
def test_only_differences_of_time_matter(film: list[list[Detection]], shift: int) -> None:
    """The same film at another time of day tells the same, moved by the difference."""

    def told(start: int) -> list[tuple[int, str, Box]]:
        state, found = State(), []
        for second, seen in enumerate(film):
            state, stays = step(state, POLICY, SQUARE, seen, start + second * SECOND)
            found += [(second, stay.phase.value, stay.box) for stay in stays]
        return found

    assert told(0) == told(shift)


@given(boxes(), st.lists(st.tuples(st.floats(-0.05, 0.05), st.floats(-0.05, 0.05)), min_size=20, max_size=60))
def test_shaking_opens_no_second_stay(box: Box, shakes: list[tuple[float, float]]) -> None:
    """A vehicle whose box trembles by up to a twentieth of its size is one stay from beginning to end."""
    width, height = box.right - box.left, box.bottom - box.top
    state, phases = State(), []
    for second, (x, y) in enumerate(shakes):
        shaken = Box(box.left + x * width, box.top + y * height, box.right + x * width, box.bottom + y * height)
        state, stays = step(state, POLICY, SQUARE, [Detection("car", 0.6, shaken)], second * SECOND)
        phases += [stay.phase for stay in stays]
    assert phases == [Phase.CONFIRMED]


@given(st.integers(1, 10_000), part)
def test_pauses_are_bounded(attempt: int, chance: float) -> None:
    """No pause is longer than the longest, and none is nothing."""
    assert 0.5 <= wait_before(attempt, chance) <= LONGEST_SECONDS


@given(st.integers(0, 10**12).map(lambda number: number * 1000))
def test_lengths_of_time_are_read_back(length: int) -> None:
    """What is written as a length of time is read as the same."""
    assert parse_duration(render_duration(length)) == length


@st.composite
def programmes(draw: st.DrawFn) -> Programme:
    """A programme that is shown once."""
    start, length = draw(st.floats(0, 50)), draw(st.floats(1, 50))
    hold, rest = draw(st.floats(0, 100)), draw(st.floats(0, 100))
    return Programme(start=start, end=start + length, hold_at=start + draw(part) * length, hold=hold, rest=rest, loop=False)


@example(Programme(start=1.9, end=2.9, hold_at=1.9, hold=15.0, rest=0.0, loop=False), [0.0, 15.0])
@given(programmes(), st.lists(st.floats(0, 1000), min_size=2).map(sorted))
def test_a_programme_runs_forward(programme: Programme, moments: list[float]) -> None:
    """Played once, media time never goes back and never leaves the part that is shown."""
    times = [time for moment in moments if (time := programme.media_time(moment)) is not None]
    assert all(programme.start <= time <= programme.end for time in times)
    assert all(before <= after + 1e-6 for before, after in pairwise(times))


@given(st.lists(st.floats(0.05, 10), min_size=1, max_size=8).map(tuple), st.lists(st.floats(0, 3), min_size=1, max_size=60))
def test_turns_never_run_ahead(periods: tuple[float, ...], costs: list[float]) -> None:
    """However long the turns take, dues never go back in time and a camera is never planned before its period is over."""
    agenda, now = Agenda(periods, 0.0), 0.0
    last = [-1e9] * len(periods)
    for cost in costs:
        turn = agenda.next()
        now = max(now, turn.due)
        assert turn.due >= last[turn.camera] + periods[turn.camera] - 1e-6
        last[turn.camera] = turn.due
        assert agenda.taken(now) >= 0
        now += cost


@given(st.integers(0, 2**32 - 1))
def test_the_gate_is_symmetric(seed: int) -> None:
    """From one picture to another is as much a change as back."""
    rng = np.random.default_rng(seed)
    one, other = (rng.integers(110, 125, (54, 96)).astype(np.uint8) for _ in range(2))
    regions = [Box(0.2, 0.2, 0.4, 0.4)]
    assert changed(one, other, regions) == changed(other, one, regions)
    assert not changed(one, one, regions)


@given(st.text(max_size=100))
def test_no_text_becomes_a_path(text: str) -> None:
    """Whatever is given as a reference, only 64 hexadecimal digits ever reach the file system."""
    try:
        digest = digest_of(text)
    except ValueError:
        return
    assert len(digest) == 64
    assert set(digest) <= set("0123456789abcdef")
