"""From condition to alert: pending, firing, quiet, resolved (SEMANTICS, section 3)."""

from collections.abc import Callable
from typing import Any

from config.moment import Micros, render
from rules.conditions.port import Evaluator, Silent
from rules.engine.announce import announce, quiet_until
from rules.engine.counts import Counts
from rules.engine.ledger import Ledger
from rules.model import Rule
from rules.state import FIRING, IDLE, NEVER, PENDING, QUIET, Episode, Group, Silence
from streams.alert import Change
from streams.observation import Observation

MAX_EVIDENCE = 8
"""The most references that an alert carries; the newest stay."""


class Episodes:
    """The part of a rule that is the same for every form of condition.

    Attributes:
        blind: whether what the source of a group shows now would not be seen; ``None``: nobody knows of blindness.
    """

    def __init__(self, rule: Rule, evaluator: Evaluator, counts: Counts) -> None:
        self.blind: Callable[[Group], bool] | None = None
        self._rule = rule
        self._evaluator = evaluator
        self._counts = counts
        self._fades = isinstance(evaluator, Silent) and evaluator.silence is Silence.FALLS

    def rise(self, group: Group, at: Micros, observation: Observation | None, ledger: Ledger) -> None:
        """The condition begins to hold."""
        if group.phase is QUIET and group.episode is not None:
            group.phase = FIRING
            group.episode.ended_at = NEVER
            group.episode.stale = False
            group.alert_due = group.episode.repeat_due
            return
        opening = self._evaluator.opening(group, at, observation)
        last = opening.last
        group.episode = Episode(
            starts_at=at,
            last_seen=opening.last_seen,
            count=opening.count,
            sources=dict.fromkeys(opening.sources),
            first=last,
            last=last,
            evidence=() if observation is None else observation.evidence[-MAX_EVIDENCE:],
            position=opening.position if last is None else last.position,
            row=dict(opening.row),
        )
        if self._rule.for_:
            group.phase = PENDING
            group.alert_due = at + self._rule.for_
        else:
            self._fire(group, group.episode, at, ledger)

    def fall(self, group: Group, at: Micros, *, stale: bool = False) -> None:
        """The condition ceases to hold; ``stale``: since its source has not been heard for too long."""
        if group.phase is PENDING:
            self._forget(group)
        elif group.phase is FIRING and group.episode is not None:
            group.phase = QUIET
            group.episode.ended_at = at
            group.episode.stale = stale
            group.alert_due = min(quiet_until(self._rule, group.episode), group.episode.repeat_due)

    def match(self, group: Group, observation: Observation, ledger: Ledger) -> None:
        """A match belongs to the episode."""
        episode = group.episode
        if episode is None:
            return
        episode.count += 1
        episode.last_seen = observation.at
        episode.last = observation
        if observation.position is not None:
            episode.position = observation.position
        episode.sources[observation.source] = None
        news = episode.count > 1 and episode.count & (episode.count - 1) == 0
        if observation.evidence and not set(observation.evidence) <= set(episode.evidence):
            news = True
            episode.evidence = tuple(dict.fromkeys(episode.evidence + observation.evidence))[-MAX_EVIDENCE:]
        if news and group.phase is not PENDING and self._rule.repeat is None:
            self._say(Change.UPDATED, group, episode, observation.at, ledger)

    def mark(self, group: Group, at: Micros, ledger: Ledger) -> bool:
        """Sight was lost or came back at an instant: a firing alert says so. Returns whether that changed anything."""
        episode = group.episode
        if group.phase is PENDING or episode is None or self.blind is None or self.blind(group) is episode.stale:
            return False
        if group.phase is QUIET and episode.stale and self._fades:
            return False  # Its source had gone stale by itself, whoever looked.
        episode.stale = not episode.stale
        self._say(Change.UPDATED, group, episode, max(at, episode.fired_at, episode.last_seen), ledger)
        return True

    def ripen(self, group: Group, due: Micros, ledger: Ledger) -> None:
        """Run the timer of the alert: it fires, resolves or says so again."""
        episode = group.episode
        if episode is None:
            group.alert_due = NEVER
        elif group.phase is PENDING:
            self._fire(group, episode, due, ledger)
        elif quiet_until(self._rule, episode) <= due:  # Earlier only when a switch of rules shortened the quiet time.
            self._counts.resolved += 1
            self._say(Change.RESOLVED, group, episode, due, ledger)
            self._forget(group)
        else:
            episode.repeat_due = self._again(due, ledger)
            group.alert_due = min(quiet_until(self._rule, episode), episode.repeat_due)
            self._say(Change.UPDATED, group, episode, due, ledger)

    def _again(self, due: Micros, ledger: Ledger) -> Micros:
        """When the alert is told next. Once a step has said more than it may, whatever else is due in it is left out."""
        repeat = self._rule.repeat or NEVER
        left_out = 0
        if ledger.repeats:
            ledger.repeats -= 1
        else:
            left_out = max((ledger.end - 1 - due) // repeat, 0)
            self._counts.unrepeated += left_out > 0
        return due + (left_out + 1) * repeat

    def _fire(self, group: Group, episode: Episode, at: Micros, ledger: Ledger) -> None:
        group.phase = FIRING
        episode.fired_at = at
        episode.stale = self.blind is not None and self.blind(group)
        if self._rule.repeat is not None:
            episode.repeat_due = at + self._rule.repeat
        group.alert_due = episode.repeat_due
        counts = self._counts
        counts.fired += 1
        counts.fired_at = max(counts.fired_at, at)
        self._say(Change.FIRING, group, episode, at, ledger)

    def retire(self, group: Group, at: Micros, ledger: Ledger) -> None:
        """The group left the register of its rule: what fires resolves and says why, what is pending is dropped."""
        episode = group.episode
        if episode is not None and group.phase is not PENDING:
            if episode.ended_at == NEVER:
                episode.ended_at = at
            self._counts.resolved += 1
            self._say(Change.RESOLVED, group, episode, at, ledger, deregistered=render(at))
        self._forget(group)

    def _say(self, change: Change, group: Group, episode: Episode, at: Micros, ledger: Ledger, **more: Any) -> None:
        event = announce(self._rule, self._evaluator, group, episode, change=change, at=at, noticed=ledger.noticed, more=more)
        ledger.outcomes.append(event)

    def _forget(self, group: Group) -> None:
        group.phase = IDLE
        group.episode = None
        group.alert_due = NEVER
