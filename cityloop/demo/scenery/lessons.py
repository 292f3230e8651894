"""Teaches the drawn cameras' heads at the demo's start, as an operator would: labelled crops, and the product's own teaching."""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np

from cityloop.demo.scenery.acts import ACTS, Act
from cityloop.demo.scenery.films import SEED, backdrop
from cityloop.demo.scenery.things import Canvas
from cityloop.demo.scenery.weather import LIGHTS, taken
from config.sources import Camera
from detectors.evidence.picture import encode
from detectors.heads.store import HeadStore
from detectors.inference.features import Backbone
from detectors.school import Lesson, Pupil, learn
from detectors.viewing import crop_of
from detectors.weights.cache import cache_folder, require
from streams.clock import Clock, system_clock

EACH = 8
"""Crops of each label: two in every light."""


def crops(act: Act, camera: Camera, behind: Canvas) -> Iterator[tuple[str, bytes]]:
    """Label and JPEG of each crop: other variants than the filmed one, in every light."""
    numbers = np.random.default_rng(SEED)
    lights = tuple(LIGHTS)
    for number in range(EACH):
        for label, there in zip(act.words, (True, False), strict=True):
            scene = act.drawn(behind, 1 + number, there=there)
            yield label, encode(crop_of(taken(scene, numbers, lights[number % len(lights)]), camera.zones[0]))


def teach_scenery(cameras: Mapping[str, Camera], heads: Path, clock: Clock = system_clock) -> tuple[str, ...]:
    """Teach the zone of every drawn camera that the city has; returns a sentence for each.

    Args:
        cameras: of the city, by id.
        heads: folder of the heads.
        clock: stamps them.

    Raises:
        ProblemsError: the model's weights are not in place.
        SourceError: the footage behind the drawings is not installed.
    """
    drawn = {act: camera for act in ACTS if (camera := cameras.get(f"camera/{act.camera}"))}
    if not drawn:
        return ()
    extractor, behind, store = Backbone(require(cache_folder(os.environ))), backdrop(), HeadStore(heads)
    pupils = {act: Pupil(camera, camera.zones[0], store, extractor) for act, camera in drawn.items()}
    return tuple(teach_act(act, pupil, behind, clock).told for act, pupil in pupils.items())


def teach_act(act: Act, pupil: Pupil, behind: Canvas, clock: Clock) -> Lesson:
    """Teach one drawn camera's zone."""
    for label, jpeg in crops(act, pupil.camera, behind):
        pupil.store.add(pupil.camera.id, act.zone, label, jpeg)
    return learn(pupil, clock, added=2 * EACH)
