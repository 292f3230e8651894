"""Sight: how far the log lets the rules see, feed by feed, and what silence is worth (docs/blindness.md). Pure."""

from rules.sight.eyes import Eyes, Turn
from rules.sight.judgement import Judgement, Sighted, Timer, Verdict, judge, judge_quiet
from rules.sight.notice import blind_alert, feeds_changed
from rules.sight.state import FeedSight, Hole, Sight
from rules.sight.waiting import WaitingRoom

__all__ = [
    "Eyes",
    "FeedSight",
    "Hole",
    "Judgement",
    "Sight",
    "Sighted",
    "Timer",
    "Turn",
    "Verdict",
    "WaitingRoom",
    "blind_alert",
    "feeds_changed",
    "judge",
    "judge_quiet",
]
