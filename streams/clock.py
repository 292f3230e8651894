"""Time, injected: what needs the present takes a :data:`Clock`."""

import time
from collections.abc import Callable

from config.moment import Micros

Clock = Callable[[], Micros]
"""Gives the present instant in microseconds since the epoch."""


def system_clock() -> Micros:
    """The machine's wall clock."""
    return time.time_ns() // 1000
