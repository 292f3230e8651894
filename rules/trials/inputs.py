"""The observations of a test: relative times become instants, repetitions become many, defaults are filled in."""

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from config.duration import parse_duration
from config.kinds import Kind
from config.moment import Micros, render
from config.problem import Problem, ProblemsError
from config.report import Place, Report
from rules.parser.document import Item
from rules.parser.readers import BadValueError
from rules.trials.case import Arrival
from rules.trials.plain import plain
from streams.publicform import read_observation

MOST = 100_000
"""The most observations of one test."""
_FIX = "Write how long after the start of the test, for example 90s or 10m."


class Times(msgspec.Struct, frozen=True):
    """When an observation is made, counted from the start of the test; ``every`` repeats it up to ``to`` and including it."""

    at: Micros
    every: Micros | None
    to: Micros | None
    arrives: Micros | None

    def instants(self) -> Iterator[tuple[Micros, Micros]]:
        """Each time with that of its arrival."""
        if self.every is None or self.to is None:
            yield self.at, self.at if self.arrives is None else self.arrives
            return
        yield from ((at, at) for at in range(self.at, self.to + 1, self.every))


def read_inputs(item: Item, start: Micros, defaults: Mapping[str, Any], kinds: Mapping[str, Kind], report: Report) -> tuple[Arrival, ...]:
    """The arrivals of a list of observations, in the order of arriving (of one instant: in the order of writing)."""
    if not item.is_list:
        raise BadValueError("the input is no list.", "Write one '- {at: 0s, value: ...}' an observation.")
    found: list[Arrival] = []
    for entry in item.entries():
        found.extend(_arrivals(entry, start, defaults, kinds, report))
        if len(found) > MOST:
            raise BadValueError("the test has too many observations.", f"Write at most {MOST}.")
    return tuple(sorted(found, key=lambda arrival: arrival.at))


def _arrivals(entry: Item, start: Micros, defaults: Mapping[str, Any], kinds: Mapping[str, Kind], report: Report) -> Iterator[Arrival]:
    if not entry.is_mapping:
        report.add(entry.place, "an observation is no mapping.", "Write {at: 0s, value: ...}.")
        return
    given = {**defaults, **plain(entry)}
    try:
        times = _times(given)
    except BadValueError as error:
        report.add(entry.place, error.what, error.fix)
        return
    for count, (at, arrives) in enumerate(times.instants(), start=1):
        if count > MOST:
            report.add(entry.place, "the repetition has too many observations.", f"Write at most {MOST}.")
            return
        written = {**given, "at": render(start + at), "received_at": render(start + arrives)}
        try:
            observation = read_observation(written, now=None, kinds=kinds, file=entry.file, line=entry.place.line)
        except ProblemsError as error:
            for problem in error.problems:
                report.add(_place_of(problem, entry), problem.what, problem.fix)
            return
        yield Arrival(start + arrives, observation)


def _place_of(problem: Problem, entry: Item) -> Place:
    """Where the field that a problem begins with is written; the observation's own place for one that came from the defaults."""
    field = entry.fields(Report()).get(problem.what.partition(":")[0])
    return entry.place if field is None else field.value.place


def _times(given: dict[str, Any]) -> Times:
    """Take the times out of an observation."""
    if "at" not in given:
        raise BadValueError("the observation has no time.", f"Add 'at:'. {_FIX}")
    times = Times(*(_time(name, given.pop(name, None)) for name in ("at", "every", "to", "arrives")))  # type: ignore[arg-type]  # 'at' is there.
    if (times.every is None) != (times.to is None):
        raise BadValueError("a repetition has 'every' and 'to'.", "Write for example {at: 0s, every: 1m, to: 30m, value: true}.")
    if times.every == 0 or (times.to is not None and times.to < times.at):
        raise BadValueError("the repetition has no end, or ends before it begins.", "Write for example every: 1m and a later 'to'.")
    if times.every is not None and times.arrives is not None:
        raise BadValueError("'arrives' is for one observation.", "Write the observations that arrive late one by one.")
    return times


def _time(name: str, given: object) -> Micros | None:
    if given is None:
        return None
    try:
        return parse_duration(str(given))
    except ValueError:
        raise BadValueError(f"{name}: {given!r} is not a time.", _FIX) from None


def read_defaults(item: Item, report: Report) -> dict[str, Any]:
    """Fields that every observation of a test has, unless it says otherwise."""
    if not item.is_mapping:
        raise BadValueError("defaults are no mapping.", "Write {source: sensor/1, kind: door}.")
    item.fields(report)
    return dict(plain(item))
