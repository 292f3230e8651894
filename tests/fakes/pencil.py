"""A person with a pencil: what a condition is at every instant, by the words of SEMANTICS, section 2, one instant after another.

Nothing is remembered from instant to instant and no interval is computed: each definition is asked, at every whole number of
a grid and between any two of them, whether the condition is true there. Alerts are read off the row of answers by the words
of section 3. It is slow and it knows one group only, with no two samples at one instant.
"""

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any, NamedTuple

END = 10**9


class Dot(NamedTuple):
    """A sample on the squared paper.

    Attributes:
        at: its instant, a whole number of the grid.
        match: whether it is a match; of a sequence: the first step.
        other: whether it clears; of a sequence: whether it is the second step.
        source: its source.
        value: its value.
        place: metres to the north of somewhere.
    """

    at: int
    match: bool
    other: bool = False
    source: str = "sensor/1"
    value: float = 0.0
    place: int = 0


class Words(NamedTuple):
    """A rule; lengths are whole numbers of the grid.

    Attributes:
        form: which row of the table.
        wait: ``for``.
        keep: ``keep_firing_for``.
        more: what the form has beside.
    """

    form: str
    wait: int
    keep: int
    more: Mapping[str, Any]


class Row(NamedTuple):
    """One event: what, when, and of which episode."""

    event: str
    at: int
    starts_at: int
    fired_at: int
    ends_at: int | None
    matches: int | None


def rows(words: Words, dots: Sequence[Dot], until: int) -> list[Row]:
    """Every event up to an instant and including it; ``matches`` where the text fixes their count: for level and count."""
    truth = _TRUTHS[words.form]

    def holds(twice: int) -> bool:
        # Between two instants lies everything that was seen up to the first of them.
        return truth(words.more, [dot for dot in dots if 2 * dot.at <= twice], Fraction(twice, 2))

    spans = _spans([holds(twice) for twice in range(2 * until + 2)])
    found: list[Row] = []
    while spans:
        start, end = spans.pop(0)
        if words.wait and end <= start + words.wait:
            continue
        while spans and spans[0][0] <= end + words.keep:
            end = spans.pop(0)[1]
        fired, resolved = start + words.wait, end + words.keep
        if fired <= until:
            found.append(Row("firing", fired, start, fired, None, _count(words, dots, start, fired)))
        if fired <= until and resolved <= until:
            found.append(Row("resolved", resolved, start, fired, end, _count(words, dots, start, resolved)))
    return sorted(found)


def _spans(answers: Sequence[bool]) -> list[tuple[int, int]]:
    """Where the answer is yes: [start, end), and [start, start] where it is yes at the instant alone."""
    spans: list[tuple[int, int]] = []
    begun: int | None = None
    for instant in range(len(answers) // 2):
        at, after = answers[2 * instant], answers[2 * instant + 1]
        if begun is not None and not at:
            spans.append((begun, instant))
            begun = None
        if begun is None and at:
            begun = instant
        if begun is not None and not after:
            spans.append((begun, instant))
            begun = None
        assert at or not after, "a condition begins at an instant, not behind it"
    return spans if begun is None else [*spans, (begun, END)]


def _count(words: Words, dots: Sequence[Dot], start: int, upto: int) -> int | None:
    """Matches from the beginning on, and those in the window at it."""
    if words.form == "level":
        return sum(dot.match and start <= dot.at <= upto for dot in dots)
    if words.form == "count":
        return sum(dot.match and start - int(words.more["within"]) < dot.at <= upto for dot in dots)
    return None


More = Mapping[str, Any]
Seen = Sequence[Dot]


def _level(more: More, seen: Seen, now: Fraction) -> bool:
    """From a match until the next sample that ends it, at most ``stale_after`` beyond the last match."""
    speaking = [dot for dot in seen if dot.match or dot.other]
    if not speaking or not speaking[-1].match:
        return False
    stale = more.get("stale_after")
    beyond = now - speaking[-1].at
    return stale is None or beyond < int(stale) or beyond == int(stale) == 0


def _matches_within(more: More, seen: Seen, now: Fraction) -> list[Dot]:
    return [dot for dot in seen if dot.match and now - int(more["within"]) < dot.at <= now]


def _number(more: More, seen: Seen, now: Fraction) -> bool:
    """At least N matches, or different sources of them, in (t - D, t]."""
    window = _matches_within(more, seen, now)
    return len({dot.source for dot in window} if more.get("distinct") else window) >= int(more["count"])


def _absent(more: More, seen: Seen, now: Fraction) -> bool:
    """No match for so much active time."""
    matches = [dot.at for dot in seen if dot.match]
    if not matches:
        return False
    active: Callable[[int], bool] = more.get("active", lambda _: True)
    whole = sum(map(active, range(matches[-1], int(now))))
    rest = now - int(now) if now != int(now) and active(int(now)) else 0
    return bool(whole + rest >= int(more["absent"]))


def _sequence(more: More, seen: Seen, now: Fraction) -> bool:
    """At the instant of a B that follows an A by more than nothing and at most D; that A and all earlier ones are used up."""
    used = -1
    answers = False
    for dot in seen:
        fit = [a.at for a in seen if a.match and used < a.at < dot.at <= a.at + int(more["within"])]
        answers = dot.other and bool(fit)
        if answers:
            used = max(fit)
    return answers and seen[-1].at == now


def _unanswered(more: More, seen: Seen, now: Fraction) -> bool:
    """From A + D when no B came in (A, A + D], until the next B; an A while one is waiting changes nothing."""
    within, free = int(more["within"]), -1
    for first in (dot.at for dot in seen if dot.match):
        if first < free:
            continue
        answers = [dot.at for dot in seen if dot.other and dot.at > first]
        if answers and answers[0] <= first + within:
            free = answers[0]
            continue
        free = first + within + 1  # One that comes at the very instant comes before the timer, so it waits with the first.
        if now >= first + within and not answers:
            return True
    return False


def _cluster(more: More, seen: Seen, now: Fraction) -> bool:
    """At the instant of a match around which enough sources matched."""
    if not seen or not seen[-1].match or seen[-1].at != now:
        return False
    near = [dot for dot in _matches_within(more, seen, now) if abs(dot.place - seen[-1].place) <= more["radius"]]
    return len({dot.source for dot in near}) >= int(more["sources"])


def _rate(more: More, seen: Seen, now: Fraction) -> bool:
    """What the last sample said: (last - first) / time * per, above or below the bound."""
    if not seen:
        return False
    window = [dot for dot in seen if seen[-1].at - int(more["within"]) < dot.at]
    first, last = window[0], window[-1]
    if first.at == last.at:
        return False
    rate = (Fraction(last.value) - Fraction(first.value)) / (last.at - first.at) * int(more["per"])
    return rate > int(more["above"]) if "above" in more else rate < int(more["below"])


_TRUTHS: Mapping[str, Callable[[More, Seen, Fraction], bool]] = {
    "level": _level,
    "count": _number,
    "absent": _absent,
    "sequence": _sequence,
    "unanswered": _unanswered,
    "cluster": _cluster,
    "rate": _rate,
}
FORMS = tuple(_TRUTHS)
