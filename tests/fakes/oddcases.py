"""Rules and histories with every oddity at once: ties, lengths of zero, windows that touch, microseconds, clock changes, lateness.

A case is a rule file's text and a log; the engine reads both as it reads any, the reference evaluator
(:mod:`tests.fakes.oracle`) on its own.
"""

import json
import random
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from streams.observation import Observation, Position
from tests.fakes.oracle.log import Entry
from tests.fakes.oracle.seen import SECOND, Seen

MINUTE = 60 * SECOND
NUMBERS = (
    "value > 5",
    "value >= 7 && zone == 'z1'",
    "attributes.load > 3",
    "value <= 4.5",
    "true",
    "value > 5 || zone == 'z2'",
    "!(value > 5) && confidence >= 0.5",
    "has(zone) && value > 2",
    "zone in ['z1', 'z3'] && value > 3",
    "attributes.load == 5 || attributes.load == 'heavy'",
    "attributes.load != 'heavy' && unit == 'm'",
)
TRUTHS = ("value == true", "true", "value == true && attributes.load < 8", "value == false", "value == true || confidence < 0.5")
WORDS = ("value == 'full'", "value != 'ok' && has(zone)", "value in ['full', 'half']")
MIXED = ("value > 5", "value == true", "value != 'ok'", "!(value == 'full')")
"""For kinds of several types: what is of another type is unequal, and has no order."""
GROUPINGS: Sequence[Sequence[str]] = (
    ["source"],
    ["source"],
    ["zone"],
    ["source", "zone"],
    ["zone", "value"],
    [],
    ["unit"],
    ["source", "kind"],
    ["attributes.load"],
)
CHANGES = ("2026-03-29T01:00:00+00:00", "2026-10-25T01:00:00+00:00", "2026-03-08T07:00:00+00:00", "2026-11-01T06:00:00+00:00")
"""When clocks change in Berlin and in New York."""
ZONES = ("Europe/Berlin", "America/New_York", "Asia/Shanghai", "Asia/Kolkata", "Australia/Lord_Howe")
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
STEPS: Mapping[str, Any] = {
    "door": {"kind": "door", "where": "value == true"},
    "motion": {"kind": "motion", "where": "value == true"},
    "level": {"kind": "level", "where": "value > 5"},
}


class Oddity(NamedTuple):
    """One case.

    Attributes:
        rules: text of a rule file (JSON is YAML).
        history: in the order of (at, id).
        log: as it arrives: late, double, with ticks.
    """

    rules: str
    history: list[Seen]
    log: list[Entry]


