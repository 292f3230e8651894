"""Matches that lie in a sliding window (t - within, t]."""

from typing import Any

import msgspec

from config.moment import Micros
from streams.observation import Observation, Position


class Entry(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One match in a window.

    Attributes:
        at: its instant.
        source: its source.
        mark: what the form compares: a value, or nothing.
        position: where it was seen, for forms that ask for it.
    """

    at: Micros
    source: str
    mark: Any = None
    position: Position | None = None


Window = list[Entry]
"""In the order of time."""


def enter(window: Window | None, entry: Entry, within: Micros) -> Window:
    """The window at the instant of a new match: what has left is dropped, the match is added."""
    if window is None:
        return [entry]
    start = entry.at - within
    gone = 0
    while gone < len(window) and window[gone].at <= start:
        gone += 1
    if gone:
        del window[:gone]
    window.append(entry)
    return window


def sources_of(window: Window) -> tuple[str, ...]:
    """The different sources, in the order of coming."""
    return tuple(dict.fromkeys(entry.source for entry in window))


def entry_of(observation: Observation, mark: Any = None) -> Entry:
    """The entry of a match."""
    return Entry(observation.at, observation.source, mark, observation.position)
