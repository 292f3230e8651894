"""What differs between the alerts that a test expects and those that came, by rule and group."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec

from config.duration import render_duration
from config.moment import Micros
from config.report import Place
from rules.trials.case import Case, Check, Expected
from rules.trials.run import Found
from streams.ids import canonical


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that is not as the test says.

    Attributes:
        rule: name of the rule; empty where no one rule is meant.
        group: the group key as canonical JSON; empty where no group is meant.
        expected: what should be; ``None``: nothing.
        got: what is; ``None``: nothing.
        place: where the expectation was written, or the test.
    """

    rule: str
    group: str
    expected: str | None
    got: str | None
    place: Place


Key = tuple[str, str]
_PLAIN = ("count", "distinct_sources", "category", "severity", "ticket")


def compare(case: Case, found: tuple[Found, ...], notes: Mapping[str, int]) -> tuple[Difference, ...]:
    """Every difference, by rule and group; empty when the test passes."""
    told: list[Difference] = []
    if case.expected is not None:
        told.extend(_alerts(case, case.expected, found))
    for check in case.checks:
        told.extend(_firing(case, check, found))
    told.sort(key=lambda one: (one.rule, one.group))
    for note in sorted({*case.notes, *notes}):
        expected, got = case.notes.get(note, 0), notes.get(note, 0)
        if expected != got:
            told.append(Difference(rule="", group="", expected=f"{expected} {note}", got=f"{got} {note}", place=case.place))
    return tuple(told)


def _alerts(case: Case, expected: Iterable[Expected], found: Iterable[Found]) -> Iterator[Difference]:
    """Alerts are the same when rule, group and time of firing are; then what else is written is compared."""
    came = {(one.rule, canonical(one.group), one.fires): one for one in found}
    for wanted in expected:
        rule, group = wanted.rule, canonical(wanted.group)
        got = came.pop((rule, group, wanted.fires), None)
        if got is None:
            yield Difference(rule=rule, group=group, expected=_line(case, wanted.fires, wanted.resolves), got=None, place=wanted.place)
            continue
        for name, one, other in _fields(case, wanted, got):
            if one != other:
                left, right = (f"fires {_relative(case, got.fires)}, {name} {value}" for value in (one, other))
                yield Difference(rule=rule, group=group, expected=left, got=right, place=wanted.place)
    for (rule, group, _), got in came.items():
        yield Difference(rule=rule, group=group, expected=None, got=_line(case, got.fires, got.resolves), place=case.place)


def _fields(case: Case, wanted: Expected, got: Found) -> Iterator[tuple[str, str, str]]:
    """Each field that is compared: its name, the expected and the actual value as text."""
    yield "resolves", _relative(case, wanted.resolves), _relative(case, got.resolves)
    event = got.event
    times = {"starts": event.starts_at, "ends": event.ends_at}
    for name, value in wanted.others.items():
        if name in times:
            yield name, _relative(case, value), _relative(case, times[name])
        elif name == "updates":
            yield name, _list(case, value), _list(case, got.updates)
        elif name == "summary":
            for language, text in value.items():
                yield f"summary.{language}", repr(text), repr(getattr(event.summary, language, None))
        elif name in _PLAIN:
            yield name, str(value), str(getattr(event, name))


def _firing(case: Case, check: Check, found: Iterable[Found]) -> Iterator[Difference]:
    """Which alerts fire at an instant: fired then or before, and not resolved by then."""
    wanted = {(rule, canonical(group)) for rule, group in check.firing}
    there: set[Key] = {
        (one.rule, canonical(one.group)) for one in found if one.fires <= check.at and (one.resolves is None or check.at < one.resolves)
    }
    text = f"firing at {_relative(case, check.at)}"
    for rule, group in sorted(wanted - there):
        yield Difference(rule=rule, group=group, expected=text, got=None, place=check.place)
    for rule, group in sorted(there - wanted):
        yield Difference(rule=rule, group=group, expected=None, got=text, place=check.place)


def _line(case: Case, fires: Micros, resolves: Micros | None) -> str:
    return f"fires {_relative(case, fires)}, resolves {_relative(case, resolves)}"


def _list(case: Case, times: Iterable[Micros]) -> str:
    return f"[{', '.join(_relative(case, time) for time in times)}]"


def _relative(case: Case, at: Micros | None) -> Any:
    """An instant as the test counts it; what is finer than a millisecond is written as seconds."""
    if at is None:
        return "never"
    after = at - case.start
    if after < 0:
        return f"{after / 1_000_000}s"
    return render_duration(after) if after % 1_000 == 0 else f"{after / 1_000_000}s"
