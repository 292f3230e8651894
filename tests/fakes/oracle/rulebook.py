"""Rule files as the reference evaluator reads them: YAML to plain values, nothing checked, times in microseconds."""

import re
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from ruamel.yaml import YAML

from tests.fakes.oracle.predicates import Predicate, predicate
from tests.fakes.oracle.seen import SECOND

_UNITS = {"ms": 1000, "s": SECOND, "m": 60 * SECOND, "h": 3600 * SECOND, "d": 86_400 * SECOND, "w": 7 * 86_400 * SECOND}
_LENGTH = re.compile(r"(\d+)(ms|s|m|h|d|w)")
FORMS = ("count", "absent", "sequence", "cluster", "rate", "schedule")


class Step(NamedTuple):
    """One part of a sequence."""

    kinds: tuple[str, ...]
    where: Predicate


class Rule(NamedTuple):
    """A rule.

    Attributes:
        name: its name.
        form: ``level``, one of :data:`FORMS`, or ``unanswered`` for a sequence with ``not``.
        kinds: what it looks at.
        where: which are matches.
        by: fields of its groups.
        wait: ``for``.
        keep: ``keep_firing_for``.
        lateness: how late is not late.
        repeat: ``repeat``, or ``None``.
        clear: what ends a level; ``None``: whatever is no match.
        stale: how long a match of a level is believed; ``None``: for ever.
        steps: of a sequence.
        written: the other fields as they are written.
        since: from when on the absence of an expected source counts.
    """

    name: str
    form: str
    kinds: tuple[str, ...]
    where: Predicate
    by: tuple[str, ...]
    wait: int
    keep: int
    lateness: int
    repeat: int | None
    clear: Predicate | None
    stale: int | None
    steps: tuple[Step, ...]
    written: Mapping[str, Any]
    since: int | None = None

    def length(self, name: str) -> int:
        """One of the other fields that is a length of time."""
        return length(self.written[name])


def read_rules(text: str, pulses: Iterable[str] = ()) -> list[Rule]:
    """The rules of a file.

    Args:
        text: YAML.
        pulses: kinds that are true at one instant only.
    """
    groups = YAML(typ="safe", pure=True).load(text)["groups"]
    return [_rule(written, frozenset(pulses)) for group in groups for written in group["rules"]]


def length(written: Any) -> int:
    """``1h30m`` in microseconds; a bare number is seconds."""
    if isinstance(written, int | float):
        return round(written * SECOND)
    return sum(int(number) * _UNITS[unit] for number, unit in _LENGTH.findall(written))


def _rule(written: Mapping[str, Any], pulses: frozenset[str]) -> Rule:
    form = next((name for name in FORMS if name in written), "level")
    steps: tuple[Step, ...] = ()
    if form == "sequence":
        first, second = written["sequence"]
        form = "unanswered" if "not" in second else form
        steps = (_step(first), _step(second.get("not", second)))
    kinds = tuple(dict.fromkeys(kind for step in steps for kind in step.kinds)) or _texts(written.get("kind", []))
    stale = length(written["stale_after"]) if "stale_after" in written else 0 if set(kinds) <= pulses else None
    return Rule(
        name=written["rule"],
        form=form,
        kinds=kinds,
        where=predicate(written.get("where", "true")),
        by=_texts(written["schedule"]["key"] if form == "schedule" else written.get("by", [] if form == "cluster" else ["source"])),
        wait=length(written.get("for", 0)),
        keep=length(written.get("keep_firing_for", 0)),
        lateness=length(written.get("lateness", 0)),
        repeat=length(written["repeat"]) if "repeat" in written else None,
        clear=predicate(written["clear"]) if "clear" in written else None,
        stale=stale,
        steps=steps,
        written=written,
    )


def _step(written: Mapping[str, Any]) -> Step:
    return Step(_texts(written["kind"]), predicate(written.get("where", "true")))


def _texts(written: Any) -> tuple[str, ...]:
    return (written,) if isinstance(written, str) else tuple(written)
