"""The parking scene, look by look (one a second unless said otherwise)."""

from collections.abc import Iterable

from config.moment import SECOND
from detectors.boxes import Box, Detection
from detectors.scenes.parking import Policy, State, blinded, step
from detectors.scenes.stay import Phase, Stay
from tests.fakes.painting import SQUARE

HERE = Box(0.4, 0.4, 0.6, 0.6)
THERE = Box(0.7, 0.4, 0.9, 0.6)
CAR = Detection("car", 0.6, HERE)
POLICY = Policy(dwell=10 * SECOND)

Look = tuple[int, list[Detection]]


def watch(looks: Iterable[Look], policy: Policy = POLICY, state: State | None = None) -> list[tuple[int, Stay]]:
    """Take the looks, given as (second, what is seen); what was told, with its second."""
    held, told = state or State(), []
    for second, seen in looks:
        held, stays = step(held, policy, SQUARE, seen, second * SECOND)
        told += [(second, stay) for stay in stays]
    return told


def phases(told: list[tuple[int, Stay]]) -> list[tuple[int, str]]:
    """Seconds and phases only."""
    return [(second, stay.phase.value) for second, stay in told]


def standing(start: int, end: int, *seen: Detection) -> list[Look]:
    """Looks at the same things, one a second, end excluded."""
    return [(second, list(seen)) for second in range(start, end)]


def test_a_stay_is_confirmed_when_its_dwell_is_over() -> None:
    """A vehicle that stands for its dwell is told once, counted from the first sight."""
    told = watch(standing(5, 30, CAR))
    assert phases(told) == [(15, "confirmed")]
    assert told[0][1].since == 5 * SECOND
    assert told[0][1].label == "car"
    assert told[0][1].confidence == 0.6


def test_a_vehicle_that_was_there_first_counts_from_the_first_frame() -> None:
    """A vehicle that stands there when the camera is switched on needs no arrival to be seen."""
    assert phases(watch(standing(0, 11, CAR))) == [(10, "confirmed")]


def test_a_short_stop_is_nothing() -> None:
    """A vehicle that leaves before its dwell is over is never told."""
    assert watch(standing(0, 9, CAR) + standing(9, 60)) == []


def test_a_lasting_stay_is_told_every_minute() -> None:
    """While a vehicle stays, it is told again at every full minute after the confirmation."""
    assert phases(watch(standing(0, 200, CAR))) == [(10, "confirmed"), (70, "lasting"), (130, "lasting"), (190, "lasting")]


def test_a_late_repeat_keeps_the_rhythm() -> None:
    """A vehicle that is missed at a full minute is told when it is seen again, and the next minute is not put off."""
    looks = standing(0, 70, CAR) + standing(70, 75) + standing(75, 140, CAR)
    assert phases(watch(looks)) == [(10, "confirmed"), (75, "lasting"), (130, "lasting")]


def test_the_end_is_told_once() -> None:
    """When the vehicle has not been seen for longer than the gap, its end is told once, with its last sight."""
    told = watch(standing(0, 20, CAR) + standing(20, 80))
    assert phases(told) == [(10, "confirmed"), (32, "ended")]
    assert told[1][1].seen == 19 * SECOND


def test_missed_frames_do_not_end_a_stay() -> None:
    """The model misses a vehicle in a third of its frames: it is one stay all the same."""
    looks = [(second, [] if second % 3 == 1 else [CAR]) for second in range(50)]
    assert phases(watch(looks)) == [(10 + 1 if 10 % 3 == 1 else 10, "confirmed")]


def test_a_vehicle_seen_now_and_then_is_not_confirmed() -> None:
    """Seen in every fourth frame only, a box is not believed to be a standing vehicle."""
    assert watch([(second, [CAR] if second % 4 == 0 else []) for second in range(60)]) == []


def test_slow_looking_gives_the_same_stay() -> None:
    """At one look in five seconds, the stay is confirmed and ended the same way."""
    looks = [(second, [CAR] if second < 40 else []) for second in range(0, 90, 5)]
    assert phases(watch(looks)) == [(10, "confirmed"), (50, "ended")]


def test_weak_frames_follow_but_do_not_open() -> None:
    """A weak box never opens a stay, but keeps one that strong boxes opened."""
    weak = Detection("car", 0.25, HERE)
    assert watch(standing(0, 40, weak)) == []
    looks = standing(0, 15, CAR) + standing(15, 40, weak)
    assert phases(watch(looks)) == [(10, "confirmed")]


def test_a_stay_that_faded_is_not_confirmed() -> None:
    """A box that was believed once and has been weak ever since is not told."""
    assert watch(standing(0, 1, CAR) + standing(1, 40, Detection("car", 0.25, HERE))) == []


def test_label_changes_are_one_vehicle() -> None:
    """A van is a car in one frame and a truck in the next: one stay, called by the more frequent name."""
    looks = [(second, [Detection("truck" if second % 3 else "car", 0.5, HERE)]) for second in range(12)]
    told = watch(looks)
    assert phases(told) == [(10, "confirmed")]
    assert told[0][1].label == "truck"


def test_two_vehicles_are_two_stays() -> None:
    """Two vehicles that stand from the first frame on are told apart by where they stood."""
    told = watch(standing(0, 12, CAR, Detection("car", 0.5, THERE)))
    assert phases(told) == [(10, "confirmed"), (10, "confirmed")]
    assert {stay.first for _, stay in told} == {HERE, THERE}


