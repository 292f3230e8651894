"""The benchmark of looking closely: what it shows to the model, and what it counts."""

from collections.abc import Sequence

import numpy as np

from bench.detectors.distance import measure
from config.sources import Zoom
from detectors.boxes import Box, Detection
from detectors.inference.port import Picture
from tests.fakes.footage import vtest


class Credulous:
    """Sees one car in the corner of every picture, whatever is there."""

    labels = ("car",)
    side = 416

    def __init__(self) -> None:
        self.shapes: list[tuple[int, ...]] = []

    def detect(self, pictures: Sequence[Picture]) -> list[tuple[Detection, ...]]:
        """One car for each."""
        self.shapes += [np.shape(picture) for picture in pictures]
        return [(Detection("car", 0.9, Box(0.0, 0.0, 0.04, 0.04)),) for _ in pictures]


def test_every_vehicle_is_shown_in_both_ways_and_nothing_is_found_by_chance() -> None:
    """Six vehicles each with its empty place: whole pictures first, then crops; a box that is elsewhere counts for nothing."""
    detector = Credulous()
    report = measure(detector, {"VTEST_AVI": str(vtest())}, _nobody, sizes=(20,), times=1, camera=384)
    never, auto = report.rows
    assert (never.zoom, auto.zoom) == (Zoom.NEVER, Zoom.AUTO)
    assert never.vehicles == auto.vehicles > 0
    assert detector.shapes == [(288, 384, 3)] * 2 * never.vehicles + [(416, 416, 3)] * 2 * auto.vehicles
    assert never.found == never.ghosts == auto.found == auto.ghosts == 0
    assert never.inputs == auto.inputs == 1


def _nobody(_: str) -> None:
    """Progress is for people."""
