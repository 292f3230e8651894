"""Flapping: episodes of one rule and group that come and go faster than people can work on them."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence

import msgspec

from config.moment import Micros
from dispatch.noise.matcher import Matcher, match_all
from dispatch.noise.subject import Subject
from dispatch.verdict import Flapping, SuppressionKind, Suppressor

MOST_EPISODES = 100
"""The most that a policy may ask for."""
LOOK_BACK = 500
"""How many of the latest episodes are looked at."""


class FlapPolicy(msgspec.Struct, frozen=True, kw_only=True):
    """When alerts count as flapping, and for how long.

    Attributes:
        matchers: which alerts; none: all.
        episodes: so many of one rule and group,
        within: that began in a window of this length, the latest start included.
        calm: it is over when so much time has passed since the latest start.
    """

    episodes: int
    within: Micros
    calm: Micros
    matchers: tuple[Matcher, ...] = ()


def policy_for(policies: Iterable[FlapPolicy], subject: Subject) -> FlapPolicy | None:
    """The first policy that an alert meets."""
    return next((policy for policy in policies if match_all(policy.matchers, subject.values)), None)


def flapping_at(policy: FlapPolicy, starts: Iterable[Micros], now: Micros) -> Flapping | None:
    """Whether episodes that began at these instants flap at an instant: a function of the set, whatever order they came in.

    It begins with the start that makes the window full, goes on with each start that comes before it is calm, and ends
    ``calm`` after the latest.
    """
    known = sorted({start for start in starts if start <= now})
    state: Flapping | None = None
    for index, start in enumerate(known):
        if state is not None and start >= state.until:
            state = None
        recent = _recent(known, index, policy.within)
        if state is not None or recent >= policy.episodes:
            since = start if state is None else state.since
            state = Flapping(since=since, episodes=recent, within=policy.within, until=start + policy.calm)
    return state if state is not None and now < state.until else None


def suppressors(flapping: Flapping | None, subject: Subject) -> tuple[Suppressor, ...]:
    """Flapping keeps an episode quiet from the one on that was one too many; life safety is flagged only."""
    if flapping is None or subject.life_safety or subject.starts_at < flapping.since:
        return ()
    why = f"{flapping.episodes} episodes began within {flapping.within // 1_000_000} s."
    return (Suppressor(kind=SuppressionKind.FLAPPING, by=subject.rule, why=why, until=flapping.until),)


def _recent(known: Sequence[Micros], index: int, within: Micros) -> int:
    """Starts in (start - within, start]."""
    return index + 1 - bisect_right(known, known[index] - within, 0, index + 1)
