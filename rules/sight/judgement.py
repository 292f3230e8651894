"""What silence is worth: whether a timer that ripens because nothing came may run."""

from collections.abc import Callable
from enum import IntEnum
from typing import NamedTuple

from config.feeds import Feed
from config.moment import Micros
from rules.sight.state import FeedSight


class Verdict(IntEnum):
    """What to do with the timer."""

    RUN = 0
    HOLD = 1
    RESTART = 2


class Judgement(NamedTuple):
    """The verdict, and for HOLD up to when the feed must be heard, for RESTART the end of the hole."""

    verdict: Verdict
    at: Micros


class Timer(NamedTuple):
    """A timer that ripens because nothing came.

    Attributes:
        due: its instant.
        rose: when the condition rises, or rose, by silence: the same, unless the timer is that of ``for``.
        lateness: how long after their time observations may be applied that would put it off.
        resume: gives the instant of rising if silence began to count at another instant.
    """

    due: Micros
    rose: Micros
    lateness: Micros
    resume: Callable[[Micros], Micros]


def judge(timer: Timer, feed: Feed, known: FeedSight, heard: Micros) -> Judgement:
    """Judge a timer that is due.

    Silence counts as far as the feed was heard, and in a hole only when the feed delivers later what it saw meanwhile. A
    hole that is followed by as much silence as the rule asks for decides nothing.

    Args:
        timer: the timer.
        feed: the feed of its source.
        known: what is known of it.
        heard: up to when it was heard.
    """
    hole = next((hole for hole in reversed(known.holes) if hole.since < timer.due), None)
    if hole is not None and timer.resume(hole.until) > timer.rose:
        if not feed.replays:
            return Judgement(Verdict.RESTART, hole.until)
        complete = hole.until + feed.catch_up + timer.lateness
        if heard < complete:
            return Judgement(Verdict.HOLD, max(timer.due, complete))
    return Judgement(Verdict.RUN if heard >= timer.due else Verdict.HOLD, timer.due)
