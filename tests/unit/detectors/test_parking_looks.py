"""The parking scene where it is given pictures: what looks as it did still stands, and what looks otherwise is another one."""

from collections.abc import Sequence

import msgspec
import numpy as np
import pytest
from numpy.typing import NDArray

from config.moment import SECOND
from detectors.boxes import Box, Detection
from detectors.scenes.likeness import ALIKE, UNLIKE, compare, looks_of
from detectors.scenes.parking import REMEMBERED, Policy, State, step
from tests.fakes.painting import SQUARE
from tests.fakes.streets import PLACE, street

POLICY = Policy(dwell=20 * SECOND)
WEAK = 0.33
"""A score that is enough for what was seen to come, and not for what was always there."""
EDGE = Box(PLACE.left, PLACE.top, 0.5, PLACE.bottom)
"""A box of a part of the vehicle: not still, not gone."""


class Seen(msgspec.Struct, frozen=True):
    """One look: which vehicle stands there, how sure the model is (0 sees nothing), where it draws it, and who stands before it."""

    vehicle: int | None = None
    score: float = 0.6
    box: Box = PLACE
    person: Box | None = None
    gain: float = 1.0


GONE = Seen(score=0.0)


def picture_of(look: Seen) -> NDArray[np.uint8]:
    """The picture of a look; people are dark."""
    picture = street(look.vehicle, look.gain)
    if look.person is not None:
        left, top, right, bottom = (round(200 * side) for side in msgspec.structs.astuple(look.person))
        picture[top:bottom, left:right] = 20
    return picture


