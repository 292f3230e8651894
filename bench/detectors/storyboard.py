"""Writes the scripts: stays that must be told, and what looks like one and must not be. The same seed, the same scripts."""

from collections.abc import Callable, Mapping, Sequence
from itertools import cycle
from random import Random

import msgspec

from bench.detectors.part import Part
from bench.detectors.script import DWELL, Actor, Light, Script, Standing, Step

TAIL = 17.0
"""Seconds after a stay: long enough that its end is told at one look in five seconds too."""
DRIVE = 2.0
"""Seconds that a vehicle takes from the picture's edge to its place."""


class Draw:
    """Draws what a script leaves open.

    Args:
        random: where everything random comes from.
        part: of the footage.
    """

    def __init__(self, random: Random, part: Part) -> None:
        self.random = random
        self.part = part

    def place(self) -> tuple[float, float]:
        """Where a vehicle stands."""
        x, bottom = self.random.choice(self.part.places)
        return x + self.random.uniform(-0.02, 0.02), bottom + self.random.uniform(-0.01, 0.01)

    def tint(self) -> tuple[float, float, float]:
        """A colour."""
        return (self.random.uniform(0.75, 1.15), self.random.uniform(0.75, 1.15), self.random.uniform(0.75, 1.15))

    def vehicle(self, way: Sequence[Step], number: int | None = None) -> Actor:
        """A vehicle on its way."""
        return Actor(
            number=self.random.randrange(100) if number is None else number,
            way=tuple(way),
            size=self.random.uniform(0.9, 1.1),
            mirrored=self.random.random() < 0.5,
            tint=self.tint(),
        )

    def edge(self) -> float:
        """Beside the picture, left or right."""
        return self.random.choice((-0.25, 1.25))

    def stop(self, place: tuple[float, float], begin: float, seconds: float, *, there: bool = False) -> tuple[Step, ...]:
        """Drive in, stand from ``begin`` on, drive away; or stand there from the first picture on."""
        x, bottom = place
        way = [] if there else [Step(begin - DRIVE, self.edge(), bottom)]
        return (*way, Step(begin, x, bottom), Step(begin + seconds, x, bottom), Step(begin + seconds + DRIVE, self.edge(), bottom))

    def walk(self, place: tuple[float, float], begin: float, seconds: float) -> Actor:
        """Somebody who comes, stands before a place for a while, and goes."""
        x, bottom = place[0] + self.random.uniform(-0.4, 0.4) * self.part.width(place[1]), min(0.99, place[1] + 0.02)
        side = self.random.choice((-0.3, 0.3))
        way = (Step(begin, x + side, bottom), Step(begin + 2, x, bottom), Step(begin + 2 + seconds, x, bottom))
        return Actor(number=self.random.randrange(100), way=(*way, Step(begin + 4 + seconds, x - side, bottom)))


class Made(msgspec.Struct, frozen=True, kw_only=True):
    """The part of a script that its condition makes."""

    seconds: float
    vehicles: tuple[Actor, ...] = ()
    people: tuple[Actor, ...] = ()
    light: Light = Light()
    truth: tuple[Standing, ...] = ()


def _stay(draw: Draw, light: Light | None = None, *, there: bool = False) -> Made:
    begin, length = (0.0 if there else 4.0), draw.random.uniform(DWELL + 8, DWELL + 14)
    vehicle = draw.vehicle(draw.stop(draw.place(), begin, length, there=there))
    return Made(seconds=begin + length + TAIL, vehicles=(vehicle,), light=light or Light(), truth=(Standing(begin, begin + length),))


def _dusk(draw: Draw) -> Made:
    return _stay(draw, Light(gain=draw.random.uniform(0.35, 0.55), noise=5.0))


def _swings(draw: Draw) -> Made:
    return _stay(draw, Light(swing=0.3, period=draw.random.uniform(5, 13)))


def _coarse(draw: Draw) -> Made:
    return _stay(draw, Light(jpeg=35, noise=3.0))


def _shaken(draw: Draw) -> Made:
    return _stay(draw, Light(shake=3))


def _already_there(draw: Draw) -> Made:
    return _stay(draw, there=True)


def _occluded(draw: Draw) -> Made:
    made = _stay(draw)
    place = made.vehicles[0].way[1]
    begins = [draw.random.uniform(8, 30) for _ in range(4)]
    people = tuple(draw.walk((place.x, place.bottom), begin, draw.random.uniform(2, 5)) for begin in begins)
    return msgspec.structs.replace(made, people=people)


def _short(draw: Draw) -> Made:
    length = draw.random.uniform(6, DWELL - 5)
    vehicle = draw.vehicle(draw.stop(draw.place(), 4.0, length))
    return Made(seconds=length + 14, vehicles=(vehicle,), truth=(Standing(4.0, 4.0 + length),))


def _passing(draw: Draw) -> Made:
    vehicles = []
    for number in range(5):
        _, bottom = draw.place()
        begin, side = 1.0 + 5 * number, draw.edge()
        vehicles.append(draw.vehicle((Step(begin, side, bottom), Step(begin + draw.random.uniform(3, 6), 1 - side, bottom))))
    return Made(seconds=30.0, vehicles=tuple(vehicles))


