"""How places look, and what the parking scene makes of it."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from config.moment import SECOND
from detectors.boxes import Box, Detection
from detectors.scenes.likeness import blended, likeness, looks_of
from detectors.scenes.parking import Policy, State, step
from tests.fakes.painting import SQUARE

WHOLE = Box(0.0, 0.0, 1.0, 1.0)
PLACE = Box(0.4, 0.4, 0.6, 0.6)
CAR = Detection("car", 0.6, PLACE)
POLICY = Policy(dwell=20 * SECOND)


def street(vehicle: int | None = None, gain: float = 1.0, shift: int = 0) -> NDArray[np.uint8]:
    """200 by 200 pixels of grey ground, with one of several vehicles at the place."""
    picture = np.full((200, 200, 3), 90.0)
    picture += np.random.default_rng(0).normal(0, 2, picture.shape)
    if vehicle is not None:
        blocks = np.random.default_rng(100 + vehicle).uniform(0, 220, (5, 5, 3))
        picture[80 + shift : 120 + shift, 80 + shift : 120 + shift] = blocks.repeat(8, 0).repeat(8, 1)
    return np.clip(picture * gain, 0, 255).astype(np.uint8)


def alike(one: NDArray[np.uint8], other: NDArray[np.uint8]) -> float | None:
    """How much alike the place is in two pictures."""
    first, second = looks_of(one, WHOLE, PLACE), looks_of(other, WHOLE, PLACE)
    assert first is not None
    assert second is not None
    return likeness(first, second)


def test_the_same_vehicle_is_alike_in_another_light_and_shaken() -> None:
    """Half the light, and three pixels of shake, change little."""
    assert (alike(street(1), street(1)) or 0) > 0.99
    assert (alike(street(1), street(1, gain=0.5)) or 0) > 0.95
    assert (alike(street(1), street(1, shift=3)) or 0) > 0.75


def test_another_vehicle_is_not_alike() -> None:
    """Whichever takes its place."""
    assert all((alike(street(1), street(other)) or 0) < 0.45 for other in range(2, 12))


def test_bare_ground_has_no_looks_of_its_own() -> None:
    """Noise is compared with nothing."""
    assert alike(street(1), street()) is None


def test_a_place_too_small_or_out_of_sight_has_no_looks() -> None:
    """Less than a grid of pixels says nothing."""
    assert looks_of(street(1), WHOLE, Box(0.5, 0.5, 0.52, 0.6)) is None
    assert looks_of(street(1), Box(0.0, 0.0, 0.3, 0.3), PLACE) is None
    assert looks_of(street(1), Box(0.5, 0.5, 0.5, 0.5), PLACE) is None


def test_blending_goes_a_quarter_of_the_way() -> None:
    """Wandering shadows are followed."""
    assert blended(bytes(300), bytes([100]) * 300) == bytes([25]) * 300


def watch(looks: Sequence[tuple[int | None, bool]], every: int = 1) -> list[tuple[int, str, int]]:
    """Looks as (which vehicle stands there, whether the model sees it); what was told: second, phase, since."""
    state, told = State(), []
    for number, (vehicle, seen) in enumerate(looks):
        second = number * every
        picture = street(vehicle)
        state, stays = step(
            state, POLICY, SQUARE, [CAR] if seen else [], second * SECOND, looks_of=lambda box, it=picture: looks_of(it, WHOLE, box)  # type: ignore[misc]  # mypy cannot type a default of a lambda.
        )  # fmt: skip
        told += [(second, stay.phase.value, stay.since // SECOND) for stay in stays]
    return told


def test_a_queue_at_the_lights_is_no_stay() -> None:
    """Each stands for 14 s and the next one takes its place at once: nobody stood for 20 s."""
    assert watch([(number // 14, True) for number in range(56)]) == []


def test_who_takes_anothers_place_is_told_after_a_dwell_of_its_own() -> None:
    """Counted from when it was first seen there."""
    assert watch([(0, True)] * 12 + [(1, True)] * 24) == [(32, "confirmed", 12)]


def test_a_vehicle_that_the_model_overlooks_is_held_by_its_looks() -> None:
    """Seen in one look of four, but always there: told when its dwell is over and it is seen."""
    looks = [(0, True)] * 3 + [(0, number % 4 == 0) for number in range(60)]
    assert [(second, phase) for second, phase, _ in watch(looks)] == [(23, "confirmed")]


def test_a_told_stay_that_the_model_overlooks_does_not_flap() -> None:
    """Half a minute unseen, but it looks as it did: one event."""
    told = watch([(0, True)] * 25 + [(0, False)] * 30 + [(0, True)] * 10)
    assert [phase for _, phase, _ in told] == ["confirmed"]


def test_a_replacement_after_the_confirmation_is_the_same_event() -> None:
    """One event is better than two for a place that was never free."""
    assert [phase for _, phase, _ in watch([(0, True)] * 25 + [(1, True)] * 30)] == ["confirmed"]


def test_departure_ends_a_told_stay_although_the_ground_has_no_looks() -> None:
    """Bare ground is not like a vehicle, and holds nothing."""
    assert [phase for _, phase, _ in watch([(0, True)] * 25 + [(None, False)] * 20)] == ["confirmed", "ended"]
