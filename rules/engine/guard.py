"""Keeps a rule from taking blindness for silence: its timers are held, count anew, or run when they may (docs/blindness.md)."""

from collections.abc import Callable
from typing import NamedTuple

import msgspec

from config.feeds import Feed, FeedTable
from config.moment import Micros
from rules.conditions.port import Evaluator, Silent
from rules.engine.announce import quiet_until
from rules.model import Count, Rule
from rules.sight import Eyes, FeedSight, Hole, Judgement, Sighted, Timer, Verdict, WaitingRoom, judge, judge_quiet
from rules.state import NEVER, Group, Phase, Silence
from streams.observation import Observation


class Held(NamedTuple):
    """Timers of a group that are due and must not run yet; ``NEVER`` where that timer is not held."""

    condition: Micros = NEVER
    alert: Micros = NEVER


class Guard:
    """Stands before the timers of one rule in one partition.

    Attributes:
        held: by group key. Not part of a checkpoint: a timer that is due is judged again after a restart.
    """

    def __init__(self, rule: Rule, evaluator: Evaluator, eyes: Eyes, room: WaitingRoom, release: Callable[[Group], None]) -> None:
        self._silent = evaluator if isinstance(evaluator, Silent) and evaluator.silence is not None else None
        self._rule = rule
        self._lateness = rule.lateness
        # What ends by a sample or at its own instant has ended, and without a quiet time nothing is waited for.
        self._waits_quietly = rule.keep_firing_for > 0 or isinstance(rule.condition, Count)
        self._eyes = eyes
        self._room = room
        self._release = release
        self._place = rule.by.index("source") if "source" in rule.by else None
        self._single = len(rule.by) == 1
        self._queued: dict[object, Micros] = {}
        self.held: dict[object, Held] = {}

    def blind(self, group: Group) -> bool:
        """Whether what the group's source shows now would not be seen."""
        source = self._source_of(group)
        return source is not None and self._eyes.blind(source)

    def due_of(self, group: Group) -> Micros:
        """The next timer of a group that is not held."""
        held = self.held.get(group.key, Held())
        condition = NEVER if group.condition_due == held.condition else group.condition_due
        return min(condition, NEVER if group.alert_due == held.alert else group.alert_due)

    def stops(self, group: Group, due: Micros, *, condition: bool) -> bool:
        """Whether a timer that is due must not run now; then it is held, or set anew, or given up with its episode.

        Args:
            group: the group.
            due: the timer's instant.
            condition: whether it is the condition's timer, and not the alert's.
        """
        found = self._concerned(group, due, condition=condition)
        if found is None:
            return False
        (verdict, at), name = self._judged(group, found, condition=condition)
        if verdict is Verdict.HOLD:
            held = self.held.get(group.key, Held())
            self.held[group.key] = held._replace(condition=due) if condition else held._replace(alert=due)
            if self._queued.get(group.key) != at:
                self._queued[group.key] = at
                self._room.wait(name, at, group, self._leave)
        elif verdict is Verdict.RESTART:
            self._restart(group, found[0], at, condition=condition)
        return verdict is not Verdict.RUN

    def _judged(
        self, group: Group, found: tuple[Timer, Feed, FeedSight], received: Micros | None = None, *, condition: bool
    ) -> tuple[Judgement, str]:
        """The verdict, and the name of the feed that is waited for.

        Args:
            group: the group.
            found: the timer, the feed and what is known of it.
            received: when an observation of the source was received that has come since, if one has.
            condition: whether it is the condition's timer.
        """
        timer, feed, known = found
        if not condition and group.phase is Phase.QUIET:
            return judge_quiet(timer, Sighted(feed, known), self._eyes.before(feed))
        heard = known.heard if received is None else self._eyes.heard_with(feed, known, received)
        return judge(timer, feed, known, heard), feed.name

    def part(self, group: Group, table: FeedTable) -> bool:
        """The feeds become others: silence that the source's feed did not see so far counts for nothing, whatever feed it has now.

        Without this, sources that leave a blind feed would all be absent at once.

        Args:
            group: the group.
            table: the feeds from here on.

        Returns:
            Whether a timer of the group was set anew.
        """
        source = self._source_of(group)
        found = None if source is None else self._eyes.of(source)
        if source is None or found is None or table.of(source) == found[0]:
            return False
        feed, known = found
        clock, restarted = self._eyes.sight.clock, False
        if self._eyes.blind(source) or clock - known.heard > feed.heartbeat:
            known = FeedSight(known.heard, known.blind_at, (*known.holes, Hole(known.heard, clock)))
        for condition in (False, True):
            due = group.condition_due if condition else group.alert_due
            timer = None if due == NEVER else self._timer(group, due, condition=condition)
            if timer is None:
                continue
            judged = judge(timer, feed, known, clock)
            if judged.verdict is Verdict.HOLD:  # It would deliver later what it saw; now nobody waits for that.
                judged = judge(timer, msgspec.structs.replace(feed, replays=False), known, clock)
            if judged.verdict is Verdict.RESTART:
                self._restart(group, timer, judged.at, condition=condition)
                restarted = True
        return restarted

    def lets(self, group: Group, due: Micros, observation: Observation, *, condition: bool) -> bool:
        """Whether an observation after a timer's instant shows that the silence up to it was seen."""
        found = self._concerned(group, due, condition=condition)
        if found is None:
            return True
        received = observation.at if observation.received_at is None else observation.received_at
        if self._eyes.table.of(observation.source) is not self._eyes.table.of(self._source_of(group) or ""):
            received = found[2].heard  # Another feed is alive, which says nothing about this one.
        return self._judged(group, found, received, condition=condition)[0].verdict is Verdict.RUN

    def _concerned(self, group: Group, due: Micros, *, condition: bool) -> tuple[Timer, Feed, FeedSight] | None:
        """The timer and the feed, when the timer stands on silence."""
        timer = self._timer(group, due, condition=condition)
        if timer is None:
            return None
        source = self._source_of(group)
        found = None if source is None else self._eyes.of(source)
        return None if found is None else (timer, *found)

    def _timer(self, group: Group, due: Micros, *, condition: bool) -> Timer | None:
        """The timer, when it stands on silence: that of the condition, of ``for`` above it, or of an alert that is quiet."""
        silent = self._silent
        if condition:
            return None if silent is None else Timer(due, due, self._lateness, silent.resume)
        episode = group.episode
        if episode is None:
            return None
        if group.phase is Phase.QUIET:
            quiet = self._waits_quietly and due == quiet_until(self._rule, episode)
            return Timer(due, due, self._lateness, self._quiet_after) if quiet else None
        if silent is None or silent.silence is not Silence.RISES or group.phase is not Phase.PENDING:
            return None
        return Timer(due, episode.starts_at, self._lateness, silent.resume)

    def _quiet_after(self, at: Micros) -> Micros:
        """When an alert resolves whose quiet time began to count at an instant."""
        return at + self._rule.keep_firing_for

    def _source_of(self, group: Group) -> str | None:
        """The source whose silence it is: the group's, or that of the last observation that the group remembers."""
        if self._place is not None:
            key = group.key if self._single else group.key[self._place]
            return key if isinstance(key, str) else None
        if isinstance(group.memory, Observation):
            return group.memory.source
        last = None if group.episode is None else group.episode.last
        return None if last is None else last.source

    def _leave(self, group: Group) -> None:
        """The feed was heard as far as the group waits for: its timers are judged again."""
        self._queued.pop(group.key, None)
        if self.held.pop(group.key, None) is not None:
            self._release(group)

    def _restart(self, group: Group, timer: Timer, at: Micros, *, condition: bool) -> None:
        """Let silence count from an instant on."""
        if condition:
            group.condition_due = timer.resume(at)
        elif group.phase is Phase.QUIET and group.episode is not None:
            group.episode.unseen_until = at
            group.alert_due = min(timer.resume(at), group.episode.repeat_due)
        else:
            group.phase, group.episode, group.alert_due = Phase.IDLE, None, NEVER
            # A later first step of a sequence may wait already: its time runs by itself.
            group.condition_due = min(group.condition_due, timer.resume(at))
