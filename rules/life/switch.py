"""One rule set takes the place of another within a stream: a pure function from one engine to the next."""

from collections.abc import Mapping, Sequence

import msgspec

from config.feeds import FeedTable
from config.moment import Micros
from rules.engine import Outcome, Partition
from rules.engine.announce import announce
from rules.engine.bearer import RuleBearer
from rules.engine.ledger import Ledger
from rules.engine.snapshot import shape_of
from rules.life.carry import Tables, retimer, tells
from rules.life.fate import Change, Fate, Policy, changes
from rules.model import Rule, RuleSet
from rules.reference import Registers
from rules.sight import Eyes, feeds_changed
from rules.state import BEGINNING, NEVER, Group, Phase
from streams.alert import AlertEvent, Cause
from streams.alert import Change as Event
from streams.ids import event_id


class Switched(msgspec.Struct, frozen=True):
    """What a switch gives.

    Attributes:
        partition: the engine under the new rules; the old one must not be used any more.
        outcomes: what alerts said at the switch, by (at, rule, group).
        changes: what became of each rule.
    """

    partition: Partition
    outcomes: Sequence[Outcome]
    changes: tuple[Change, ...]


def switch(
    partition: Partition,
    was: RuleSet,
    now: RuleSet,
    *,
    noticed: Micros,
    policies: Mapping[str, Policy] | None = None,
    registers: Registers | None = None,
    feeds: FeedTable | None = None,
) -> Switched:
    """Let a stream go on under other rules, and other feeds.

    Rules that did not change keep everything. A changed rule of the same form and group key keeps its groups, whose
    timers are set anew, unless its policy says reset. Alerts of a rule that is reset or gone resolve at the switch, with
    the cause. Observations that wait for their lateness go on waiting. The instant of the switch for a rule is where its
    lateness lets it stand: the clock of the stream less its lateness.

    Args:
        partition: the engine so far; its groups move to the new one.
        was: its rules.
        now: the rules that take their place.
        noticed: the clock of the log, for what alerts say about when they were noticed.
        policies: by rule, for those that changed.
        registers: the stream's share of the new rules' registers; ``None``: all of them, where there is one stream.
        feeds: the city's feeds from here on; ``None``: nothing is blind any more.
    """
    after = partition.successor(now, registers, feeds)
    ledger = Ledger()
    ledger.open(noticed)
    refed = None if after.eyes is None or not _are_others(partition.eyes, after.eyes) else after.eyes.table
    if refed is not None:
        for bearer in partition.bearers.values():
            bearer.part(refed)
    if refed is not None and partition.eyes is not None and partition.speaks:
        ledger.outcomes.extend(feeds_changed(partition.eyes, refed, now.version, noticed))
    told = changes(was.rules, now.rules, was.kinds, now.kinds, policies)
    for change in told:
        if change.fate is not Fate.ADDED:
            _hand_over(
                change.fate,
                partition.bearers[change.rule],
                after.bearers.get(change.rule),
                after.now,
                ledger,
                tables=(was.kinds, now.kinds),
            )
    _hand_over_waiting(partition, after)
    if refed is not None:
        for bearer in after.bearers.values():
            bearer.mark(after.now, ledger)
    if after.now != BEGINNING:
        after.advance(ledger)
    for lane in after.lanes:
        lane.changed = bool(lane.lateness or lane.waiting)
    return Switched(after, ledger.close(), told)


def _are_others(was: Eyes | None, now: Eyes | None) -> bool:
    """Whether the feeds are other ones, so that a source may be blind, or see, that did not."""
    return was is not None and now is not None and not was.table.agrees_with(now.table)


_CAUSES: Mapping[Fate, Cause] = {Fate.REMOVED: Cause.RULE_REMOVED, Fate.RESET: Cause.RULE_RESET}


def _instant(group: Group, rule: Rule, clock: Micros) -> Micros:
    """Where the switch stands in the time of a group: never before what the group has seen or run."""
    return max(clock - rule.lateness, group.last_at, group.ran_at)


