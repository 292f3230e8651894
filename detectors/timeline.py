"""A camera's own time, which goes on evenly when the machine's clock is set.

A dwell is so many seconds of standing, whatever the clock says meanwhile: a machine that finds its time server an hour after it began
must not see a car that has stood for an hour. So what is remembered is kept in own time, and what is told is told by the clock as it
is then.
"""

import msgspec

from config.moment import SECOND, Micros

JUMP: Micros = 2 * SECOND
"""A clock that differs by more than this from the time that has passed since the last frame was set; less is drift, and followed."""


class Timeline(msgspec.Struct, frozen=True):
    """Where a camera is in its own time.

    Attributes:
        own: own time of the newest frame; ``None`` before the first.
        steady: when it arrived, by a clock that is never set; ``None`` where nobody knows.
        shift: event time less own time; 0 until the clock jumps.
    """

    own: Micros | None = None
    steady: Micros | None = None
    shift: Micros = 0


def advance(timeline: Timeline, at: Micros, steady: Micros | None) -> Timeline:
    """Go on to the next frame.

    Args:
        timeline: the one of the frame before.
        at: event time of the frame.
        steady: when it arrived, by a clock that is never set; ``None`` for frames that bring their time with them.
    """
    own = at - timeline.shift
    if timeline.own is not None and timeline.steady is not None and steady is not None:
        passed = timeline.own + steady - timeline.steady
        own = passed if abs(own - passed) > JUMP else own
    return Timeline(own, steady, at - own)


def silent(timeline: Timeline, at: Micros) -> Micros:
    """Own time of an instant at which no frame has come; it does not go back when the clock is set back."""
    own = at - timeline.shift
    return own if timeline.own is None else max(own, timeline.own)
