"""Records of one upstream partition are taken once, in the order of their numbers, whatever the log did to them."""

import random

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.moment import SECOND
from rules.crossing.arrivals import PATIENCE, Arrival, Heard, take
from rules.crossing.traffic import Traffic
from rules.state import BEGINNING, NEVER


def brings(sequence: int, clock: int | None = None) -> Arrival:
    """A record that tells the clock, which is its number unless another one is given."""
    return Arrival(sequence, "", (), sequence if clock is None else clock)


def took(heard: Heard, *arrivals: Arrival, at: int = 0, traffic: Traffic | None = None) -> list[int]:
    """The numbers taken, in order."""
    counted = Traffic() if traffic is None else traffic
    return [one.sequence for arrival in arrivals for one in take(heard, arrival, at, counted).arrivals]


def test_numbers_in_order_are_taken_at_once() -> None:
    """Each is taken as it comes, and the clock goes on with them."""
    heard = Heard()
    assert took(heard, brings(1), brings(2), brings(3)) == [1, 2, 3]
    assert (heard.sequence, heard.clock, heard.aside, heard.since) == (3, 3, {}, NEVER)


def test_a_repeated_record_is_dropped() -> None:
    """What came before is counted and nothing else, at once or much later."""
    heard, traffic = Heard(), Traffic()
    assert took(heard, brings(1), brings(1), brings(2), brings(1), brings(2), traffic=traffic) == [1, 2]
    assert (traffic.taken, traffic.repeated, traffic.aside) == (2, 3, 0)


def test_what_comes_too_early_waits_for_what_is_missing() -> None:
    """Records behind a gap are set aside; when the missing one comes, all go on in order, each once."""
    heard, traffic = Heard(), Traffic()
    assert took(heard, brings(1), brings(3), brings(4), brings(3), traffic=traffic) == [1]
    assert (heard.clock, sorted(heard.aside), traffic.aside, traffic.repeated) == (1, [3, 4], 2, 1)
    assert took(heard, brings(2), traffic=traffic) == [2, 3, 4]
    assert (heard.clock, heard.aside, heard.since) == (4, {}, NEVER)


def test_what_is_set_aside_moves_no_clock() -> None:
    """The clock of a record is believed only when everything before it has come."""
    heard = Heard()
    took(heard, brings(2, clock=1000))
    assert heard.clock == BEGINNING


def test_a_record_without_a_clock_leaves_it() -> None:
    """Of several records to one partition only the last tells the clock."""
    heard = Heard()
    assert took(heard, brings(1, clock=5), msgspec.structs.replace(brings(2), clock=None)) == [1, 2]
    assert heard.clock == 5


def test_what_never_comes_is_given_up_and_told() -> None:
    """After a time that no restart takes, the missing numbers are lost, and what waited is taken rather than lost too."""
    heard, traffic = Heard(), Traffic()
    took(heard, brings(1), brings(4), at=10 * SECOND, traffic=traffic)
    assert take(heard, brings(5), 10 * SECOND + PATIENCE, traffic).arrivals == ()
    taken = take(heard, brings(6), 10 * SECOND + PATIENCE + 1, traffic)
    assert ([one.sequence for one in taken.arrivals], taken.lost) == ([4, 5, 6], range(2, 4))
    assert (traffic.lost, heard.sequence, heard.since) == (2, 6, NEVER)
    assert took(heard, brings(2), brings(3), traffic=traffic) == []


def test_a_second_gap_has_a_time_of_its_own() -> None:
    """When the first missing record comes, what waits behind the next gap begins to wait anew."""
    heard, traffic = Heard(), Traffic()
    took(heard, brings(2), brings(4), at=0, traffic=traffic)
    assert took(heard, brings(1), at=PATIENCE, traffic=traffic) == [1, 2]
    assert heard.since == PATIENCE
    assert took(heard, brings(5), at=2 * PATIENCE, traffic=traffic) == []
    assert took(heard, brings(3), at=2 * PATIENCE, traffic=traffic) == [3, 4, 5]
    assert traffic.lost == 0


@pytest.mark.parametrize("number", [1, 3, 5])
def test_an_upstream_that_lost_its_checkpoints_is_followed(number: int) -> None:
    """A number that came before with a clock that never came is no repetition: counting began anew, and goes on from there."""
    heard, traffic = Heard(), Traffic()
    took(heard, *(brings(sequence) for sequence in range(1, 6)), brings(9), traffic=traffic)
    assert took(heard, brings(number, clock=100), brings(number + 1, clock=101), traffic=traffic) == [number, number + 1]
    assert (traffic.anew, heard.clock, heard.aside) == (1, 101, {})


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 12), st.randoms(use_true_random=False))
def test_any_mixture_of_repetitions_and_gaps_gives_each_number_once(length: int, chance: random.Random) -> None:
    """However often records come and in whatever order, all are taken once they have all come, each once and in order."""
    heard, traffic = Heard(), Traffic()
    arrivals = [brings(number) for number in range(1, length + 1)]
    mixed = [chance.choice(arrivals) for _ in range(length)] + chance.sample(arrivals, length)
    assert took(heard, *mixed, traffic=traffic) == list(range(1, length + 1))
    assert heard.clock == length
    assert traffic.lost == traffic.anew == 0
