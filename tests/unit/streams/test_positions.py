"""What each partition has to deliver next."""

from itertools import pairwise
from typing import NamedTuple

from hypothesis import given
from hypothesis import strategies as st

from streams.positions import Arrival, Positions, runs_of


def test_what_is_due_moves_on_with_each_record() -> None:
    """From where it was sought, a partition delivers one offset after the other."""
    positions = Positions[str]()
    positions.start("p", 7)
    assert [positions.take("p", offset) for offset in (7, 8, 9)] == [Arrival.NEXT] * 3
    assert positions.due("p") == 10


def test_a_hole_is_seen_and_moves_nothing() -> None:
    """A record beyond the one that was due is told as such, however often, until the one that was due comes."""
    positions = Positions[str]()
    positions.start("p", 0)
    assert [positions.take("p", offset) for offset in (175, 176, 0, 1)] == [
        Arrival.SKIPPED,
        Arrival.SKIPPED,
        Arrival.NEXT,
        Arrival.NEXT,
    ]


def test_what_came_before_comes_again() -> None:
    """A record below what is due was delivered before and does not take what is due back."""
    positions = Positions[str]()
    positions.start("p", 44)
    assert positions.take("p", 43) is Arrival.AGAIN
    assert positions.due("p") == 44


def test_of_an_unknown_partition_the_first_record_is_taken_as_it_comes() -> None:
    """A partition that was never sought, or was revoked, begins with what it delivers; another keeps what is due."""
    positions = Positions[str]()
    positions.start("p", 3)
    positions.start("q", 5)
    positions.forget(["p", "never seen"])
    assert positions.due("p") is None
    assert positions.take("p", 90) is Arrival.NEXT
    assert positions.take("q", 6) is Arrival.SKIPPED


def test_going_back_makes_the_hole_good() -> None:
    """A partition that was sought again delivers what was passed over, and then what lay beyond it."""
    positions = Positions[str]()
    positions.start("p", 44)
    assert positions.take("p", 46) is Arrival.SKIPPED
    positions.start("p", 44)
    assert [positions.take("p", offset) for offset in (44, 45, 46)] == [Arrival.NEXT] * 3


def test_a_run_is_taken_as_a_whole() -> None:
    """A run that begins with what is due moves it on behind its last record; one that begins beyond it moves nothing."""
    positions = Positions[str]()
    positions.start("p", 3)
    assert positions.take("p", 3, 9) is Arrival.NEXT
    assert positions.take("p", 11, 20) is Arrival.SKIPPED
    assert positions.take("p", 4, 9) is Arrival.AGAIN
    assert positions.due("p") == 10


class Record(NamedTuple):
    """All that a run needs of a record."""

    offset: int


@given(st.sets(st.integers(0, 60)), st.integers(1, 9))
def test_runs_have_no_holes_and_leave_nothing_out(offsets: set[int], most: int) -> None:
    """Runs of records are those records in their order, each run without a hole and not too long, and cut nowhere else."""
    records = [Record(offset) for offset in sorted(offsets)]
    runs = list(runs_of(records, most))
    assert [record for run in runs for record in run] == records
    for run in runs:
        assert 0 < len(run) <= most
        assert [record.offset for record in run] == list(range(run[0].offset, run[0].offset + len(run)))
    for run, following in pairwise(runs):
        assert len(run) == most or following[0].offset > run[-1].offset + 1
