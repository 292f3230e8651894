"""Lost and doubled from sets of ids."""

from cityloop.demo.tally.compare import Comparison, accounted, arrived, compare, doubled, lost, one_each


def test_all_that_should_come_came() -> None:
    """Equal sets, in any order, are neither lost nor doubled."""
    assert compare("alerts", {"a", "b"}, ["b", "a"]) == Comparison(what="alerts")


def test_what_did_not_come_is_lost() -> None:
    """Every missing id is named."""
    assert compare("alerts", {"a", "b", "c"}, ["b"]).lost == ("a", "c")


def test_what_came_twice_is_doubled() -> None:
    """An id is doubled once, however often it came."""
    assert compare("alerts", {"a", "b"}, ["a", "a", "a", "b"]).doubled == ("a",)


def test_what_nobody_expected_is_doubled() -> None:
    """An effect without a cause is as bad as one too many."""
    assert compare("alerts", {"a"}, ["a", "x"]).doubled == ("x",)


def test_a_repeated_arrival_is_harmless() -> None:
    """In the log the same observation may lie twice, and others than the expected may lie there."""
    assert arrived("observations", {"a", "b"}, ["a", "a", "x"]) == Comparison(what="observations", lost=("b",))


def test_what_was_noted_accounts_for_what_came() -> None:
    """Noted and not there is lost; there and never noted, or noted twice, is doubled; the same again in the log is harmless."""
    assert accounted("cameras", ["a", "b"], ["b", "a", "a"]) == Comparison(what="cameras")
    assert accounted("cameras", ["a", "b", "b"], ["b", "x"]) == Comparison(what="cameras", lost=("a",), doubled=("b", "x"))


def test_an_incomplete_note_accuses_nobody() -> None:
    """What came beyond an incomplete note may have been sent; what is in the note is judged as ever."""
    assert accounted("cameras", ["a", "b", "b"], ["b", "x"], complete=False) == Comparison(what="cameras", lost=("a",), doubled=("b",))


def test_each_cause_has_one_effect() -> None:
    """A cause without effect is lost, one with two is doubled; the same effect seen twice is one."""
    found = one_each("tickets", {"one": ["t1"], "none": [], "two": ["t2", "t3"], "same": ["t4", "t4"]})
    assert (found.lost, found.doubled) == (("none",), ("two",))


def test_steps_are_summed() -> None:
    """The demo's two figures are sums over all steps."""
    steps = [compare("a", {"1", "2"}, ["1", "1"]), compare("b", {"1"}, []), one_each("c", {"x": ["1", "2"]})]
    assert (lost(steps), doubled(steps)) == (2, 2)


def test_what_may_have_come_already_is_neither() -> None:
    """An id that is allowed and not required is no fault, there or not there, and is one when it comes twice."""
    assert compare("alerts", {"a"}, ["a", "b"], also={"b", "c"}) == Comparison(what="alerts")
    assert compare("alerts", {"a"}, ["a", "b", "b"], also={"b"}).doubled == ("b",)
