"""The three drawn cameras: what each shows when, and how it is judged."""

from collections.abc import Callable
from zlib import crc32

import msgspec
import numpy as np

from cityloop.demo.scenery.things import Canvas, draw_bin, draw_laundry, draw_rubbish
from config.sources import Point

Draw = Callable[..., None]
"""Draws with ``(canvas, numbers, there=...)``."""

PAUSE = 2
"""Seconds between two pictures of a film."""
PICTURES = 48
"""Of a film, which is played again and again."""


class Act(msgspec.Struct, frozen=True, kw_only=True):
    """One drawn camera.

    Attributes:
        camera: its short name.
        name: shown to people.
        scene: what its zone is judged for.
        zone: the zone's name.
        box: the zone: left, top, right, bottom.
        draw: draws it with the thing or without.
        words: labels of crops that show it, and that do not.
        first: number of the first picture of the film that shows it.
        last: number of the last one.
        every: seconds between two looks.
        lon: position in degrees.
        lat: position in degrees.
    """

    camera: str
    name: str
    scene: str
    zone: str
    box: tuple[float, float, float, float]
    draw: Draw
    words: tuple[str, str]
    first: int
    last: int
    every: int
    lon: float
    lat: float

    @property
    def polygon(self) -> tuple[Point, ...]:
        """The zone's corners."""
        left, top, right, bottom = self.box
        return ((left, top), (right, top), (right, bottom), (left, bottom))

    def drawn(self, backdrop: Canvas, variant: int, *, there: bool) -> Canvas:
        """The scene; every variant is another bin, another line, other rubbish."""
        canvas = backdrop.copy()
        self.draw(canvas, np.random.default_rng([crc32(self.camera.encode()), variant]), there=there)
        return canvas


ACTS = (
    Act(
        camera="bin-1", name="1号垃圾桶 Bin 1, 书院里22号楼 Shuyuan House 22", scene="bin_overflow", zone="bin",
        box=(0.03, 0.25, 0.3, 0.98), draw=draw_bin, words=("full", "ok"), first=3, last=30, every=2,
        lon=113.2074309, lat=29.4016927,
    ),
    Act(
        camera="wall-1", name="1号外墙 Wall 1, 荷塘里10号楼 Hetang House 10", scene="street_drying", zone="front",
        box=(0.0, 0.03, 0.48, 0.58), draw=draw_laundry, words=("drying", "clear"), first=8, last=37, every=4,
        lon=113.2006138, lat=29.4026185,
    ),
    Act(
        camera="corner-1", name="1号街角 Corner 1, 渡口里8号楼 Dukou House 8", scene="exposed_rubbish", zone="pavement",
        box=(0.44, 0.66, 0.95, 1.0), draw=draw_rubbish, words=("rubbish", "clean"), first=6, last=35, every=4,
        lon=113.2052327, lat=29.4030584,
    ),
)  # fmt: skip