def _lights(draw: Draw) -> Made:
    return Made(seconds=32.0, light=Light(swing=draw.random.uniform(0.3, 0.45), period=draw.random.uniform(4, 12)))


def _queue(draw: Draw) -> Made:
    """Before the lights: each stands shorter than the dwell, and where it stood the next one stands at once."""
    _, bottom = draw.place()
    gap = draw.part.width(bottom) * 1.2
    red = draw.random.uniform(9, DWELL - 6)
    slots = [0.92 - gap / 2 - gap * number for number in range(max(2, int(0.8 / gap)))]
    vehicles: list[Actor] = []
    truth: list[Standing] = []
    rounds = 3
    for rank in range(len(slots) + rounds - 1):
        way: list[Step] = []
        for turn in range(rounds):
            slot = rank - turn
            if not 0 <= slot < len(slots):
                continue
            begin = 3 + turn * (red + DRIVE)
            if not way:
                way.append(Step(begin - DRIVE, slots[slot] - gap if turn else -0.3, bottom))
            way += [Step(begin, slots[slot], bottom), Step(begin + red, slots[slot], bottom)]
            truth.append(Standing(begin, begin + red))
        way.append(Step(way[-1].second + DRIVE, 1.3, bottom))
        vehicles.append(draw.vehicle(way, number=rank + draw.random.randrange(2)))
    return Made(seconds=4 + rounds * (red + DRIVE), vehicles=tuple(vehicles), truth=tuple(truth))


def _relay(draw: Draw) -> Made:
    """One leaves, another takes its place."""
    place, first, second = draw.place(), draw.random.uniform(9, DWELL - 6), draw.random.uniform(9, DWELL - 6)
    begin = 4 + first + DRIVE + draw.random.uniform(1, 3) + DRIVE
    number = draw.random.randrange(100)
    vehicles = (
        draw.vehicle(draw.stop(place, 4.0, first), number),
        draw.vehicle(draw.stop(place, begin, second), number + draw.random.randrange(1, 4)),
    )
    return Made(seconds=begin + second + 6, vehicles=vehicles, truth=(Standing(4.0, 4 + first), Standing(begin, begin + second)))


def _hidden_leaving(draw: Draw) -> Made:
    """People stand before a vehicle while it leaves, and go on standing there."""
    place, length = draw.place(), draw.random.uniform(8, DWELL - 7)
    vehicle = draw.vehicle(draw.stop(place, 4.0, length))
    people = tuple(draw.walk(place, 4 + length - 4, 14.0) for _ in range(5))
    return Made(seconds=34.0, vehicles=(vehicle,), people=people, truth=(Standing(4.0, 4.0 + length),))


def _ghost(draw: Draw) -> Made:
    """A vehicle that was there from the first picture on leaves: the bare ground is new, and nothing stands on it."""
    length = draw.random.uniform(6, DWELL - 6)
    vehicle = draw.vehicle(draw.stop(draw.place(), 0.0, length, there=True))
    return Made(seconds=length + DWELL + 6, vehicles=(vehicle,), truth=(Standing(0.0, length),))


STAYS: Mapping[str, Callable[[Draw], Made]] = {
    "plain": _stay, "dusk": _dusk, "swings": _swings, "coarse": _coarse, "shaken": _shaken, "already-there": _already_there,
    "occluded": _occluded,
}  # fmt: skip
"""What must be told, by condition."""
NEGATIVES: Mapping[str, Callable[[Draw], Made]] = {
    "short": _short, "passing": _passing, "lights": _lights, "queue": _queue, "relay": _relay,
    "hidden-leaving": _hidden_leaving, "ghost": _ghost,
}  # fmt: skip
"""What must not be told, by condition."""
DISTURBANCES: tuple[Light, ...] = (Light(), Light(swing=0.2, period=7.0), Light(jpeg=40), Light(shake=3))
"""One of these is laid over each negative: what looks like a stay must not be told under them either."""


def scripts(parts: Sequence[Part], stays: int, negatives: int, seed: int) -> list[Script]:
    """So many of each, the conditions in turn; every second one in the first part, the others in the rest in turn.

    Args:
        parts: of the footage that is here; at least one.
        stays: that must be told.
        negatives: in which nothing must be told.
        seed: the same one gives the same scripts.
    """
    rest = cycle(parts[1:] or parts[:1])
    found: list[Script] = []
    for table, count in ((STAYS, stays), (NEGATIVES, negatives)):
        for number, condition in zip(range(count), cycle(table), strict=False):
            # Conditions and parts must not keep step with each other: each turn of the table begins with another part.
            part = parts[0] if (number + number // len(table)) % 2 == 0 else next(rest)
            random = Random(f"{seed}/{condition}/{number}")  # noqa: S311  # The same seed must give the same scripts: this is no secret.
            made = table[condition](Draw(random, part))
            if table is NEGATIVES and made.light == Light():
                made = msgspec.structs.replace(made, light=random.choice(DISTURBANCES))
            found.append(
                Script(
                    name=f"{condition}-{number}",
                    condition=condition,
                    part=part.name,
                    first=random.randrange(1000),
                    seconds=made.seconds,
                    vehicles=made.vehicles,
                    people=made.people,
                    light=made.light,
                    truth=made.truth,
                )
            )
    return found