def oddity(chance: random.Random, forms: Sequence[str] | None = None, *, length: int = 60, live: bool = False) -> Oddity:
    """A random case.

    Args:
        chance: where it comes from.
        forms: of the rules; default each once.
        length: how many observations.
        live: only groups of one source.
    """
    grid = 10 * MINUTE if forms == ["active"] else chance.choice([SECOND, SECOND, SECOND, SECOND // 2, 1000, MINUTE])
    rules = [rule(chance, form, grid, live=live) | {"rule": f"{form}-{number}"} for number, form in enumerate(forms or FORMS)]
    history = traffic(chance, length, grid)
    reach = max((_micros(one.get("lateness", "0s")) for one in rules), default=0)
    return Oddity(json.dumps({"groups": [{"name": "odd", "rules": rules}]}), history, disorder(chance, history, grid, reach))


def rule(chance: random.Random, form: str, grid: int, *, live: bool) -> dict[str, Any]:
    """A random rule of a form, its lengths whole numbers of the grid."""

    def time(most: int, least: int = 0) -> str:
        return f"{chance.randint(least, most) * grid // 1000}ms"

    drawn = _DRAW[form](chance, time)
    if not live and form != "cluster":
        drawn.setdefault("by", list(chance.choice(GROUPINGS)))
        if drawn.get("distinct") in drawn["by"] or (form in ("sequence", "unanswered") and "kind" in drawn["by"]):
            drawn["by"] = ["source"] if drawn.get("distinct") != "source" else []
    if form not in ("pulse", "sequence", "cluster") and drawn.get("stale_after") != "0ms" and chance.random() < 0.5:
        drawn["for"] = time(6)
    if chance.random() < 0.6:
        drawn["keep_firing_for"] = time(8)
    if chance.random() < 0.5:
        drawn["lateness"] = time(9)
    if chance.random() < 0.25:
        drawn["repeat"] = f"{chance.randint(1, 5) * max(grid, SECOND) // 1000}ms"  # Shorter ones are refused.
    return drawn


def traffic(chance: random.Random, length: int, grid: int) -> list[Seen]:
    """Observations of three sources in two zones, many at one instant, some a microsecond beside it."""
    span, begin = max(4, length * chance.choice([1, 1, 2]) // 2), _begin(chance, grid)
    found = []
    for number in range(length):
        kind = chance.choice(["level", "level", "level", "door", "door", "motion", "note"])
        value: Any = chance.randint(0, 20) / 2 if kind == "level" else chance.random() < 0.6
        value = chance.choice(["ok", "half", "full"]) if kind == "note" else value
        near = chance.choice([0, 0, 0, 0, 0, 1, -1])
        found.append(
            Seen(
                begin + chance.randint(0, span) * grid + near,
                f"{chance.randint(0, 99):02}-{number:03}",
                f"sensor/{chance.randint(1, 3)}",
                kind,
                value,
                chance.choice(["z1", "z1", "z2", None]),
                (121.0 + chance.randint(0, 3) / 1000, 31.0 + chance.randint(0, 3) / 1000) if chance.random() < 0.9 else None,
                chance.choice([0.25, 0.75, None]),
                (f"evidence:{chance.randint(0, 4)}",) if chance.random() < 0.15 else (),
                chance.choice([{}, {"load": 2}, {"load": 5}, {"load": 9.5}, {"load": "heavy"}, {"load": True}]),
                chance.choice(["m", "m", "km", None]),
            )
        )
    return sorted(found, key=lambda seen: (seen.at, seen.id))


def disorder(chance: random.Random, history: Sequence[Seen], grid: int, reach: int) -> list[Entry]:
    """Another order of arrival, with repetitions and ticks; how far it goes is drawn too."""
    far = chance.choice([0.0, reach * 0.999, reach * 1.5, 6.0 * grid])
    order = sorted((seen.at + chance.uniform(0, far), number, seen) for number, seen in enumerate(history))
    log: list[Entry] = []
    now = 0
    ticking = chance.random() < 0.7
    for _, _, seen in order:
        now = max(now, seen.at)
        log.append(seen)
        if chance.random() < 0.08:
            log.append(chance.choice([entry for entry in log[-6:] if not isinstance(entry, int)]))
        if ticking and chance.random() < 0.3:
            log.append(now + chance.choice([0, 0, grid, 1, -grid]))
    if ticking:
        log.append(max([now, *(entry for entry in log if isinstance(entry, int))]) + chance.choice([0, 3, 30, 300]) * grid)
    return log


def observation_of(seen: Seen) -> Observation:
    """What the oracle sees, as the engine sees it."""
    return Observation(
        id=seen.id,
        source=seen.source,
        kind=seen.kind,
        at=seen.at,
        value=seen.value,
        position=None if seen.position is None else Position(*seen.position),
        zone=seen.zone,
        confidence=seen.confidence,
        evidence=seen.evidence,
        attributes=dict(seen.attributes),
        unit=seen.unit,
    )


def _begin(chance: random.Random, grid: int) -> int:
    """An hour or so before a clock change."""
    change = datetime.fromisoformat(chance.choice(CHANGES))
    return int(change.timestamp()) * SECOND - chance.randint(0, 40) * max(grid, SECOND)


def _micros(length: str) -> int:
    return int(length.removesuffix("ms")) * 1000 if length.endswith("ms") else 0


Time = Callable[..., str]


def _level(chance: random.Random, time: Time) -> dict[str, Any]:
    drawn: dict[str, Any] = {"kind": "level", "where": chance.choice(NUMBERS)}
    clears = ["value < 3", "value < 7", "attributes.load > 3"]
    if chance.random() < 0.3:
        drawn, clears = {"kind": ["level", "door", "note"], "where": chance.choice(MIXED)}, ["value < 3", "value == false", "value == 'ok'"]
    elif chance.random() < 0.2:
        drawn, clears = {"kind": "note", "where": chance.choice(WORDS)}, ["value == 'ok'"]
    if chance.random() < 0.5:
        drawn["clear"] = chance.choice(clears)
    if chance.random() < 0.5:
        drawn["stale_after"] = time(8)
    return drawn


def _count(chance: random.Random, time: Time) -> dict[str, Any]:
    kind, wheres = chance.choice([("door", TRUTHS), ("level", NUMBERS), ("note", WORDS)])
    where = chance.choice(wheres)
    return {"kind": kind, "where": where, "count": chance.randint(1, 4), "within": time(12, 1)}


def _distinct(chance: random.Random, time: Time) -> dict[str, Any]:
    field = chance.choice(["value", "zone", "attributes.load", "source", "unit", "kind"])
    needed = 2 if field == "kind" else chance.randint(2, 3)
    return {"kind": ["level", "door"], "count": needed, "distinct": field, "within": time(12, 1)}


def _absent(chance: random.Random, time: Time) -> dict[str, Any]:
    return {"kind": chance.choice(["door", ["door", "level"]]), "where": chance.choice(["true", "zone == 'z1'"]), "absent": time(9, 1)}


def _active(chance: random.Random, time: Time) -> dict[str, Any]:
    edges = sorted(chance.sample(range(49), chance.choice([2, 2, 4, 6])))
    spans = [[_clock(begin), _clock(end)] for begin, end in zip(edges[::2], edges[1::2], strict=True)]
    if len(spans) == 1 and chance.random() < 0.5 and spans[0] != ["00:00", "24:00"]:
        spans = [[spans[0][1].replace("24:00", "00:00"), spans[0][0]]]  # What it left out, over midnight.
        if spans[0][0] == spans[0][1]:
            spans = [["22:00", "06:00"]]
    active: dict[str, Any] = {"zone": chance.choice(ZONES), "hours": spans}
    if chance.random() < 0.5:
        active["days"] = chance.sample(DAYS, chance.randint(1, 7))
    return {"kind": "door", "where": chance.choice(TRUTHS), "absent": time(40, 1), "active": active}


def _clock(halves: int) -> str:
    return f"{halves // 2:02}:{halves % 2 * 30:02}"


def _sequence(chance: random.Random, time: Time) -> dict[str, Any]:
    return {"sequence": [STEPS[name] for name in _pair(chance)], "within": time(9, 1)}


def _unanswered(chance: random.Random, time: Time) -> dict[str, Any]:
    first, second = _pair(chance)
    return {"sequence": [STEPS[first], {"not": STEPS[second]}], "within": time(9, 1)}


def _pair(chance: random.Random) -> tuple[str, str]:
    return chance.choice([("door", "motion"), ("motion", "door"), ("level", "door"), ("door", "door"), ("door", "level")])


def _cluster(chance: random.Random, time: Time) -> dict[str, Any]:
    wanted = {"sources": chance.randint(2, 3), "radius": chance.choice(["50m", "120m", "250m", "0.4km"])}
    return {"kind": "level", "where": chance.choice(NUMBERS), "cluster": wanted, "within": time(12, 1), "by": chance.choice([[], ["zone"]])}


def _rate(chance: random.Random, time: Time) -> dict[str, Any]:
    bound = {chance.choice(["above", "below"]): chance.choice([-2, -0.5, 0, 1, 1.5]), "per": time(9, 1)}
    return {"kind": "level", "where": chance.choice(["true", "value <= 9", "confidence > 0.5"]), "rate": bound, "within": time(9, 1)}


def _pulse(chance: random.Random, time: Time) -> dict[str, Any]:
    drawn: dict[str, Any] = {"kind": "motion", "where": chance.choice(TRUTHS)}
    return drawn | ({"stale_after": time(5)} if chance.random() < 0.3 else {})


_DRAW: Mapping[str, Callable[[random.Random, Time], dict[str, Any]]] = {
    "level": _level,
    "pulse": _pulse,
    "count": _count,
    "distinct": _distinct,
    "absent": _absent,
    "active": _active,
    "sequence": _sequence,
    "unanswered": _unanswered,
    "cluster": _cluster,
    "rate": _rate,
}
FORMS = tuple(_DRAW)
"""Every form that is drawn, with its variants."""
