"""Plays a script: each second, a real picture of the footage with what the script puts into it."""

from collections.abc import Iterator, Sequence

import cv2
import msgspec
import numpy as np

from bench.detectors.cutouts import Cutout
from bench.detectors.part import Part
from bench.detectors.pasting import Pose, paste
from bench.detectors.people import people_in, standing_before, without_people
from bench.detectors.script import Actor, Light, Script
from detectors.inference.port import Picture

PERSON = 0.17
"""How wide a person is beside a vehicle."""


class Stage:
    """A part of the footage, ready to be played in.

    Args:
        part: where things can stand.
        pictures: the part's, at least one.
        vehicles: to put in.
        people: to put in; none leaves people out.
        real_people: whether the pictures' own people are seen before the vehicle when they stand nearer.
    """

    def __init__(
        self, part: Part, pictures: Sequence[Picture], vehicles: Sequence[Cutout], people: Sequence[Cutout], *, real_people: bool
    ) -> None:
        self.part = part
        self._pictures = pictures
        self._vehicles = vehicles
        self._people = people
        self._empty = without_people(pictures) if real_people else None

    def play(self, script: Script) -> Iterator[Picture]:
        """One picture a second."""
        for second in range(int(script.seconds) + 1):
            yield self.picture(script, second)

    def picture(self, script: Script, second: int) -> Picture:
        """The picture of a second; the same one every time."""
        picture = self._pictures[(script.first + second) % len(self._pictures)]
        moving = None if self._empty is None else people_in(picture, self._empty)
        out = picture
        for actor in script.vehicles:
            thing = self._vehicles[actor.number % len(self._vehicles)]
            pose = self._pose(actor, second, out, thing.size)
            if pose is not None:
                out = paste(out, thing, pose, None if moving is None else standing_before(moving, int(pose.bottom)))
        for actor in script.people if self._people else ():
            pose = self._pose(actor, second, out, PERSON)
            if pose is not None:
                out = paste(out, self._people[actor.number % len(self._people)], msgspec.structs.replace(pose, shadow=0.0))
        return lit(out, script.light, second, script.first)

    def _pose(self, actor: Actor, second: float, picture: Picture, size: float) -> Pose | None:
        place = actor.at(second)
        if place is None:
            return None
        rows, columns = picture.shape[:2]
        width = self.part.width(place[1]) * columns * actor.size * size
        return Pose(x=place[0] * columns, bottom=place[1] * rows, width=width, mirrored=actor.mirrored, tint=actor.tint)


def lit(picture: Picture, light: Light, second: float, seed: int) -> Picture:
    """The picture from a camera that shakes, in another light, with the sensor's noise, coded."""
    if light.shake:
        picture = _shaken(picture, light.shake, (seed, int(second)))
    gain = light.gain * (1 + light.swing * np.sin(2 * np.pi * second / light.period))
    if gain != 1.0 or light.noise:
        levels = picture.astype(np.float32) * np.float32(gain)
        if light.noise:
            levels += np.random.default_rng((seed, int(second))).normal(0, light.noise, levels.shape).astype(np.float32)
        picture = levels.clip(0, 255).astype(np.uint8)
    if light.jpeg is not None:
        coded = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, light.jpeg])[1]
        picture = np.asarray(cv2.imdecode(coded, cv2.IMREAD_COLOR), np.uint8)
    return picture


def _shaken(picture: Picture, most: int, seed: tuple[int, int]) -> Picture:
    x, y = np.random.default_rng(seed).integers(-most, most + 1, 2)
    move = np.array([[1, 0, x], [0, 1, y]], np.float32)
    size = (picture.shape[1], picture.shape[0])
    return np.asarray(cv2.warpAffine(picture, move, size, borderMode=cv2.BORDER_REPLICATE), np.uint8)
