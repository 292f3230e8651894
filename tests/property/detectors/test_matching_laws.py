"""Laws of the matching: one to one, as many as can be, and the order of the lists changes nothing."""

from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from config.moment import SECOND
from detectors.evaluation.event import Span, ToldEvent, TrueEvent
from detectors.evaluation.matching import Matching, match

PLACE = ("camera/a", "illegal_parking", None)
SPANS = st.tuples(st.integers(0, 60), st.integers(0, 30)).map(lambda span: Span(span[0] * SECOND, (span[0] + span[1]) * SECOND))
TRUE = st.lists(SPANS.map(lambda span: TrueEvent(place=PLACE, span=span)), max_size=5)
TOLD = st.lists(SPANS.map(lambda span: ToldEvent(place=PLACE, span=span, told_at=span.begin)), max_size=5)


def edges(happened: list[TrueEvent], told: list[ToldEvent]) -> set[tuple[int, int]]:
    """Who may be who, by the simplest means."""
    return {
        (true, said)
        for true, event in enumerate(happened)
        for said, one in enumerate(told)
        if match([event], [one]).pairs
    }  # fmt: skip


def largest(allowed: set[tuple[int, int]]) -> int:
    """The size of the largest matching, by trying all."""
    for size in range(min(len({true for true, _ in allowed}), len({said for _, said in allowed})), 0, -1):
        for chosen in combinations(sorted(allowed), size):
            if len({true for true, _ in chosen}) == len({said for _, said in chosen}) == size:
                return size
    return 0


def sizes(matching: Matching) -> tuple[int, int, int, int]:
    """How many of each."""
    return len(matching.pairs), len(matching.spare), len(matching.false), len(matching.missed)


@settings(max_examples=60)
@given(TRUE, TOLD)
def test_it_is_one_to_one_and_the_largest(happened: list[TrueEvent], told: list[ToldEvent]) -> None:
    """Each event is in one pair at most, every told event is in one list, and no other matching has more pairs."""
    matching, allowed = match(happened, told), edges(happened, told)
    assert set(matching.pairs) <= allowed
    assert len(matching.pairs) == len({true for true, _ in matching.pairs}) == len({said for _, said in matching.pairs}) == largest(allowed)
    assert sorted([said for _, said in (*matching.pairs, *matching.spare)] + list(matching.false)) == list(range(len(told)))
    assert len(matching.pairs) + len(matching.missed) == len(happened)


@settings(max_examples=40)
@given(TRUE, TOLD)
def test_the_order_of_the_lists_does_not_matter(happened: list[TrueEvent], told: list[ToldEvent]) -> None:
    """The same events in another order give the same counts."""
    assert sizes(match(happened, told)) == sizes(match(happened[::-1], told[::-1]))
