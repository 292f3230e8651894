"""What a user of a general stream processor writes by hand for the pack: none of the peers has these forms.

Written once and used with every peer, so that the peers are compared by their machinery and not by our skill with each.
Plain Python on JSON values, since each peer keeps state in its own way. Timers that are due are run when the next
observation of the group comes (:func:`level`, :func:`absent`, :func:`distinct` say so by their ``at``); the instants that
an alert tells are exact. Times are microseconds.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE

Where = Callable[[Any], bool]
Said = tuple[str, int, int]
"""What happened (``firing``, ``updated``, ``resolved``), when, and when the episode began."""


class Level(NamedTuple):
    """A condition on one observation, true from a match until a sample says otherwise.

    Attributes:
        rule: name.
        where: whether an observation is a match.
        clear: what ends it; ``None``: whatever is no match.
        zoned: one group for each zone of a source.
        lasts: how long it must be true before the alert fires.
        stale: how long one match is believed; ``None``: for ever.
        keep: how long it must be over before the alert resolves.
        repeat: how often a firing alert is told again; 0: never.
    """

    rule: str
    where: Where
    clear: Where | None = None
    zoned: bool = False
    lasts: int = 0
    stale: int | None = None
    keep: int = 0
    repeat: int = 0


class Absent(NamedTuple):
    """A match that does not come.

    Attributes:
        rule: name.
        where: whether an observation is a match.
        after: how long none came.
        hours: first and last hour of the day in which time counts; ``None``: always.
        zone: of these hours.
    """

    rule: str
    where: Where
    after: int
    hours: tuple[int, int] | None = None
    zone: str = "UTC"


class Distinct(NamedTuple):
    """Several sources that say the same within a time.

    Attributes:
        rule: name.
        sources: how many.
        within: the time.
        keep: how long it must be over before the alert resolves.
    """

    rule: str
    sources: int
    within: int
    keep: int = 0


def level(rule: Level, state: list[Any] | None, one: Any) -> tuple[list[Any] | None, list[Said]]:
    """The state after an observation and what is said: ``[since, last match, ended, fired, times repeated]``, or ``None``.

    The state that was given may be changed in place.
    """
    said: list[Said] = []
    at = one.at
    if state is not None:
        state = _run_level_timers(rule, state, at, said)
    if rule.where(one):
        if state is None:
            state = [at, at, None, False, 0]
        state[1], state[2] = at, None
        if not state[3] and rule.lasts == 0:
            state[3] = True
            said.append(("firing", at, at))
    elif state is not None and state[2] is None and (rule.clear is None or rule.clear(one)):
        if state[3] and rule.keep:
            state[2] = at
            return state, said
        if state[3]:
            said.append(("resolved", at, state[0]))
        return None, said
    return state, said


def _run_level_timers(rule: Level, state: list[Any], now: int, said: list[Said]) -> list[Any] | None:
    """Run what was due before now, in order."""
    while True:
        since, last, ended, fired, repeats = state
        due: list[tuple[int, str]] = []
        if ended is None and rule.stale is not None:
            due.append((last + rule.stale, "1 stale"))
        if not fired:
            due.append((since + rule.lasts, "2 firing"))
        elif ended is not None:
            due.append((ended + rule.keep, "2 resolved"))
        if fired and rule.repeat:
            due.append((since + rule.lasts + (repeats + 1) * rule.repeat, "3 updated"))
        at, what = min(due, default=(now, ""))
        if at >= now:
            return state
        match what:
            case "1 stale" if not fired:
                return None
            case "1 stale":
                state[2] = at
            case "2 firing":
                state[3] = True
                said.append(("firing", at, since))
            case "2 resolved":
                said.append(("resolved", at, since))
                return None
            case _:
                state[4] += 1
                said.append(("updated", at, since))


def absent(rule: Absent, last: int | None, one: Any) -> tuple[int | None, list[Said]]:
    """The time of the last match after an observation, and the absence before it: it is only known now that it is over."""
    if not rule.where(one):
        return last, []
    if last is None:
        return one.at, []
    due = last + rule.after if rule.hours is None else _active_until(last, rule)
    return one.at, [("firing", due, due), ("resolved", one.at, due)] if due < one.at else []


def _active_until(last: int, rule: Absent) -> int:
    """When so much time within the rule's hours has gone by since the last match."""
    zone, left = ZoneInfo(rule.zone), rule.after
    first_hour, last_hour = rule.hours or (0, 24)
    moment = datetime.fromtimestamp(last // SECOND, UTC).astimezone(zone)
    day = moment.replace(hour=0, minute=0, second=0)
    while True:
        opens = int((day + timedelta(hours=first_hour)).timestamp()) * SECOND
        closes = int((day + timedelta(hours=last_hour)).timestamp()) * SECOND
        begins = max(opens, last)
        if begins + left <= closes:
            return begins + left
        left -= max(0, closes - begins)
        day += timedelta(days=1)


def distinct(rule: Distinct, state: dict[str, Any] | None, one: Any) -> tuple[dict[str, Any], list[Said]]:
    """The state after a match and what is said: ``seen`` (source to time), ``since`` and ``ended`` of the episode.

    The state that was given may be changed in place.
    """
    said: list[Said] = []
    state = state or {"seen": {}, "since": None, "ended": None}
    seen, at = state["seen"], one.at
    if state["since"] is not None:
        if state["ended"] is None and (end := _nth_latest(seen, rule.sources) + rule.within) < at:
            state["ended"] = end
        if state["ended"] is not None and state["ended"] + rule.keep < at:
            said.append(("resolved", state["ended"] + rule.keep, state["since"]))
            state["since"] = state["ended"] = None
    seen[one.source] = at
    for source in [source for source, when in seen.items() if when <= at - rule.within]:
        del seen[source]
    if len(seen) >= rule.sources:
        state["ended"] = None
        if state["since"] is None:
            state["since"] = at
            said.append(("firing", at, at))
    return state, said


def _nth_latest(seen: dict[str, int], number: int) -> int:
    """When the number of sources was last complete."""
    return sorted(seen.values(), reverse=True)[number - 1]
