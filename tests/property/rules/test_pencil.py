"""The engine against a person with a pencil, who asks the words of SEMANTICS at every instant: the second opinion on both evaluators."""

import random
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from config.moment import SECOND, Micros, from_datetime, to_datetime
from streams.observation import Observation, Position
from tests.fakes.pencil import Dot, Row, Words, rows
from tests.fakes.rulekit import EPOCH, alerts, rules_of, run
from tests.fakes.ruletraffic import dice

CASES = 40
UNTIL = 70
Drawn = tuple[Words, dict[str, Any], list[Dot]]
"""A rule for the pencil, the same rule for the engine, and samples."""


def _times(chance: random.Random) -> dict[str, int]:
    """``for`` and ``keep_firing_for``."""
    return {"for": chance.choice([0, 0, chance.randint(1, 12)]), "keep_firing_for": chance.choice([0, chance.randint(1, 12)])}


def _instants(chance: random.Random) -> list[int]:
    return sorted(chance.sample(range(UNTIL), chance.randint(2, 25)))


def _numbers(chance: random.Random, over: int = 5, under: int = 5) -> list[Dot]:
    values = [(at, chance.randint(0, 10)) for at in _instants(chance)]
    return [Dot(at, value > over, other=value <= over and value <= under, value=value) for at, value in values]


def _level(chance: random.Random) -> Drawn:
    clear, stale = chance.random() < 0.4, chance.choice([None, None, chance.randint(1, 12)])
    rule: dict[str, Any] = {"kind": "level", "where": "value > 5"}
    if clear:
        rule["clear"] = "value <= 2"
    if stale is not None:
        rule["stale_after"] = stale
    return Words("level", 0, 0, {"stale_after": stale}), rule, _numbers(chance, under=2 if clear else 5)


def _pulse(chance: random.Random) -> Drawn:
    return Words("level", 0, 0, {"stale_after": 0}), {"kind": "motion", "where": "value == true"}, _truths(chance)


def _truths(chance: random.Random, sources: int = 1) -> list[Dot]:
    true = {at: chance.random() < 0.7 for at in _instants(chance)}
    return [
        Dot(at, value, other=not value, value=value, source=f"sensor/{chance.randint(1, sources)}", place=100 * chance.randint(0, 5))
        for at, value in true.items()
    ]


def _count(chance: random.Random) -> Drawn:
    more = {"count": chance.randint(1, 4), "within": chance.randint(1, 20)}
    return Words("count", 0, 0, more), {"kind": "door", "where": "value == true", **more}, _truths(chance)


def _distinct(chance: random.Random) -> Drawn:
    more = {"count": chance.randint(2, 3), "within": chance.randint(1, 20), "distinct": "source"}
    return Words("count", 0, 0, more), {"kind": "door", "where": "value == true", "by": ["zone"], **more}, _truths(chance, 3)


def _absent(chance: random.Random) -> Drawn:
    more = {"absent": chance.randint(1, 25)}
    return Words("absent", 0, 0, more), {"kind": "door", "where": "value == true", **more}, _truths(chance)


def _sequence(chance: random.Random) -> Drawn:
    words = Words(chance.choice(["sequence", "unanswered"]), 0, 0, {"within": chance.randint(1, 15)})
    second: dict[str, Any] = {"kind": "motion", "where": "value == true"}
    steps = [{"kind": "door", "where": "value == true"}, {"not": second} if words.form == "unanswered" else second]
    drawn = [(at, *chance.choice([(True, False), (True, False), (False, True), (False, False)])) for at in _instants(chance)]
    return words, {"sequence": steps, **words.more}, [Dot(at, first, other) for at, first, other in drawn]


def _cluster(chance: random.Random) -> Drawn:
    more = {"sources": chance.randint(2, 3), "radius": 100 * chance.randint(1, 3) + 50, "within": chance.randint(1, 20)}
    rule = {"kind": "door", "where": "value == true", "cluster": {"sources": more["sources"], "radius": more["radius"]}}
    return Words("cluster", 0, 0, more), {**rule, "within": more["within"]}, _truths(chance, 3)


