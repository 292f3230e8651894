"""What a changed rule does with the groups that it keeps: every pending timer anew, from the instants that the state holds.

A switch never acts in the past. What the new definition would have done before it, it does at the switch: nothing that
is recomputed falls before that instant. A condition may end by the switch itself; it never begins by it, but with the next
observation or timer.
"""

from collections.abc import Callable, Mapping
from itertools import islice
from typing import Any

from config.kinds import Kind
from config.moment import Micros
from rules.conditions.activehours import ActiveHours
from rules.conditions.bands import Banding, Bands
from rules.conditions.factory import believed_for
from rules.engine.announce import quiet_until
from rules.life.fate import without_places
from rules.model import Absent, Cluster, Count, Level, Rule, Unanswered
from rules.state import NEVER, Episode, Group, Phase

Kinds = Mapping[str, Kind]
Tables = tuple[Kinds, Kinds]
"""The kinds table that held, and the one that holds."""
TOLD = ("severity", "category", "ticket", "summary", "labels", "life_safety")
"""Fields of a rule that its alerts repeat: when one of them changes, an alert that fires says so at the switch."""


Retime = Callable[[Group, Micros], bool]
"""Lets a group go on under a new definition from an instant on; tells whether its condition, which held, holds no longer."""


def retimer(was: Rule, now: Rule, tables: Tables) -> Retime:
    """How the groups of a rule go on.

    Args:
        was: the definition so far.
        now: the new one, of the same form and group key.
        tables: the kinds tables of both.
    """
    condition, (kinds_was, kinds) = now.condition, tables
    same = without_places(was.condition) == without_places(condition)
    if isinstance(condition, Level) and isinstance(was.condition, Level):
        same = believed_for(was, was.condition, kinds_was) == believed_for(now, condition, kinds)
    of_condition = _nothing if same else _CONDITION.get(type(condition), _nothing)

    def retime(group: Group, at: Micros) -> bool:
        fell = of_condition(group, now, condition, kinds, at)
        if group.episode is not None:
            _retime_alert(group, group.episode, was, now, at)
        return fell

    return retime


def _retime_alert(group: Group, episode: Episode, was: Rule, now: Rule, at: Micros) -> None:
    if group.phase is Phase.PENDING:
        if was.for_ != now.for_:
            group.alert_due = max(episode.starts_at + now.for_, at)
        return
    if was.repeat != now.repeat:
        episode.repeat_due = _next(episode.fired_at, now.repeat, at)
    if (was.repeat, was.keep_firing_for) != (now.repeat, now.keep_firing_for):
        quiet = max(quiet_until(now, episode), at)
        group.alert_due = min(quiet, episode.repeat_due)


def tells(was: Rule, now: Rule) -> bool:
    """Whether alerts that fire must say something new."""
    return any(getattr(was, field) != getattr(now, field) for field in TOLD)


def _next(fired_at: Micros, repeat: Micros | None, at: Micros) -> Micros:
    """The first repetition after an instant, counted from the firing."""
    return NEVER if repeat is None else fired_at + ((at - fired_at) // repeat + 1) * repeat


def _nothing(_: Group, __: Rule, ___: Any, ____: Kinds, _____: Micros) -> bool:
    """No timer but the end of a pulse, which stays as it is."""
    return False


def _level(group: Group, rule: Rule, condition: Level, kinds: Kinds, at: Micros) -> bool:
    """The last match is believed for another time; the end of that is a timer."""
    if group.holds and group.episode is not None:
        believed = believed_for(rule, condition, kinds)
        group.condition_due = NEVER if believed is None else max(group.episode.last_seen + believed, at)
    return False


def _count(group: Group, _: Rule, condition: Count, __: Kinds, at: Micros) -> bool:
    """The window is what it is; whether it is still enough decides when the condition ends."""
    if group.holds:
        nth = _nth_newest(group.memory, condition)
        group.condition_due = at if nth is None else max(nth + condition.within, at)
    return False


def _nth_newest(memory: Any, condition: Count) -> Micros | None:
    """The instant of the match (with ``distinct``: of the value) that completes the number, counted from the newest."""
    if condition.distinct is None:
        return memory[-condition.at_least].at if len(memory) >= condition.at_least else None
    return next(islice(reversed(memory.newest.values()), condition.at_least - 1, None), None)


def _absent(group: Group, _: Rule, condition: Absent, __: Kinds, at: Micros) -> bool:
    """Counted anew from the last match, or from the registration. What was absent for long enough before and is not by now is waited for again."""
    since = [at for at in (group.memory.at if group.memory is not None else None, group.registered) if at is not None]
    if not since:
        return False
    hours = None if condition.active is None else ActiveHours(condition.active)
    last = max(since)
    due = last + condition.after if hours is None else hours.after(last, condition.after)
    if not group.holds:
        group.condition_due = max(due, at)
        return False
    if due <= at:
        return False
    group.condition_due = due
    return True


def _unanswered(group: Group, _: Rule, condition: Unanswered, __: Kinds, at: Micros) -> bool:
    """Counted anew from the first step that waits; one whose answer was overdue and is not by now is waited for again."""
    if group.memory is None:
        return False
    due = group.memory.at + condition.within
    if group.condition_due != NEVER:
        group.condition_due = max(due, at)
        return False
    if not group.holds or due <= at:
        return False
    group.condition_due = due
    return True


def _cluster(group: Group, _: Rule, condition: Cluster, __: Kinds, ___: Micros) -> bool:
    """The window is cut into bands of another height."""
    if group.memory is not None:
        kept: Bands = group.memory
        group.memory = Bands(bands={})
        banding = Banding(condition.radius)
        for entry in sorted((entry for window in kept.bands.values() for entry in window), key=lambda entry: entry.at):
            if entry.position is not None:
                banding.enter(group.memory, entry, entry.position, condition.within)
    return False


_CONDITION: Mapping[type, Callable[[Group, Rule, Any, Kinds, Micros], bool]] = {
    Level: _level,
    Count: _count,
    Absent: _absent,
    Unanswered: _unanswered,
    Cluster: _cluster,
}
"""By form; what is not here has nothing to set anew."""
