"""Laws of what each partition has to deliver next."""

from hypothesis import given
from hypothesis import strategies as st

from streams.positions import Arrival, Positions


@given(st.integers(0, 50), st.lists(st.integers(0, 80), max_size=200))
def test_what_is_let_through_has_no_hole_and_no_double(start: int, arriving: list[int]) -> None:
    """Whatever arrives in whatever order, the records let through are contiguous from the first that was due."""
    positions = Positions[str]()
    positions.start("p", start)
    passed = [offset for offset in arriving if positions.take("p", offset) is Arrival.NEXT]
    assert passed == list(range(start, start + len(passed)))
    assert positions.due("p") == start + len(passed)


@given(st.lists(st.tuples(st.sampled_from("pq"), st.integers(0, 9)), max_size=100))
def test_partitions_do_not_know_of_each_other(arriving: list[tuple[str, int]]) -> None:
    """What is judged of one partition is the same with and without the other's records between."""
    together, alone = Positions[str](), Positions[str]()
    judged = [(place, together.take(place, offset)) for place, offset in arriving]
    assert [arrival for place, arrival in judged if place == "p"] == [alone.take("p", offset) for place, offset in arriving if place == "p"]
