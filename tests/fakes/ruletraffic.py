"""Random rules and random observations in whole seconds: small numbers, so that ties are common."""

import random
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from config.moment import SECOND
from streams.observation import Observation, Position
from tests.fakes.oracle.seen import Seen
from tests.fakes.rulekit import EPOCH

_TIMES = ("for", "keep_firing_for", "stale_after", "within", "absent", "lateness")


def dice(seed: object) -> random.Random:
    """Chance that is the same in every run."""
    return random.Random(str(seed))  # noqa: S311  # Tests want repeatable chance, not secrets.


class Case:
    """One random rule; ``written`` is what a rule file has."""

    def __init__(self, chance: random.Random, form: str, lateness: int = 0) -> None:
        rule = _DRAW[form](chance)
        rule["keep_firing_for"] = chance.choice([0, 0, chance.randint(1, 12)])
        written: dict[str, Any] = {**rule, "rule": form}
        if lateness:
            written["lateness"] = lateness
        self.written = {name: f"{value}s" if name in _TIMES else value for name, value in written.items()}
        if "rate" in rule:
            self.written["rate"] = {**rule["rate"], "per": f"{rule['rate']['per']}s"}


def traffic(chance: random.Random, length: int, seconds: int, *, ties: bool = True) -> list[Seen]:
    """Observations of three sources in two zones, in the order of (at, id)."""
    found = []
    instants = [chance.randint(0, seconds) for _ in range(length)] if ties else chance.sample(range(seconds + 1), min(length, seconds))
    for number, instant in enumerate(instants):
        kind = chance.choice(["level", "level", "door", "motion"])
        value: Any = float(chance.randint(0, 10)) if kind == "level" else chance.random() < 0.6
        source = f"sensor/{chance.randint(1, 3)}"
        place = (121.0 + chance.randint(0, 3) / 1000, 31.0 + chance.randint(0, 3) / 1000)
        at = EPOCH + instant * SECOND
        found.append(Seen(at, f"{chance.randint(0, 999):03}-{number:03}", source, kind, value, f"z{chance.randint(1, 2)}", place))
    return sorted(found, key=lambda seen: (seen.at, seen.id))


def observation_of(seen: Seen) -> Observation:
    """What the oracle sees, as the engine sees it."""
    return Observation(
        id=seen.id,
        source=seen.source,
        kind=seen.kind,
        at=seen.at,
        value=seen.value,
        zone=seen.zone,
        position=None if seen.position is None else Position(*seen.position),
    )


def delayed(chance: random.Random, found: Sequence[Seen], lateness: int) -> list[Seen]:
    """Another order of arrival, in which nothing is overtaken by as much as the lateness."""
    return [
        seen
        for _, _, seen in sorted(
            (seen.at + chance.uniform(0, lateness * 0.999 * SECOND), number, seen) for number, seen in enumerate(found)
        )
    ]


def _level(chance: random.Random) -> dict[str, Any]:
    rule: dict[str, Any] = {"kind": "level", "where": chance.choice(["value > 5", "value >= 7 && zone == 'z1'"])}
    if chance.random() < 0.4:
        rule["clear"] = "value < 3"
    if chance.random() < 0.4:
        rule["stale_after"] = chance.randint(1, 15)
    if chance.random() < 0.6:
        rule["for"] = chance.randint(1, 12)
    if chance.random() < 0.3:
        rule["by"] = chance.choice([["zone"], ["source", "zone"], []])
    return rule


def _pulse(chance: random.Random) -> dict[str, Any]:
    return {"kind": "motion", "where": "value == true", "by": chance.choice([["source"], ["zone"]])}


def _count(chance: random.Random) -> dict[str, Any]:
    rule = {"kind": "door", "where": "value == true", "count": chance.randint(1, 4), "within": chance.randint(1, 25)}
    if chance.random() < 0.4:
        rule |= {"by": ["zone"], "distinct": "source", "count": chance.randint(2, 3)}
    if chance.random() < 0.4:
        rule["for"] = chance.randint(1, 10)
    return rule


def _absent(chance: random.Random) -> dict[str, Any]:
    rule: dict[str, Any] = {"kind": "door", "where": "value == true", "absent": chance.randint(1, 30)}
    if chance.random() < 0.4:
        rule["for"] = chance.randint(1, 10)
    return rule


def _steps() -> tuple[dict[str, Any], dict[str, Any]]:
    return {"kind": "door", "where": "value == true"}, {"kind": "motion", "where": "value == true"}


def _sequence(chance: random.Random) -> dict[str, Any]:
    first, second = _steps()
    return {"sequence": [first, second], "within": chance.randint(1, 20), "by": chance.choice([["source"], ["zone"]])}


def _unanswered(chance: random.Random) -> dict[str, Any]:
    first, second = _steps()
    rule: dict[str, Any] = {
        "sequence": [first, {"not": second}],
        "within": chance.randint(1, 20),
        "by": chance.choice([["source"], ["zone"]]),
    }
    if chance.random() < 0.4:
        rule["for"] = chance.randint(1, 10)
    return rule


def _cluster(chance: random.Random) -> dict[str, Any]:
    cluster = {"sources": chance.randint(2, 3), "radius": chance.choice([50, 120, 250, 400])}
    return {"kind": "level", "where": "value > 5", "cluster": cluster, "within": chance.randint(1, 25), "by": []}


def _rate(chance: random.Random) -> dict[str, Any]:
    rule: dict[str, Any] = {"kind": "level", "where": "true", "within": chance.randint(2, 30)}
    rule["rate"] = {chance.choice(["above", "below"]): chance.randint(-4, 4), "per": chance.randint(1, 10)}
    if chance.random() < 0.4:
        rule["for"] = chance.randint(1, 10)
    return rule


_DRAW: Mapping[str, Callable[[random.Random], dict[str, Any]]] = {
    "level": _level,
    "pulse": _pulse,
    "count": _count,
    "absent": _absent,
    "sequence": _sequence,
    "unanswered": _unanswered,
    "cluster": _cluster,
    "rate": _rate,
}
FORMS = tuple(_DRAW)
"""Every form that is drawn; ``pulse`` is a level rule on a pulse kind."""
