"""Which told event is which true one: each at most once, as many as can be, the longest overlaps first."""

from collections.abc import Sequence

import msgspec

from config.moment import SECOND, Micros
from detectors.evaluation.event import Span, ToldEvent, TrueEvent, same_place

SLACK: Micros = 5 * SECOND
"""How far beyond its end a true event may be told: the labels' own accuracy, and the last look's."""


class Matching(msgspec.Struct, frozen=True, kw_only=True):
    """Who belongs to whom, by number.

    Attributes:
        pairs: (true, told), in the order of the true events.
        spare: (true, told) for told events that overlap a true one that has its own: they were told more than once.
        false: told events that overlap nothing that counts.
        missed: true events that nobody told.
    """

    pairs: tuple[tuple[int, int], ...]
    spare: tuple[tuple[int, int], ...]
    false: tuple[int, ...]
    missed: tuple[int, ...]


def match(happened: Sequence[TrueEvent], told: Sequence[ToldEvent], slack: Micros = SLACK) -> Matching:
    """Match one to one.

    Args:
        happened: true events; those that do not count (too short) are matched by nobody.
        told: told events.
        slack: how far beyond its end a true event may be told.
    """
    edges = {
        number: sorted(_overlaps(event, told, slack), key=lambda edge: (-edge[0], edge[1]))
        for number, event in enumerate(happened)
        if event.counts
    }
    owner: dict[int, int] = {}
    # Who overlaps longest chooses first; Kuhn's augmenting paths then make room for whoever would go without.
    for number in sorted(edges, key=lambda one: (-max((edge[0] for edge in edges[one]), default=0), one)):
        _augment(number, edges, owner, set())
    pairs = tuple(sorted((true, said) for said, true in owner.items()))
    matched = {true for true, _ in pairs}
    spare = tuple(
        (true, said) for said in range(len(told)) if said not in owner and (true := _first_owner(said, edges, matched)) is not None
    )
    doubled = {said for _, said in spare}
    return Matching(
        pairs=pairs,
        spare=spare,
        false=tuple(said for said in range(len(told)) if said not in owner and said not in doubled),
        missed=tuple(number for number in edges if number not in matched),
    )


def _overlaps(event: TrueEvent, told: Sequence[ToldEvent], slack: Micros) -> list[tuple[Micros, int]]:
    allowed = Span(event.span.begin - slack, event.span.end + slack)
    return [
        (max(0, allowed.common(said.span).length), number)
        for number, said in enumerate(told)
        if same_place(event.place, said.place) and allowed.touches(Span(said.told_at, max(said.told_at, said.span.end)))
    ]


def _augment(true: int, edges: dict[int, list[tuple[Micros, int]]], owner: dict[int, int], tried: set[int]) -> bool:
    for _, said in edges[true]:
        if said in tried:
            continue
        tried.add(said)
        if said not in owner or _augment(owner[said], edges, owner, tried):
            owner[said] = true
            return True
    return False


def _first_owner(said: int, edges: dict[int, list[tuple[Micros, int]]], matched: set[int]) -> int | None:
    overlaps = [(length, -true) for true in matched for length, other in edges[true] if other == said]
    return -max(overlaps)[1] if overlaps else None