def test_a_moved_vehicle_ends_its_stay_and_begins_another() -> None:
    """A vehicle that drives on by half its length ends its stay; the new one counts from the move."""
    beside = Detection("car", 0.6, Box(0.48, 0.4, 0.68, 0.6))
    told = watch(standing(0, 20, CAR) + standing(20, 40, beside))
    assert phases(told) == [(10, "confirmed"), (22, "ended"), (30, "confirmed")]
    assert told[2][1].since == 20 * SECOND


def test_one_wild_box_is_no_move() -> None:
    """A box that jumps aside for two frames ends nothing and restarts no dwell."""
    wild = Detection("car", 0.6, Box(0.48, 0.4, 0.68, 0.6))
    assert phases(watch(standing(0, 5, CAR) + standing(5, 7, wild) + standing(7, 40, CAR))) == [(10, "confirmed")]


def test_a_slow_queue_is_no_stay() -> None:
    """A vehicle that creeps on all the time is never confirmed, though each single step is small."""
    looks = [(second, [Detection("car", 0.6, Box(0.1 + 0.012 * second, 0.4, 0.3 + 0.012 * second, 0.6))]) for second in range(50)]
    assert watch(looks) == []


def test_pedestrians_are_no_vehicles() -> None:
    """A person may stand in a zone for as long as he likes."""
    assert watch(standing(0, 100, Detection("person", 0.9, HERE))) == []


def test_vehicles_beside_the_zone_do_not_count() -> None:
    """A vehicle whose foot is outside the zone opens no stay."""
    zone = ((0.0, 0.0), (0.3, 0.0), (0.3, 1.0), (0.0, 1.0))
    state = State()
    for second in range(40):
        state, told = step(state, POLICY, zone, [CAR], second * SECOND)
        assert told == ()


def test_people_in_front_hide_a_vehicle_without_ending_its_stay() -> None:
    """While people stand before its place, a vehicle that is not seen is not gone (up to a minute)."""
    crowd = Detection("person", 0.8, Box(0.42, 0.3, 0.58, 0.7))
    told = watch(standing(0, 20, CAR) + standing(20, 60, crowd) + standing(60, 65, CAR))
    assert phases(told) == [(10, "confirmed")]


def test_a_vehicle_hidden_for_too_long_is_given_up() -> None:
    """After more than a minute behind something else, nobody knows any more whether it stands there."""
    wall = Detection("truck", 0.8, Box(0.35, 0.2, 0.65, 0.9))
    told = watch(standing(0, 20, CAR) + standing(20, 100, wall))
    assert [(second, stay.phase) for second, stay in told if stay.first == HERE] == [(10, Phase.CONFIRMED), (80, Phase.ENDED)]


def test_a_cut_box_is_no_departure() -> None:
    """A person who stands before half of a vehicle cuts its box: it goes on standing."""
    half = Detection("car", 0.5, Box(0.4, 0.4, 0.49, 0.6))
    person = Detection("person", 0.8, Box(0.49, 0.35, 0.61, 0.65))
    told = watch(standing(0, 20, CAR) + standing(20, 45, half, person) + standing(45, 50, CAR))
    assert phases(told) == [(10, "confirmed")]


def test_a_vehicle_never_seen_behind_people_is_not_confirmed() -> None:
    """Hidden for most of its dwell, a vehicle that was seen twice is not told."""
    crowd = Detection("person", 0.8, Box(0.42, 0.3, 0.58, 0.7))
    assert watch(standing(0, 2, CAR) + standing(2, 20, crowd) + standing(20, 21, CAR)) == []


def test_a_second_box_of_one_vehicle_is_no_second_vehicle() -> None:
    """A part of a vehicle that the model finds as a vehicle of its own opens no stay."""
    part = Detection("car", 0.4, Box(0.42, 0.5, 0.5, 0.6))
    assert phases(watch(standing(0, 15, CAR, part))) == [(10, "confirmed")]


def test_a_weak_box_around_everything_keeps_no_vehicle_out() -> None:
    """A weak box that spans the picture does not keep a surer vehicle inside it from being seen."""
    around = Detection("car", 0.36, Box(0.05, 0.05, 0.95, 0.95))
    told = watch([(0, [around]), *standing(1, 15, Detection("car", 0.28, around.box), CAR)])
    assert [stay.first for _, stay in told if stay.phase is Phase.CONFIRMED] == [HERE]


def test_blind_time_counts_for_nobodys_absence() -> None:
    """A camera that saw nothing for five minutes finds the vehicle where it stood: no end, no second stay."""
    state = State()
    for second in range(20):
        state, _ = step(state, POLICY, SQUARE, [CAR], second * SECOND)
    told = watch([(320, []), *standing(321, 325, CAR)], state=blinded(state))
    assert phases(told) == [(321, "lasting")]


def test_a_dwell_of_nothing_tells_at_the_first_sight() -> None:
    """With a dwell of zero a vehicle counts as soon as it is seen."""
    assert phases(watch(standing(3, 5, CAR), Policy(dwell=0))) == [(3, "confirmed")]


def test_ends_are_told_before_beginnings() -> None:
    """At one instant, the end of one stay comes before the confirmation of another, so that the last word is the standing one's."""
    other = Detection("car", 0.6, THERE)
    told = watch(standing(0, 12, CAR) + standing(12, 14) + standing(14, 40, other), Policy(dwell=10 * SECOND))
    same = [(second, stay.phase.value) for second, stay in told if second == 24]
    assert same == [(24, "ended"), (24, "confirmed")]
