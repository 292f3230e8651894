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


class Sighted(NamedTuple):
    """A feed with what is known of it."""

    feed: Feed
    known: FeedSight


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


def judge_quiet(timer: Timer, own: Sighted, gateway: Sighted | None) -> tuple[Judgement, str]:
    """Judge a timer that resolves an alert since nothing came again: in the dark nobody knows.

    Dark is what lies behind a feed's blindness, a heartbeat after its last sign of life, up to the next. Up to there it need not
    have been heard, or an alert would hang until a bridge speaks that does so every ten minutes. What is decided follows from the
    signs of life alone, and not from when they are known.

    Args:
        timer: the timer.
        own: the feed of its source.
        gateway: the feed of the ticks, when nothing is heard of the source's feed without it.

    Returns:
        The verdict, and for HOLD the name of the feed that it waits for.
    """
    through = (own,) if gateway is None else (own, gateway)
    dark = [
        hole.until
        for feed, known in through
        for hole in known.holes
        if hole.since + feed.heartbeat < timer.due and timer.resume(hole.until) > timer.rose
    ]
    if dark:
        back = max(dark)
        if not own.feed.replays:
            return Judgement(Verdict.RESTART, back), own.feed.name
        complete = back + own.feed.catch_up + timer.lateness
        if own.known.heard < complete:
            return Judgement(Verdict.HOLD, complete), own.feed.name
    for feed, known in through:
        if known.heard + feed.heartbeat < timer.due:
            return Judgement(Verdict.HOLD, timer.due - feed.heartbeat), feed.name
    return Judgement(Verdict.RUN, timer.due), own.feed.name
