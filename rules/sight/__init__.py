"""Sight: how far the log lets the rules see, feed by feed, and what silence is worth (docs/blindness.md). Pure."""

from rules.sight.eyes import Eyes, Turn
from rules.sight.judgement import Judgement, Timer, Verdict, judge
from rules.sight.notice import blind_alert, feeds_changed
from rules.sight.state import FeedSight, Hole, Sight
from rules.sight.waiting import WaitingRoom

__all__ = [
    "Eyes",
    "FeedSight",
    "Hole",
    "Judgement",
    "Sight",
    "Timer",
    "Turn",
    "Verdict",
    "WaitingRoom",
    "blind_alert",
    "feeds_changed",
    "judge",
]
