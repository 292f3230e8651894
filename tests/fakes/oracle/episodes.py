"""From a condition to what its alerts say (SEMANTICS, section 3), for a whole history at once."""

import uuid
from bisect import bisect_right
from collections.abc import Iterator
from math import inf
from typing import Any, NamedTuple

from tests.fakes.oracle.forms import Samples, Truth
from tests.fakes.oracle.rulebook import Rule
from tests.fakes.oracle.seen import text

_NAMESPACE = uuid.UUID("e13681b4-4734-4a11-b1dc-5bd06f37b0e4")


class Said(NamedTuple):
    """One thing that an alert said; instants in microseconds.

    Attributes:
        at: when.
        event: ``firing``, ``updated``, ``resolved``, or ``cut`` where a switch of the rules finds it firing.
        starts_at: of the episode.
        fired_at: of the episode.
        ends_at: of the episode, once it has resolved.
        matches: how many belong to it by now.
        by_time: whether a timer said it, rather than an observation.
    """

    at: int
    event: str
    starts_at: int
    fired_at: int
    ends_at: int | None
    matches: int
    by_time: bool

    def alert(self, rule: str, group: dict[str, Any]) -> str:
        """The id of the alert."""
        return named([rule, group, self.starts_at])

    def identity(self, rule: str, group: dict[str, Any]) -> str:
        """The id of the event."""
        return named([self.alert(rule, group), self.event, self.at])


def named(value: Any) -> str:
    """The name-based identity of a value."""
    return str(uuid.uuid5(_NAMESPACE, text(value)))


class Episode(NamedTuple):
    """One episode that fired: ``holds`` matches at its beginning, by the sample of number ``begun`` or by time."""

    start: int
    fired: int
    end: float
    begun: int | None
    holds: int


def episodes(rule: Rule, truth: Truth) -> Iterator[Episode]:
    """The episodes that fire, as far as the samples tell."""
    spans, number = truth.spans, 0
    while number < len(spans):
        first = spans[number]
        number += 1
        if first.start == inf or (rule.wait and first.end <= first.start + rule.wait):
            continue
        end = first.end
        while number < len(spans) and spans[number].start <= end + rule.keep:
            end = spans[number].end
            number += 1
        yield Episode(int(first.start), int(first.start) + rule.wait, end, first.begun, first.holds)


def story(rule: Rule, samples: Samples, truth: Truth, last: int, cut: int | None = None) -> Iterator[Said]:
    """Everything that the alerts of a group say, timers up to an instant and including it.

    Args:
        rule: the rule.
        samples: of the group, in the order in which they count.
        truth: its condition.
        last: the last instant at which timers run.
        cut: when a switch of the rules asks what fires.
    """
    instants = [samples[number][0].at for number in truth.counted]
    for episode in episodes(rule, truth):
        by_time = episode.begun is None or rule.wait > 0
        if by_time and episode.fired > last:
            return
        # Matches that come after the beginning: behind its sample in their order, or later than the timer that began it.
        origin = bisect_right(instants, episode.start) if episode.begun is None else bisect_right(truth.counted, episode.begun)

        def count(upto: float, begin: int = origin, holds: int = episode.holds) -> int:
            return holds + max(0, bisect_right(instants, upto) - begin)

        at_fire = count(episode.fired) if rule.wait else episode.holds
        yield Said(episode.fired, "firing", episode.start, episode.fired, None, at_fire, by_time)
        resolved = episode.end + rule.keep
        yield from (
            _repeats(rule, episode, count, min(resolved - 1, last))
            if rule.repeat
            else _news(samples, truth.counted[origin:], episode, at_fire, resolved)
        )
        if resolved <= last:
            yield Said(int(resolved), "resolved", episode.start, episode.fired, int(episode.end), count(resolved), by_time=True)
        elif cut is not None:
            yield Said(cut, "cut", episode.start, episode.fired, None, count(cut), by_time=True)


def timers(rule: Rule, truth: Truth, since: int, before: int) -> bool:
    """Whether a timer of the group was due in [since, before)."""
    due = [*truth.silent, *(span.end for span in truth.spans if span.timed), *(span.start for span in truth.spans if span.begun is None)]
    for episode in episodes(rule, truth):
        due.append(episode.end + rule.keep)
        if rule.wait:
            due.append(episode.fired)
        if rule.repeat:
            due.extend(range(episode.fired + rule.repeat, int(min(episode.end + rule.keep, before)), rule.repeat))
    return any(since <= instant < before for instant in due)


def _repeats(rule: Rule, episode: Episode, count: Any, last: float) -> Iterator[Said]:
    """``repeat``: while it fires, every so often."""
    assert rule.repeat
    at = episode.fired + rule.repeat
    while at <= last:
        yield Said(at, "updated", episode.start, episode.fired, None, count(at), by_time=True)
        at += rule.repeat


def _news(samples: Samples, later: list[int], episode: Episode, at_fire: int, resolved: float) -> Iterator[Said]:
    """Without ``repeat``: when the count reaches a power of two, or a picture is new; ``later`` are the samples that count after the beginning."""
    pictures = set(samples[episode.begun][0].evidence) if episode.begun is not None else set()
    for number, sample in enumerate(later, start=episode.holds + 1):
        seen = samples[sample][0]
        if seen.at > resolved:
            return
        news = bool(set(seen.evidence) - pictures) or (number > 1 and number & (number - 1) == 0)
        pictures |= set(seen.evidence)
        if number > at_fire and news:
            yield Said(seen.at, "updated", episode.start, episode.fired, None, number, by_time=False)
