"""Which forms of the pack no peer has, and how many lines each took by hand: counted in the source, so that it stays true."""

import ast
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import msgspec

from bench.peers.pack import ABSENCES, LEVELS, RULES, SYMPTOM
from bench.peers.peer import Peer

_FORMS = Path(__file__).with_name("forms.py")


class Missing(msgspec.Struct, frozen=True, kw_only=True):
    """One form that a framework does not have.

    Attributes:
        form: as the rule language calls it.
        rules: which need it.
        instead: what is done instead, and what of the form is not to be had.
        lines: of code by hand, without blank lines, comments and docstrings.
    """

    form: str
    rules: tuple[str, ...]
    instead: str
    lines: int


class _Row(NamedTuple):
    form: str
    rules: tuple[str, ...]
    written: tuple[str, ...]
    instead: dict[Peer, str]


_ON_NEXT = "By hand in state; noticed only when the group's next observation comes, and never if none comes."
_NO_TIMERS = "By hand in state; told only when the device reports again, so the alert comes when its reason is gone."
_SESSION = (
    "By hand in state, told only when the device reports again. For device-offline a session_window that is closed by the partition's "
    "event time would tell it in time, after group_by and without the end; active hours have no such form."
)
_WALL = (
    "By hand in state, told only when the device reports again. notify_at would tell it in time, but by the wall clock: right while live, "
    "wrong on a log that has waited."
)
_ORDER = "By hand in state; its windows do not tell an episode's end, and partitions are read in no common order of event time."
_TABLE = (
    _Row(
        "for, clear, stale_after, keep_firing_for, repeat",
        tuple(sorted({rule.rule for rules in LEVELS.values() for rule in rules})),
        ("Level", "level", "_run_level_timers"),
        dict.fromkeys(Peer, _ON_NEXT),
    ),
    _Row(
        "absent, active",
        tuple(sorted({rule.rule for rules in ABSENCES.values() for rule in rules})),
        ("Absent", "absent", "_active_until"),
        {Peer.FAUST: _NO_TIMERS, Peer.QUIX: _SESSION, Peer.QUIX_GROUPED: _SESSION, Peer.BYTEWAX: _WALL},
    ),
    _Row("count, distinct, lateness", (SYMPTOM.rule,), ("Distinct", "distinct", "_nth_latest"), dict.fromkeys(Peer, _ORDER)),
)
_QUIX = frozenset({"lone-elder-inactive"})
_NOT_EXPRESSED = {
    Peer.FAUST: _QUIX | {"device-offline"},
    Peer.QUIX: _QUIX,
    Peer.QUIX_GROUPED: _QUIX,
    Peer.BYTEWAX: _QUIX | {"device-offline"},
}
"""Rules that a peer cannot tell in event time before their reason is gone: an absence that is told when it is over is none."""


def missing_of(peer: Peer) -> tuple[Missing, ...]:
    """The forms that a peer does not have."""
    return tuple(Missing(form=row.form, rules=row.rules, instead=row.instead[peer], lines=written_lines(row.written)) for row in _TABLE)


def expressed(peer: Peer) -> tuple[str, ...]:
    """The rules that a peer can express in event time, if only by hand."""
    return tuple(rule for rule in RULES if rule not in _NOT_EXPRESSED[peer])


def written_lines(names: Iterable[str], path: Path = _FORMS) -> int:
    """Lines of code of the named functions and classes.

    Raises:
        KeyError: the file has no such name.
    """
    text = path.read_text(encoding="utf-8")
    found = {node.name: node for node in ast.parse(text).body if isinstance(node, ast.FunctionDef | ast.ClassDef)}
    return sum(len(_code_lines(found[name], text.splitlines())) for name in names)


def _code_lines(node: ast.FunctionDef | ast.ClassDef, lines: list[str]) -> list[str]:
    documented = set[int]()
    if ast.get_docstring(node) is not None:
        documented = set(range(node.body[0].lineno, (node.body[0].end_lineno or 0) + 1))
    numbers = (number for number in range(node.lineno, (node.end_lineno or 0) + 1) if number not in documented)
    return [line for number in numbers if (line := lines[number - 1].strip()) and not line.startswith("#")]
