"""The garbage collector keeps away from the state, and still frees what was dropped."""

import gc
import weakref
from collections.abc import Iterator

import pytest

from streams import collecting


class Knot:
    """An object that refers to itself, which reference counts alone never free."""

    def __init__(self) -> None:
        self.self = self


@pytest.fixture(autouse=True)
def thawed() -> Iterator[None]:
    """The collector as it was."""
    before = gc.get_threshold()
    yield
    gc.set_threshold(*before)
    gc.unfreeze()
    gc.enable()


def test_nothing_is_collected_while_a_state_is_built() -> None:
    """The collector is off within, and on again after, also when building failed."""
    with collecting.paused():
        assert not gc.isenabled()
    assert gc.isenabled()
    with pytest.raises(ValueError, match="bad state"), collecting.paused():
        raise ValueError("bad state")
    assert gc.isenabled()


def test_a_collector_that_was_off_stays_off() -> None:
    """Whoever turned it off knows why."""
    gc.disable()
    with collecting.paused():
        pass
    assert not gc.isenabled()


def test_what_was_settled_is_looked_at_again_when_a_state_is_dropped() -> None:
    """A frozen knot survives collections; released, it goes."""
    knot = Knot()
    alive = weakref.ref(knot)
    collecting.settle()
    del knot
    gc.collect()
    assert alive() is not None
    collecting.release()
    assert alive() is None


def test_a_settled_process_looks_less_often() -> None:
    """New objects are looked at after as many as some hundred envelopes bring, and older ones as often after these as before."""
    _, older, oldest = gc.get_threshold()
    collecting.settle()
    assert gc.get_threshold() == (collecting.YOUNG, older, oldest)


def test_who_does_without_the_collector_goes_on_without() -> None:
    """A threshold of nothing means never."""
    gc.set_threshold(0)
    collecting.settle()
    assert gc.get_threshold()[0] == 0
