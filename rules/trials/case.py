"""What a test of rules says: when which observation arrives, and what must come of it. Instants are absolute."""

from collections.abc import Mapping
from typing import Any

import msgspec

from config.moment import Micros
from config.report import Place
from rules.model import RuleSet
from streams.observation import Observation


class Arrival(msgspec.Struct, frozen=True):
    """An observation and the instant at which the engine sees it."""

    at: Micros
    observation: Observation


class Expected(msgspec.Struct, frozen=True, kw_only=True):
    """One alert that must come.

    Attributes:
        rule: name of its rule.
        group: its group key, field to value; a field that is not named is missing in the observations too.
        fires: when it fires.
        resolves: when it resolves; ``None``: it is still firing at the end of the test.
        others: further fields by name, each compared only where it is written.
        place: where it was written.
    """

    rule: str
    group: Mapping[str, Any]
    fires: Micros
    resolves: Micros | None = None
    others: Mapping[str, Any] = {}
    place: Place


class Check(msgspec.Struct, frozen=True, kw_only=True):
    """Which alerts are firing at an instant: every one of them, by rule and group."""

    at: Micros
    firing: tuple[tuple[str, Mapping[str, Any]], ...]
    place: Place


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """One test.

    Attributes:
        name: for people.
        start: the instant that its relative times count from.
        arrivals: in the order of arriving.
        until: up to when timers run.
        expected: every alert that must come; ``None``: the test looks at instants only.
        checks: instants that are looked at.
        notes: how many observations must be late, duplicate, undecided or ahead; none where not named.
        place: where it was written.
    """

    name: str
    start: Micros
    arrivals: tuple[Arrival, ...]
    until: Micros
    expected: tuple[Expected, ...] | None
    checks: tuple[Check, ...]
    notes: Mapping[str, int]
    place: Place


class TrialFile(msgspec.Struct, frozen=True, kw_only=True):
    """A file of tests with the rules that it is about."""

    name: str
    rules: RuleSet
    cases: tuple[Case, ...]
