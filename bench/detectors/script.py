"""What happens in one short injected scene: who stands where at which second, in what light, and what is true about it."""

from bisect import bisect_right

import msgspec

from config.sources import Point

DWELL = 20.0
"""Seconds that a vehicle may stand. Shorter than a city would set it, so that many stays can be played in a few minutes."""


class Step(msgspec.Struct, frozen=True):
    """Where something is at a second: middle of its lower edge, as parts of width and height."""

    second: float
    x: float
    bottom: float


class Actor(msgspec.Struct, frozen=True, kw_only=True):
    """A vehicle or a person on its way.

    Attributes:
        number: which cut-out, counted round.
        way: in order of time; between two steps it moves evenly, before the first and after the last it is not there.
        size: of what its place asks for.
        mirrored: left and right changed.
        tint: factor of each colour.
    """

    number: int
    way: tuple[Step, ...]
    size: float = 1.0
    mirrored: bool = False
    tint: tuple[float, float, float] = (1.0, 1.0, 1.0)

    def at(self, second: float) -> Point | None:
        """Where it is; ``None`` while it is not there."""
        if not self.way[0].second <= second < self.way[-1].second:
            return None
        index = bisect_right(self.way, second, key=lambda step: step.second)
        before, after = self.way[index - 1], self.way[index]
        part = (second - before.second) / (after.second - before.second)
        return before.x + part * (after.x - before.x), before.bottom + part * (after.bottom - before.bottom)


class Light(msgspec.Struct, frozen=True, kw_only=True):
    """What the light does to the whole picture.

    Attributes:
        gain: factor of every level.
        swing: part by which it becomes brighter and darker ...
        period: ... in so many seconds.
        noise: standard deviation of the sensor's noise, levels.
        jpeg: quality of the coding; ``None`` codes nothing.
        shake: pixels by which the camera is off its place at the most, to each side, in each picture anew.
    """

    gain: float = 1.0
    swing: float = 0.0
    period: float = 9.0
    noise: float = 0.0
    jpeg: int | None = None
    shake: int = 0


class Standing(msgspec.Struct, frozen=True):
    """A vehicle stood from one second to another; whether that is long enough, its length says."""

    since: float
    until: float


class Script(msgspec.Struct, frozen=True, kw_only=True):
    """One scene.

    Attributes:
        name: ``<condition>-<number>``.
        condition: what is tried.
        part: of the footage.
        first: number of the footage's picture that it begins with.
        seconds: how long it lasts.
        vehicles: the ones behind first.
        people: put before the vehicles.
        light: of the whole picture.
        truth: every time that a vehicle stood.
    """

    name: str
    condition: str
    part: str
    first: int
    seconds: float
    vehicles: tuple[Actor, ...] = ()
    people: tuple[Actor, ...] = ()
    light: Light = Light()
    truth: tuple[Standing, ...] = ()