def _rate(chance: random.Random) -> Drawn:
    side, bound = chance.choice(["above", "below"]), chance.randint(-3, 3)
    more = {"within": chance.randint(2, 30), "per": chance.randint(1, 10), side: bound}
    rule = {"kind": "level", "rate": {side: bound, "per": f"{more['per']}s"}, "within": more["within"]}
    return Words("rate", 0, 0, more), rule, _numbers(chance)


DRAW: dict[str, Callable[[random.Random], Drawn]] = {
    "level": _level,
    "pulse": _pulse,
    "count": _count,
    "distinct": _distinct,
    "absent": _absent,
    "sequence": _sequence,
    "cluster": _cluster,
    "rate": _rate,
}


def drawn(chance: random.Random, name: str) -> Drawn:
    """A random rule of a form with samples."""
    words, rule, dots = DRAW[name](chance)
    times = _times(chance)
    if name in ("pulse", "cluster") or words.form == "sequence":
        times["for"] = 0
    return words._replace(wait=times["for"], keep=times["keep_firing_for"]), rule | times, dots


def written(rule: dict[str, Any], unit: str = "s") -> dict[str, Any]:
    """The rule as a file has it: lengths with their unit."""
    lengths = ("for", "keep_firing_for", "stale_after", "within", "absent", "lateness")
    return {name: f"{value}{unit}" if name in lengths else value for name, value in rule.items()}


def observations(rule: dict[str, Any], dots: Sequence[Dot], begin: Micros = EPOCH, grid: Micros = SECOND) -> list[Observation]:
    """The samples for the engine, the square 0 of the paper at an instant."""
    found = []
    for number, dot in enumerate(dots):
        kind, value = rule.get("kind", "motion" if dot.other else "door"), dot.value
        if "sequence" in rule:
            value = dot.match or dot.other
        given = value if isinstance(value, bool) else float(value)
        place = Position(121.0, 31.0 + dot.place / 111_195)
        at = begin + dot.at * grid
        found.append(Observation(id=f"{number:03}", source=dot.source, kind=kind, at=at, value=given, position=place, zone="z"))
    return found


def by_engine(  # noqa: PLR0917  # A rule, samples and a pencil's paper.
    rule: dict[str, Any], history: Sequence[Observation], words: Words, until: int, begin: Micros = EPOCH, grid: Micros = SECOND
) -> list[Row]:
    """The events as the pencil writes them."""

    def square(at: Micros) -> int:
        assert (at - begin) % grid == 0
        return (at - begin) // grid

    found = alerts(run(rules_of(rule), history, (begin + until * grid - EPOCH) / SECOND))
    counted = words.form in ("level", "count")
    return sorted(
        Row(
            event.event.value,
            square(event.at),
            square(event.starts_at),
            square(event.fired_at),
            None if event.ends_at is None else square(event.ends_at),
            event.count if counted else None,
        )
        for event in found
        if event.event.value != "updated"
    )


@pytest.mark.parametrize("form", DRAW)
def test_the_engine_says_what_a_pencil_says(form: str) -> None:
    """Of every form, with ``for`` and ``keep_firing_for``, exactly the firings and resolutions that the definitions give instant by instant."""
    said: Counter[str] = Counter()
    for seed in range(CASES):
        words, rule, dots = drawn(dice(f"pencil {form} {seed}"), form)
        expected = rows(words, dots, UNTIL)
        assert by_engine(written(rule), observations(rule, dots), words, UNTIL) == expected, (seed, rule, dots)
        said.update(row.event for row in expected)
    assert min(said["firing"], said["resolved"]) > CASES // 3, "these cases prove little"


