"""What a file shows when: which media time is on after so many seconds of playing."""

import msgspec

from config.cameraoptions import Options

LAST_FRAME = 0.001
"""Seconds before the end at which the last frame is still to be seen."""


class Programme(msgspec.Struct, frozen=True, kw_only=True):
    """A part of a file, one of whose frames may be held, once or again and again.

    Attributes:
        start: media time of the first frame shown, seconds.
        end: media time at which the part ends.
        hold_at: media time of the held frame.
        hold: seconds for which it is held.
        rest: seconds for which the last frame stays at the end.
        loop: begin again at the end.
    """

    start: float
    end: float
    hold_at: float
    hold: float
    rest: float
    loop: bool

    @property
    def length(self) -> float:
        """Seconds that it takes to show it once."""
        return self.end - self.start + self.hold + self.rest

    def media_time(self, elapsed: float) -> float | None:
        """The media time that is on ``elapsed`` seconds after the beginning; ``None`` when it is over."""
        if self.loop and self.length > 0:
            elapsed %= self.length
        elif elapsed >= self.length and not (elapsed == 0 and self.length == 0):
            return None
        until_hold = self.hold_at - self.start
        if elapsed < until_hold:
            return self.start + elapsed
        if elapsed < until_hold + self.hold:
            return self.hold_at
        # The hold is taken off in floating point: what rounding loses must not show a moment before the held one.
        return min(max(self.hold_at, self.start + elapsed - self.hold), max(self.hold_at, self.end - LAST_FRAME))


def plan(options: Options, duration: float) -> Programme:
    """The programme that a camera's options ask for.

    Args:
        options: of the camera.
        duration: of the file, seconds.

    Raises:
        ValueError: the options name times that the file does not have; the message says which.
    """
    end = duration if options.end is None else min(options.end, duration)
    if options.start > end or (options.start == end and duration > 0):
        msg = f"it starts at {options.start} s, but ends at {end:g} s: choose start and end within the file's {duration:g} s"
        raise ValueError(msg)
    hold_at = max(options.start, end - LAST_FRAME) if options.hold_at is None else options.hold_at
    if not options.start <= hold_at <= end:
        msg = f"hold_at is {hold_at} s, outside of {options.start:g} s to {end:g} s that are shown"
        raise ValueError(msg)
    return Programme(start=options.start, end=end, hold_at=hold_at, hold=options.hold, rest=options.rest, loop=options.loop)
