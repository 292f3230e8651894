"""What the role ``cameras`` makes of ``CITYLOOP_CROPS``: from the variable to crops in the folder that the console labels."""

from pathlib import Path

import numpy as np
import pytest

from cityloop.roles.cameras import _lessons
from config.moment import SECOND
from config.settings import Settings, read_settings
from config.sources import Camera, Zone
from detectors.heads.store import HeadStore
from detectors.scenes.port import Look
from tests.fakes.footage import real_model
from tests.fakes.painting import SQUARE, paint

BIN = Zone(id="bin-1", scene="bin_overflow", polygon=SQUARE)
YARD = Camera(id="camera/yard", zones=(BIN,))
GATE = Camera(id="camera/gate", zones=(Zone(id="bay", scene="illegal_parking", polygon=SQUARE),))


def settings(tmp_path: Path, crops: str | None) -> Settings:
    """The role's settings as a process reads them."""
    given = {"CITYLOOP_DATA": str(tmp_path), **({} if crops is None else {"CITYLOOP_CROPS": crops})}
    return read_settings(given)


def look(number: int) -> Look:
    """A look at the bin, unlike the others, an hour after the last one."""
    features = np.zeros(9, np.float32)
    features[number] = 1.0
    return Look(at=number * 3600 * SECOND, crop=paint(light=40 + 20 * number), features=features)


@pytest.mark.parametrize(("crops", "kept"), [("2", 2), ("4", 4)])
def test_a_process_gathers_as_many_crops_as_it_is_told(tmp_path: Path, crops: str, kept: int) -> None:
    """Of six worthy looks so many are kept as may wait for a label, in the data folder's heads, where the console looks."""
    real_model()
    asked = settings(tmp_path, crops)
    gather = _lessons(asked, [YARD])[YARD.id].gather
    assert gather is not None
    assert [bool(gather(BIN, look(number), None)) for number in range(6)] == [True] * kept + [False] * (6 - kept)
    assert len(HeadStore(asked.heads_folder).examples(YARD.id, BIN.id)) == kept


@pytest.mark.parametrize("crops", [None, "0"])
def test_without_the_setting_nothing_is_gathered(tmp_path: Path, crops: str | None) -> None:
    """The zone is judged by its head all the same."""
    real_model()
    lessons = _lessons(settings(tmp_path, crops), [YARD])[YARD.id]
    assert lessons.gather is None
    assert lessons.head_of(BIN.id) is None


def test_a_camera_without_zones_to_teach_has_no_lessons(tmp_path: Path) -> None:
    """Only the camera with a bin has some; where there is none, the backbone is not even opened."""
    assert _lessons(settings(tmp_path, "5"), [GATE]) == {}
    real_model()
    assert set(_lessons(settings(tmp_path, "5"), [GATE, YARD])) == {YARD.id}