@pytest.mark.parametrize("form", DRAW)
def test_any_order_within_the_lateness_is_what_a_pencil_says(form: str) -> None:
    """Shuffled so that nothing is overtaken by as much as the lateness, the same firings and resolutions, down to the count."""
    for seed in range(CASES // 3):
        chance = dice(f"late {form} {seed}")
        words, rule, dots = drawn(chance, form)
        lateness = chance.randint(1, 20)
        history = observations(rule, dots)
        shuffled = sorted(history, key=lambda one: one.at + chance.randint(0, lateness * SECOND))
        rule["lateness"] = lateness
        assert by_engine(written(rule), shuffled, words, UNTIL) == rows(words, dots, UNTIL), (seed, rule, dots)


TEN_MINUTES = 600 * SECOND
SHIFTS = ("2026-03-02T00:00+08:00", "2026-03-28T20:00+00:00", "2026-10-24T20:00+00:00", "2026-04-04T09:00+00:00")
"""An ordinary Monday in Shanghai, and the evenings before clocks change in Berlin (twice) and on Lord Howe Island (by half an hour)."""


def wall(zone: str, spans: Sequence[tuple[str, str]], days: Sequence[str], begin: Micros) -> Callable[[int], bool]:
    """Whether a clock on a wall shows an active time in a square of ten minutes."""
    names = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

    @cache
    def shows(square: int) -> bool:
        local = (to_datetime(begin) + timedelta(minutes=10 * square)).astimezone(ZoneInfo(zone))
        return names[local.weekday()] in days and any(first <= f"{local:%H:%M}" < last for first, last in spans)

    return shows


@pytest.mark.parametrize("shift", SHIFTS)
@pytest.mark.parametrize("zone", ["Asia/Shanghai", "Europe/Berlin", "Australia/Lord_Howe"])
def test_active_time_is_what_a_clock_on_the_wall_shows(zone: str, shift: str) -> None:
    """Absence in active hours ripens when so many squares of active time are full, clock changes and weekends included."""
    begin, until = from_datetime(datetime.fromisoformat(shift)), 150
    fired = 0
    for seed in range(3):
        chance = dice(f"{zone} {shift} {seed}")
        ends = sorted(chance.sample(range(0, 144, 3), 4))
        spans = [(f"{one // 6:02}:{one % 6}0", f"{other // 6:02}:{other % 6}0") for one, other in (ends[:2], ends[2:])]
        days = chance.sample(["mon", "tue", "wed", "thu", "fri", "sat", "sun"], 6)
        dots = [Dot(at, match=True, value=True) for at in sorted(chance.sample(range(120), chance.randint(1, 4)))]
        absent, wait, keep = chance.randint(1, 30), chance.choice([0, 5]), chance.choice([0, 7])
        words = Words("absent", wait, keep, {"absent": absent, "active": wall(zone, spans, days, begin)})
        rule: dict[str, Any] = {"kind": "door", "absent": f"{10 * absent}m", "for": f"{10 * wait}m", "keep_firing_for": f"{10 * keep}m"}
        rule["active"] = {"zone": zone, "hours": [list(span) for span in spans], "days": days}
        expected = rows(words, dots, until)
        found = by_engine(rule, observations(rule, dots, begin, TEN_MINUTES), words, until, begin, TEN_MINUTES)
        assert found == expected, (seed, rule, dots)
        fired += len(expected)
    assert fired, "these cases prove nothing"


@pytest.mark.parametrize(
    ("words", "dots", "said"),
    [
        (Words("level", 10, 0, {}), {0: 9, 4: 9, 10: 1}, []),
        (Words("level", 10, 0, {}), {0: 9, 4: 9, 11: 1}, [("firing", 10, 0, None, 2), ("resolved", 11, 0, 11, 2)]),
        (Words("level", 10, 5, {}), {0: 9, 12: 1, 17: 9, 30: 1}, [("firing", 10, 0, None, 1), ("resolved", 35, 0, 30, 2)]),
        (Words("level", 10, 0, {"stale_after": 6}), {0: 9, 4: 9, 12: 9, 20: 1}, []),
        (Words("count", 0, 0, {"count": 3, "within": 10}), {0: 9, 4: 9, 9: 9}, [("firing", 9, 9, None, 3), ("resolved", 10, 9, 10, 3)]),
        (Words("absent", 0, 0, {"absent": 60}), {0: 9, 30: 9, 200: 9}, [("firing", 90, 90, None, None), ("resolved", 200, 90, 200, None)]),
    ],
    ids=["for 10 cleared", "for 10", "for 10 keep 5", "stale", "count", "absent"],
)
def test_the_pencil_knows_the_examples(words: Words, dots: dict[int, int], said: list[tuple[Any, ...]]) -> None:
    """The examples of SEMANTICS, section 5, by the pencil itself: its own proof."""
    found = rows(words, [Dot(at, match=value > 5, other=value <= 5, value=value) for at, value in dots.items()], 210)
    assert [(row.event, row.at, row.starts_at, row.ends_at, row.matches) for row in found] == said