def watch(looks: Sequence[Seen], every: int = 1) -> list[tuple[int, str, int]]:
    """Take the looks; what was told: second, phase, second of its beginning."""
    state, told = State(), []
    for number, look in enumerate(looks):
        second = number * every
        seen = [Detection("car", look.score, look.box)] if look.score else []
        seen += [] if look.person is None else [Detection("person", 0.8, look.person)]
        state, stays = step(state, POLICY, SQUARE, seen, second * SECOND, picture=picture_of(look))
        told += [(second, stay.phase.value, stay.since // SECOND) for stay in stays]
    return told


def cars(count: int, vehicle: int = 0, score: float = 0.6) -> list[Seen]:
    """So many looks at one vehicle."""
    return [Seen(vehicle, score)] * count


@pytest.mark.parametrize("every", [1, 5])
def test_a_queue_at_the_lights_is_no_stay(every: int) -> None:
    """Each stands for less than 15 s and the next one takes its place at once: nobody stood for 20 s."""
    assert watch([Seen(second // 15) for second in range(0, 75, every)], every) == []


def test_who_takes_anothers_place_is_told_after_a_dwell_of_its_own() -> None:
    """Counted from when it was first seen there."""
    assert watch(cars(12) + cars(24, 1)) == [(32, "confirmed", 12)]


def test_the_same_kind_of_car_after_an_empty_place_is_another_stay() -> None:
    """Two cars that look alike, and a second of bare ground between them: neither stood for 20 s."""
    assert watch([*cars(14), GONE, *cars(14)]) == []


def test_cars_that_look_alike_one_after_the_other_are_told_apart_by_the_traffic_between_them() -> None:
    """While the queue moves up, other looks pass through the place: what stands there then begins anew."""
    assert watch([*cars(14), Seen(1), Seen(2), *cars(14)]) == []


def test_what_rolls_into_its_place_counts_from_its_rest() -> None:
    """At the first look it was not there yet, so the second one begins the stay."""
    assert watch([Seen(None, 0.0), Seen(1), *cars(30)]) == [(22, "confirmed", 2)]


def test_a_vehicle_that_the_model_overlooks_is_held_by_its_looks() -> None:
    """Seen in every other look but always there: told when its dwell is over, seen or not."""
    looks = [Seen(None, 0.0), *[Seen(0, 0.6 if number % 2 == 0 else 0.0) for number in range(60)]]
    assert watch(looks) == [(21, "confirmed", 1)]


def test_looks_alone_are_no_vehicle() -> None:
    """Something that the model drew once in ten looks is a thing of the street."""
    assert watch([Seen(0, 0.6 if number % 10 == 0 else 0.0) for number in range(60)]) == []


def test_a_vehicle_that_is_drawn_late_was_there_before() -> None:
    """The model draws it at the third look in five seconds each: its stay is counted from the first."""
    looks = [Seen(None, 0.0), Seen(0, 0.0), Seen(0, 0.0), *cars(5)]
    assert watch(looks, 5) == [(25, "confirmed", 5)]


def test_what_was_seen_to_come_needs_less_proof_than_what_was_always_there() -> None:
    """A weak vehicle that came is told; the same one, there from the first picture on, may be a railing."""
    weak = [Seen(0, WEAK), Seen(0, 0.36)]
    assert watch([Seen(None, 0.0), *weak * 12]) == [(21, "confirmed", 1)]
    assert watch([Seen(0, WEAK), *[Seen(0, 0.36), Seen(0, WEAK), Seen(0, WEAK)] * 10]) == []


@pytest.mark.parametrize(
    ("before", "score", "told"),
    [
        (Seen(0, 0.0), WEAK, []),
        (Seen(0, 0.0), 0.6, [(22, "confirmed", 2)]),
        (Seen(None, 0.0), WEAK, [(22, "confirmed", 2)]),
    ],
    ids=["a railing", "a vehicle that the model overlooked", "a weak vehicle that came"],
)
def test_what_is_there_again_when_somebody_has_passed_did_not_come(before: Seen, score: float, told: list[tuple[int, str, int]]) -> None:
    """Traffic hides a place for one look: what looks afterwards as the place did before needs as much proof as what was always there."""
    drawn = [Seen(0, max(score, 0.36)), Seen(0, score), Seen(0, score)]
    assert watch([before, Seen(1, 0.0), *drawn * 8]) == told


def test_wild_boxes_of_a_vehicle_that_stands_are_no_departure() -> None:
    """The model draws half of it for ten looks: it looks as it did, and goes on standing."""
    wild = [Seen(0, box=EDGE)] * 10
    assert watch([Seen(None, 0.0), *cars(5), *wild, *cars(10)]) == [(21, "confirmed", 1)]


def test_a_told_stay_that_the_model_overlooks_does_not_flap() -> None:
    """Half a minute unseen, but it looks as it did: one event."""
    told = watch(cars(25) + [Seen(0, 0.0)] * 30 + cars(10))
    assert [phase for _, phase, _ in told] == ["confirmed"]


def test_a_replacement_after_the_confirmation_is_the_same_event() -> None:
    """One event is better than two for a place that was never free."""
    assert [phase for _, phase, _ in watch(cars(25) + cars(30, 1))] == ["confirmed"]


def test_a_replacement_after_the_place_was_seen_empty_is_another_event() -> None:
    """The place was free for two seconds: the first stay ends, and the second one has a dwell of its own."""
    told = watch([*cars(25), GONE, GONE, *cars(30, 1)])
    assert told == [(20, "confirmed", 0), (29, "ended", 0), (47, "confirmed", 27)]


def test_departure_ends_a_told_stay() -> None:
    """Bare ground is not like a vehicle, and holds nothing."""
    assert [phase for _, phase, _ in watch(cars(25) + [GONE] * 20)] == ["confirmed", "ended"]


def test_departure_behind_people_is_found_when_they_have_gone() -> None:
    """Who stood for less than its dwell and left behind somebody is not told."""
    crowd = Box(0.35, 0.3, 0.65, 0.7)
    hidden = [Seen(None, 0.0, person=crowd)] * 12
    assert watch([*cars(12), *hidden, *[GONE] * 5]) == []


def test_people_before_a_part_of_a_vehicle_hide_nothing() -> None:
    """Somebody stands before half of it through the end of its dwell, and the model overlooks it meanwhile: it is told in time."""
    half = Box(0.38, 0.3, 0.49, 0.7)
    looks = [Seen(None, 0.0), *cars(12), *[Seen(0, 0.0, person=half)] * 12, *cars(5)]
    assert watch(looks) == [(21, "confirmed", 1)]


def test_a_place_that_looks_like_nothing_known_is_not_told() -> None:
    """At the end of the dwell something else is to be seen, which the model calls a car too: nothing is told until it is clear what."""
    assert watch([*cars(19), Seen(1), Seen(1)]) == []


def test_brightness_swings_restart_nothing() -> None:
    """A fifth brighter and darker from look to look."""
    assert watch([Seen(0, gain=1.2 if number % 2 else 0.8) for number in range(30)]) == [(20, "confirmed", 0)]


def test_another_box_of_a_told_vehicle_is_no_second_event() -> None:
    """A box around the vehicle and what stands beside it touches the ground at the same height: one vehicle."""
    around = Box(0.25, 0.2, 0.75, 0.62)
    told = watch([*cars(25), *[Seen(0, box=around), Seen(0)] * 25])
    assert [phase for _, phase, _ in told] == ["confirmed"]


def test_a_box_that_has_wandered_out_of_the_zone_is_not_told() -> None:
    """Only what stands in the zone at the end of its dwell counts."""
    state = State()
    zone = ((0.0, 0.58), (1.0, 0.58), (1.0, 1.0), (0.0, 1.0))
    for second in range(40):
        box = PLACE if second == 0 else Box(0.4, 0.38, 0.6, 0.55)
        state, told = step(state, POLICY, zone, [Detection("car", 0.6, box)], second * SECOND, picture=street(0))
        assert told == ()


def test_what_looked_a_little_otherwise_at_first_is_learnt_anew() -> None:
    """A vehicle that still rolled at its first sight, drawn at its place ever since: its looks are learnt, and its stay is told."""
    rolling = np.asarray((0.45 * street(0) + 0.55 * street(1)).round(), np.uint8)
    looks = looks_of(rolling, PLACE)
    assert looks is not None
    found = compare(street(0), PLACE, looks)
    assert found is not None
    assert UNLIKE <= found.alike < ALIKE
    state, told = State(), []
    for second in range(25):
        picture = street(0) if second else rolling
        state, stays = step(state, POLICY, SQUARE, [Detection("car", 0.6, PLACE)], second * SECOND, picture=picture)
        told += [(second, stay.since // SECOND) for stay in stays]
    assert told == [(20, 0)]


def test_the_same_pictures_give_the_same_memory() -> None:
    """What is remembered are values: two runs agree to the last byte."""
    runs = []
    for _ in range(2):
        state = State()
        for second in range(25):
            state, _told = step(state, POLICY, SQUARE, [Detection("car", 0.6, PLACE)], second * SECOND, picture=street(0, seed=second))
        runs.append(state)
    assert runs[0] == runs[1]
    assert len(runs[0].before) == REMEMBERED