def _hand_over(fate: Fate, old: RuleBearer, new: RuleBearer | None, clock: Micros, ledger: Ledger, *, tables: Tables) -> None:
    """Let a rule's groups go on, or end what fires; what the next delta must write comes along."""
    if new is None or fate in _CAUSES:
        _resolve_all(old, clock, _CAUSES[fate], ledger)
        if new is not None:
            _begin_after(old, new)
        return
    if fate is Fate.KEPT:
        _carry(old, new, tables, clock, ledger)
    new.inherit(old)
    if fate is Fate.KEPT:
        new.dirty.update(new.shelves.numbers)


def _carry(old: RuleBearer, new: RuleBearer, tables: Tables, clock: Micros, ledger: Ledger) -> None:
    """Set the timers of every group anew, and let alerts that fire say what is new about them."""
    speaks, retime = tells(old.rule, new.rule), retimer(old.rule, new.rule, tables)
    for group in old.groups.values():
        at = _instant(group, old.rule, clock)
        if retime(group, at):
            new.fall(group, at)
        if speaks and group.phase in (Phase.FIRING, Phase.QUIET):
            ledger.outcomes.append(_said(new, group, Event.UPDATED, at, ledger))


def _resolve_all(bearer: RuleBearer, clock: Micros, cause: Cause, ledger: Ledger) -> None:
    """Resolve what fires, so that no ticket hangs on an alert that nobody will ever resolve."""
    for group in bearer.groups.values():
        episode = group.episode
        if episode is None or group.phase not in (Phase.FIRING, Phase.QUIET):
            continue
        at = _instant(group, bearer.rule, clock)
        if episode.ended_at == NEVER:
            episode.ended_at = at
        bearer.counts.resolved += 1
        ledger.outcomes.append(msgspec.structs.replace(_said(bearer, group, Event.RESOLVED, at, ledger), cause=cause))


def _begin_after(old: RuleBearer, new: RuleBearer) -> None:
    """Let groups begin with nothing but what is late for them, what came before, and which dates are settled.

    What was seen before the switch, or at the instant at which an alert began, could else begin an alert again that is over,
    with the same id: so that nobody would hear of it, nor of the next.
    """
    if old.rule.by != new.rule.by:
        return
    new.horizon, same = old.horizon, shape_of(old.rule) == shape_of(new.rule)
    for group in old.groups.values():
        episode = None if group.phase is Phase.PENDING else group.episode
        new.begin_after(group, group.ran_at if episode is None else max(group.ran_at, episode.starts_at), same=same)


def _said(bearer: RuleBearer, group: Group, change: Event, at: Micros, ledger: Ledger) -> AlertEvent:
    """A change of an alert that a switch made; its identity is another one than that of a like change at the same instant."""
    assert group.episode is not None  # noqa: S101  # The caller has looked at the phase.
    event = announce(bearer.rule, bearer.evaluator, group, group.episode, change=change, at=at, noticed=ledger.noticed)
    return msgspec.structs.replace(event, event_id=event_id(event.id, f"{change.value} by {bearer.rule.version}", at))


def _hand_over_waiting(before: Partition, after: Partition) -> None:
    """Let observations wait on, each for the rules that it waited for, under whatever lateness these have now.

    What is due under a shorter one is applied as the lanes go on. A rule that is new waits for what waits under its lateness.
    """
    then = {name: bearer.rule.lateness for name, bearer in before.bearers.items()}
    for old in before.lanes:
        for observation, bearers in old.waiting:
            named = None if bearers is None else {bearer.rule.name for bearer in bearers}
            for lane in after.lanes:
                waits = tuple(
                    bearer
                    for name, bearer in after.bearers.items()
                    if bearer.rule.lateness == lane.lateness
                    and observation.kind in bearer.rule.kinds
                    and (then.get(name, lane.lateness) == old.lateness if named is None else name in named)
                )
                if waits:
                    lane.wait(observation, waits)
