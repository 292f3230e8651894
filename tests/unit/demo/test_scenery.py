"""The drawn cameras of the demo: what is drawn, filmed, written and taught."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from cityloop.demo.scenery.acts import ACTS, PICTURES, Act
from cityloop.demo.scenery.city import camera_file
from cityloop.demo.scenery.films import FILMED, pictures
from cityloop.demo.scenery.lessons import EACH, crops, teach_act, teach_scenery
from cityloop.demo.scenery.things import Canvas
from cityloop.demo.scenery.weather import LIGHTS, passer_by, taken
from config.camerafile import load_camera
from config.sources import Camera
from detectors.heads.labels import TAUGHT
from detectors.heads.store import HeadStore
from detectors.school import Pupil
from detectors.viewing import crop_of
from tests.fakes.painting import PaintedFeatures

GREY: Canvas = np.full((68, 160, 3), 128, np.uint8)
EVERY = pytest.mark.parametrize("act", ACTS, ids=[act.camera for act in ACTS])


def camera_of(act: Act, folder: Path) -> Camera:
    """The act's camera as its file says."""
    file = folder / "camera.yaml"
    file.write_text(camera_file(act, folder / "clip.mp4"), encoding="utf-8")
    return load_camera(file)


@EVERY
def test_the_same_variant_is_drawn_alike_and_another_is_not(act: Act) -> None:
    """A film and its lessons are the same in every run, and no crop that is taught is the filmed one."""
    assert (act.drawn(GREY, FILMED, there=True) == act.drawn(GREY, FILMED, there=True)).all()
    assert (act.drawn(GREY, FILMED, there=True) != act.drawn(GREY, 1, there=True)).any()
    assert (GREY == 128).all()


@EVERY
def test_the_thing_is_drawn_into_its_zone(act: Act, tmp_path: Path) -> None:
    """With and without the thing pictures differ, nearly all of it inside the zone's crop."""
    camera = camera_of(act, tmp_path)
    differs = (act.drawn(GREY, 3, there=True) != act.drawn(GREY, 3, there=False)).any(2)
    inside = crop_of(differs[:, :, None].astype(np.uint8), camera.zones[0])
    assert differs.sum() > 100
    assert inside.sum() > 0.95 * differs.sum()


@EVERY
def test_the_camera_file_can_be_read(act: Act, tmp_path: Path) -> None:
    """What is written is what the reader of cameras takes; its scene is one to teach, and its words are labels of it."""
    camera = camera_of(act, tmp_path)
    assert camera.id == f"camera/{act.camera}"
    assert camera.zones[0].scene == act.scene
    labels = TAUGHT[act.scene]
    assert [labels.meaning(word) for word in act.words] == [True, False]


@EVERY
def test_a_film_begins_and_ends_without_the_thing(act: Act) -> None:
    """So an alert has its end before the film begins anew; the film is the same every time."""
    film = list(pictures(act, GREY))
    assert len(film) == PICTURES
    assert 0 < act.first < act.last < PICTURES - 8
    assert all((one == other).all() for one, other in zip(film, pictures(act, GREY), strict=True))


def test_light_and_noise_leave_the_scene_alone() -> None:
    """Dusk is darker and bright brighter; the noise is small, and the scene itself is not touched."""
    scene = GREY.copy()
    means = {light: taken(scene, np.random.default_rng(1), light).mean() for light in LIGHTS}
    assert means["dusk"] < means["rain"] < means["day"] < means["bright"]
    assert abs(means["day"] - 128) < 1
    assert (scene == GREY).all()


def test_a_passer_by_is_dark_and_somewhere() -> None:
    """Somebody at the right darkens the right half and leaves the left as it was."""
    walked = passer_by(GREY, 0.8)
    assert walked[:, 100:].mean() < 125
    assert (walked[:, :80] == GREY[:, :80]).all()


@EVERY
def test_lessons_are_labelled_crops_that_teach_a_head(act: Act, tmp_path: Path) -> None:
    """Each label has its crops, all different; the product's teaching makes a head of them, or says why not."""
    camera = camera_of(act, tmp_path)
    given = list(crops(act, camera, GREY))
    assert [label for label, _ in given] == [*act.words] * EACH
    assert len({jpeg for _, jpeg in given}) == 2 * EACH
    assert cv2.imdecode(np.frombuffer(given[0][1], np.uint8), cv2.IMREAD_COLOR) is not None
    lesson = teach_act(act, Pupil(camera, camera.zones[0], HeadStore(tmp_path / "heads"), PaintedFeatures()), GREY, lambda: 0)
    assert lesson.examples == dict.fromkeys(act.words, EACH)


def test_a_city_without_drawn_cameras_is_taught_nothing(tmp_path: Path) -> None:
    """A city of the user's own needs neither model nor footage for that."""
    assert teach_scenery({}, tmp_path) == ()
