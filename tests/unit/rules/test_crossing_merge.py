"""What waits for the clock comes out in the order of time, and its checkpoints hold it."""

import random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from config.moment import SECOND
from rules.crossing.merge import Merge
from streams.observation import Observation
from tests.fakes.rulekit import EPOCH, seen


def held(*observations: Observation, rule: str = "r") -> Merge:
    """A merge that holds observations which are due at their instant."""
    merge = Merge()
    for one in observations:
        merge.hold(one.at, rule, one)
    return merge


def ids(merge: Merge, second: float) -> list[str]:
    """What is released when the clock shows a second."""
    return [one.id for _, one in merge.release(EPOCH + round(second * SECOND))]


def again(sections: dict[str, bytes | None]) -> Merge:
    """A new merge from sections."""
    merge = Merge()
    assert merge.restore({name: raw for name, raw in sections.items() if raw is not None}, lambda _, one: one.at) == 0
    return merge


def test_nothing_is_released_at_its_own_instant() -> None:
    """Another partition may still send one of the very same instant, so the clock must have passed it."""
    merge = held(seen(1, 9))
    assert ids(merge, 1) == []
    assert ids(merge, 1.000001) == ["1-9"]
    assert len(merge) == 0


def test_one_instant_is_ordered_by_id_and_then_by_source() -> None:
    """The order of coming makes no difference."""
    made = [seen(1, 9, id=name, source=source) for name in "ba" for source in ("sensor/2", "sensor/1")]
    found = [[(one.id, one.source) for _, one in held(*order).release(EPOCH + 2 * SECOND)] for order in (made, made[::-1])]
    assert found[0] == found[1] == [("a", "sensor/1"), ("a", "sensor/2"), ("b", "sensor/1"), ("b", "sensor/2")]


def test_what_waits_longer_comes_later() -> None:
    """The due decides, which is later than the instant where a rule has a lateness."""
    merge = Merge()
    merge.hold(EPOCH + 20 * SECOND, "patient", seen(1, 1))
    merge.hold(EPOCH + 2 * SECOND, "quick", seen(2, 2))
    assert [rule for rule, _ in merge.release(EPOCH + 30 * SECOND)] == ["quick", "patient"]


def test_what_waits_for_a_rule_that_is_gone_is_left_out() -> None:
    """Only observations with a due are held again, and the others are counted."""
    sections = held(seen(1, 1), seen(2, 2)).full()
    merge = Merge()
    assert merge.restore(sections, lambda _, one: None if one.id == "1-1" else one.at) == 1
    assert ids(merge, 9) == ["2-2"]


def test_a_delta_names_what_is_gone_and_nothing_that_stayed() -> None:
    """A second whose observations were all released is deleted, one with a new observation is written, the rest is left alone."""
    merge = held(seen(1, 1), seen(2, 2), seen(3, 3))
    first, second, third = sorted(merge.full(), key=int)
    assert merge.delta() == {}
    assert ids(merge, 2) == ["1-1"]
    merge.hold(EPOCH + 3 * SECOND, "r", seen(3, 4))
    delta = merge.delta()
    assert {name: raw is None for name, raw in delta.items()} == {first: True, third: False}
    assert second not in delta
    assert merge.delta() == {}


def test_what_comes_and_goes_between_two_checkpoints_is_in_neither() -> None:
    """No section is deleted that was never written."""
    merge = held()
    merge.full()
    merge.hold(EPOCH, "r", seen(0, 1))
    assert ids(merge, 1) == ["0-1"]
    assert merge.delta() == {}


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 60), st.sampled_from(["hold", "release", "keep"])), max_size=40), st.randoms(use_true_random=False)
)
def test_a_checkpoint_with_its_deltas_holds_the_same(steps: list[tuple[int, str]], chance: random.Random) -> None:
    """At any time, a full checkpoint with the deltas since laid over it releases what the merge itself does."""
    merge = Merge()
    kept: dict[str, Any] = dict(merge.full())
    for number, (second, step) in enumerate(steps):
        if step == "hold":
            one = seen(second / 4, 1, id=f"{chance.randint(0, 9)}-{number}")
            merge.hold(one.at, "r", one)
        elif step == "release":
            list(merge.release(EPOCH + second * SECOND // 4))
        else:
            kept = {name: raw for name, raw in {**kept, **merge.delta()}.items() if raw is not None}
            assert kept == dict(again(kept).full())
    kept = {name: raw for name, raw in {**kept, **merge.delta()}.items() if raw is not None}
    assert ids(again(kept), 99) == ids(merge, 99)
