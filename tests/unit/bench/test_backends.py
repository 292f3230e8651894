"""The benchmark of what runs the model."""

import importlib.util
import os

import pytest

from bench.detectors.backends import EXACT, NAMES, measure
from bench.detectors.footage import NoFootageError
from tests.fakes.footage import real_model, vtest


def test_every_backend_has_its_row() -> None:
    """Those that are here are measured beside onnxruntime, which agrees with itself; the others say what is missing."""
    real_model()
    report = measure({**os.environ, "VTEST_AVI": str(vtest())}, lambda _: None, pictures=1)
    assert tuple(row.name for row in report.rows) == NAMES
    assert report.pictures == 1
    exact = report.rows[0]
    assert (exact.name, exact.of_exact, exact.found, exact.true) == (EXACT, 1.0, 1.0, 1.0)
    for row in report.rows:
        assert (row.absent is None) is (row.cpu_ms is not None)
        assert row.absent is not None or row.things == exact.things
    opencv, openvino = report.rows[NAMES.index("opencv")], report.rows[NAMES.index("openvino")]
    assert opencv.found == 1.0
    if importlib.util.find_spec("openvino") is None:
        assert openvino.absent is not None
        assert "cityloop[openvino]" in openvino.absent


def test_without_the_clip_there_is_nothing_to_show() -> None:
    """The missing file is named."""
    with pytest.raises(NoFootageError, match=r"vtest\.avi is left out: /nowhere/clip\.avi is not here"):
        measure({"VTEST_AVI": "/nowhere/clip.avi"}, lambda _: None)
