"""One rule with all its groups: orders, accounts, judges, and hands to the episodes what the condition says."""

from collections.abc import Iterable

from config.feeds import FeedTable
from config.moment import Micros
from rules.conditions.port import Dated, Enrolling, Evaluator
from rules.engine.counts import Counts
from rules.engine.episodes import Episodes
from rules.engine.fastpath import fast_path
from rules.engine.guard import Guard, Held
from rules.engine.lane import Lane
from rules.engine.ledger import Ledger
from rules.engine.limits import Limits
from rules.engine.outcome import Failed, Note, Noted
from rules.engine.shelves import Shelves
from rules.grouping import Key, group_of, key_getter
from rules.model import Member, Rule
from rules.predicates import Undecided
from rules.sight import Eyes, WaitingRoom
from rules.state import BEGINNING, FALL, FALL_BY_MATCH, FALL_BY_SILENCE, IDLE, NEVER, RISE, Group, Signal
from streams.observation import Observation


class RuleBearer:
    """A rule at work in one partition.

    Attributes:
        rule: the rule.
        groups: by group key.
        counts: what it did.
        shelves: the groups by section of a checkpoint.
        dirty: numbers of the sections with a group that changed since they were last written.
        armed: by group key, the due of the one entry of the lane that stands for the group.
        held: by group key, timers that are due and must not run yet.
        horizon: groups that were forgotten may have seen or run something up to this instant.
    """

    def __init__(self, rule: Rule, evaluator: Evaluator, lane: Lane, limits: Limits, counts: Counts) -> None:
        self.rule = rule
        self.groups: dict[Key, Group] = {}
        self.counts = counts
        self.shelves = Shelves()
        self.dirty = self.shelves.dirty
        self.armed: dict[Key, Micros] = {}
        self.held: dict[Key, Held] = {}
        self._guard: Guard | None = None
        self.evaluator = evaluator
        self._lane = lane
        self.horizon: Micros = BEGINNING
        self._enrolling = evaluator if isinstance(evaluator, Enrolling) else None
        self._dated = evaluator if isinstance(evaluator, Dated) else None
        self._remembered = limits.remembered
        self._episodes = Episodes(rule, evaluator, self.counts)
        key_of = None if rule.by == ("source",) else key_getter(rule.by)
        self.apply, self._rebind = fast_path(self, evaluator, key_of, limits.remembered)
        self._rebind(self.groups, self.dirty)

    def watch(self, eyes: Eyes, room: WaitingRoom) -> None:
        """Mind blindness from now on. Dates come whoever sees, and say nothing about a source that a row is named by."""
        if self._dated is not None:
            return
        self._guard = Guard(self.rule, self.evaluator, eyes, room, self.arm)
        self._episodes.blind = self._guard.blind
        self._guard.held = self.held

    def mark(self, at: Micros, ledger: Ledger) -> None:
        """Sight was lost or came back somewhere."""
        for group in self.groups.values():
            if group.episode is not None and self._episodes.mark(group, at, ledger):
                self.dirty.add(group.bucket)

    def part(self, table: FeedTable) -> None:
        """The feeds become others: what was not seen through those so far is no silence."""
        guard = self._guard
        if guard is None:
            return
        for group in self.groups.values():
            if guard.part(group, table):
                self.dirty.add(group.bucket)

    def due_of(self, group: Group) -> Micros:
        """The next timer of a group that may run."""
        return min(group.condition_due, group.alert_due) if self._guard is None else self._guard.due_of(group)

    def admit(self, observation: Observation, ledger: Ledger, key: Key, group: Group | None) -> Group | None:
        """The group that is to take an observation: a new one, or none when it is late or a duplicate, which is told."""
        at = observation.at
        if group is None:
            if at <= self.horizon:
                self._too_late(observation, key, ledger)
                return None
            return self._create(key)
        if observation.id in group.ids or at < group.last_at or at <= group.ran_at:
            self._refuse(group, observation, ledger)
            return None
        if key in self.held:
            self._overtake(group, observation, ledger)
        return group

    def arm(self, group: Group) -> None:
        """See that the group's next timer will run."""
        self._lane.arm(group, self)

    def crash(self, observation: Observation, key: Key, error: Exception, ledger: Ledger) -> None:
        """Set an observation aside that the rule could not stand."""
        self.counts.crashed += 1
        self._note(Note.CRASHED, observation, f"{type(error).__name__}: {error}", key, ledger)

    def ripen(self, group: Group, due: Micros, ledger: Ledger) -> None:
        """Run a timer of a group: at one instant that of the condition before that of the alert.

        A timer that fails is given up, or it would be due for ever; it is counted and told, and everything else goes on.
        """
        of_condition = group.condition_due == due
        if self.held and group.key in self.held:
            of_condition = of_condition and self.held[group.key].condition != due
        self.dirty.add(group.bucket)
        if self._guard is None or not self._guard.stops(group, due, condition=of_condition):
            self._run(group, due, ledger, of_condition=of_condition)

    def _overtake(self, group: Group, observation: Observation, ledger: Ledger) -> None:
        """An observation comes to a group with held timers.

        When it shows that the silence before it was seen, they run first, as they would have. Otherwise it has ended a
        silence that nobody can judge, and if it is what was missed, there is nothing left to tell.
        """
        guard = self._guard
        del self.held[group.key]
        while (due := min(group.condition_due, group.alert_due)) < observation.at:
            of_condition = group.condition_due == due
            if guard is None or not guard.lets(group, due, observation, condition=of_condition):
                break
            self._run(group, due, ledger, of_condition=of_condition)
        self._lane.arm(group, self)

    def _run(self, group: Group, due: Micros, ledger: Ledger, *, of_condition: bool) -> None:
        group.ran_at = max(group.ran_at, due)  # A repetition that was due while the resolution was held comes afterwards.
        try:
            if of_condition and self._dated is not None and self._dated.passes_over(group, due, ledger.clock):
                self.counts.missed += 1
            elif of_condition:
                self._act(self.evaluator.ripen(group, due), group, due, None, ledger)
            else:
                self._episodes.ripen(group, due, ledger)
        except Exception as error:  # noqa: BLE001  # As for observations: whatever one timer breaks, the stream goes on.
            if of_condition:
                group.condition_due = NEVER if group.condition_due <= due else group.condition_due
            else:
                group.alert_due = NEVER if group.alert_due <= due else group.alert_due
            self.counts.crashed += 1
            reason = f"{type(error).__name__}: {error}"
            ledger.outcomes.append(Failed(due, reason, self.rule.name, group_of(self.rule.by, group.key)))

    def fall(self, group: Group, at: Micros) -> None:
        """End the condition of a group for another reason than an observation or a timer."""
        self._episodes.fall(group, at)

    def begin_after(self, old: Group, at: Micros, *, same: bool) -> None:
        """Make a group that takes nothing up to an instant, which counts as late, and knows what another one has seen.

        Args:
            old: that other one, of the same key.
            at: that instant.
            same: whether its memory means the same.
        """
        group = self._create(old.key)
        group.last_at, group.ids, group.tied, group.ran_at = old.last_at, old.ids, old.tied, at
        if same and self._dated is not None:
            group.memory = old.memory
        self.dirty.add(group.bucket)

    def adopt(self, group: Group) -> None:
        """Take over a group that a checkpoint kept; groups come in the order in which they were made."""
        self.shelves.adopt(group)
        self.groups[group.key] = group
        self._lane.arm(group, self)

    def inherit(self, old: "RuleBearer") -> None:
        """Take over all groups of another one, which must not go on; a million of them where they stand."""
        self.groups, self.shelves, self.horizon = old.groups, old.shelves, old.horizon
        self.dirty = self.shelves.dirty
        self._rebind(self.groups, self.dirty)
        for group in self.groups.values():
            if group.condition_due != NEVER or group.alert_due != NEVER:
                self._lane.arm(group, self)

    def settle(self, members: Iterable[Member], at: Micros, ledger: Ledger) -> None:
        """Take the register that holds now: groups that are on it count, those that left it do no longer."""
        if self._enrolling is None:
            return
        named = {member.key: member for member in members}
        for group in [group for group in self.groups.values() if group.registered is not None and group.key not in named]:
            self._retire(group, at, ledger)
        for key, member in named.items():
            group = self.groups.get(key) or self._create(key)
            before = group.registered, group.condition_due
            self._enrolling.enrol(group, member, at)
            if before != (group.registered, group.condition_due):
                self.dirty.add(group.bucket)
            self._lane.arm(group, self)

    def _retire(self, group: Group, at: Micros, ledger: Ledger) -> None:
        """A group left the register: it is as if it had never been expected, and is forgotten in time."""
        instant = max(at - self.rule.lateness, group.last_at, group.ran_at)
        self._episodes.retire(group, instant, ledger)
        group.ran_at, group.condition_due, group.registered = instant, NEVER, None
        if self._dated is None:
            group.memory = None  # What it saw must not be counted from again; which dates are settled is kept.
        self.held.pop(group.key, None)
        self.dirty.add(group.bucket)

    def forget(self, before: Micros, span: Micros) -> Micros:
        """Drop groups of which nothing was heard since an instant, and with which nothing is under way.

        Args:
            before: that instant.
            span: how long what a group has seen may matter to what it sees next.

        Returns:
            When the first of those that are idle and stay was heard; ``NEVER`` when there is none.
        """
        gone, left = list[Group](), NEVER
        for group in self.groups.values():
            if _is_idle(group):
                heard = max(group.last_at, group.ran_at)
                if heard < before:
                    gone.append(group)
                else:
                    left = min(left, heard)
        for group in gone:
            self.horizon = max(self.horizon, group.last_at + span, group.ran_at + span)
            self.shelves.drop(group)
            del self.groups[group.key]
            self.armed.pop(group.key, None)
        self.counts.forgotten += len(gone)
        return left

    def _create(self, key: Key) -> Group:
        group = self.groups[key] = Group(key=key, bucket=0)
        self.shelves.place(group)
        return group

    def act(self, signal: Signal, group: Group, observation: Observation, ledger: Ledger) -> None:
        """Tell the episodes what the condition says to an observation."""
        self._act(signal, group, observation.at, observation, ledger)

    def _act(self, signal: Signal, group: Group, at: Micros, observation: Observation | None, ledger: Ledger) -> None:
        """Tell the episodes what the condition says. A match within an episode belongs to it, whatever else it does."""
        episodes = self._episodes
        if observation is not None and signal is not FALL:
            self.counts.matched += 1
        if observation is not None and group.episode is not None and signal is not FALL:
            episodes.match(group, observation, ledger)
        if signal is RISE:
            episodes.rise(group, at, observation, ledger)
        elif signal is FALL or signal is FALL_BY_MATCH:
            dark = observation is None and group.episode is not None and group.episode.stale
            episodes.fall(group, at, stale=dark)  # Time has ended it, and tells nobody that sight is back.
        elif signal is FALL_BY_SILENCE:
            episodes.fall(group, at, stale=True)

    def remember(self, group: Group, identity: str) -> None:
        """Keep the id of an observation of the very instant of the last one, beside those that must be kept too, and a few from before."""
        tied = group.tied
        kept = self._remembered if self._remembered > tied else tied + 1
        ids = group.ids
        group.ids = (*ids, identity) if len(ids) < kept else (*ids[len(ids) - kept + 1 :], identity)
        group.tied = tied + 1

    def _refuse(self, group: Group, observation: Observation, ledger: Ledger) -> None:
        """Count and tell what came again, or too late."""
        if observation.id in group.ids:
            self.counts.duplicate += 1
            self._note(Note.DUPLICATE, observation, "the same id came before", group.key, ledger)
        else:
            self.counts.late += 1
            self._note(Note.LATE, observation, _lateness(observation.at, group), group.key, ledger)

    def give_up(self, group: Group, observation: Observation, verdict: Undecided, ledger: Ledger) -> None:
        """Remember and tell what could not be judged; it changes nothing else."""
        self.dirty.add(group.bucket)
        self._remember_undecided(group, observation)
        self.counts.undecided += 1
        self._note(Note.UNDECIDED, observation, verdict.reason, group.key, ledger)

    def _remember_undecided(self, group: Group, observation: Observation) -> None:
        """Keep the id of what changed nothing: beside those of its instant, or else among the few from before, which are bounded.

        A source whose observations can never be judged must not make its group grow.
        """
        if observation.at == group.last_at:
            self.remember(group, observation.id)
            return
        ids, cut = group.ids, len(group.ids) - group.tied
        before = (*ids[:cut], observation.id)
        kept = max(self._remembered - group.tied, 1)
        group.ids = (*before[-kept:], *ids[cut:])

    def _too_late(self, observation: Observation, key: Key, ledger: Ledger) -> None:
        """Nobody knows any more whether the group, if there was one, had applied a later observation."""
        self.counts.late += 1
        self._note(Note.LATE, observation, "its group was forgotten, and may have applied a later observation", key, ledger)

    def _note(self, note: Note, observation: Observation, reason: str, key: Key, ledger: Ledger) -> None:
        ledger.outcomes.append(Noted(note, observation, reason, self.rule.name, group_of(self.rule.by, key)))


def _lateness(at: Micros, group: Group) -> str:
    if at < group.last_at:
        return "its group has already applied a later observation"
    return "its group has already run a timer that was due then or later"


def _is_idle(group: Group) -> bool:
    """It was heard, and nothing is to come of it by itself."""
    return (
        group.registered is None
        and group.phase is IDLE
        and group.condition_due == NEVER
        and group.alert_due == NEVER
        and (group.last_at != BEGINNING or group.ran_at != BEGINNING)
    )
