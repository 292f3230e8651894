"""Footage for an eight-bit model: what is measured on is never what it is held against."""

from pathlib import Path

import numpy as np
import pytest

from cityloop import calibration
from cityloop.calibration import street_footage
from config.problem import ProblemsError
from detectors.inference.port import Picture
from tests.fakes.footage import write_video


def film(path: Path, first: int, count: int = 8) -> Path:
    """A film that becomes lighter by ten levels a frame."""
    return write_video(path, [np.full((32, 32, 3), first + 10 * number, np.uint8) for number in range(count)])


def levels(pictures: tuple[Picture, ...]) -> list[int]:
    """Mean level of each, to the ten."""
    return [10 * round(float(picture.mean()) / 10) for picture in pictures]


def test_the_second_half_of_each_film_is_held_out(tmp_path: Path) -> None:
    """Nothing between two measured frames is held out: neighbours are nearly the same picture."""
    frames = street_footage([film(tmp_path / "a.avi", 0), film(tmp_path / "b.avi", 100)], count=8)
    assert levels(frames.measured) == [0, 10, 20, 30, 100, 110, 120, 130]
    assert levels(frames.held_out) == [40, 50, 60, 70, 140, 150, 160, 170]


def test_films_that_are_held_out_are_not_measured_on(tmp_path: Path) -> None:
    """The whole of the others is measured on then."""
    frames = street_footage([film(tmp_path / "a.avi", 0)], [film(tmp_path / "b.avi", 100)], count=4)
    assert levels(frames.measured) == [0, 20, 40, 60]
    assert levels(frames.held_out) == [100, 120, 140, 160]


def test_a_film_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    """Whether it was to be measured on or held out."""
    good, none = film(tmp_path / "a.avi", 0), tmp_path / "none.avi"
    for videos, held_out in (([none], []), ([good], [none])):
        with pytest.raises(ProblemsError, match=r"none\.avi"):
            street_footage(videos, held_out)


def test_without_footage_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """No model is made of nothing."""
    monkeypatch.setattr(calibration, "known_footage", list)
    with pytest.raises(ProblemsError, match="no street footage"):
        street_footage()
