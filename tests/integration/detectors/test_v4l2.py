"""Video4Linux through OpenCV's own code, against a camera that a preloaded library plays: build machines' kernels have none."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

LIBRARY = Path(__file__).parents[2] / "fakes" / "v4l2camera.c"
GONE = "/dev/video0: the camera gives no picture any more"
ABSENT = "/dev/video0: no camera can be opened there (is it plugged in, may this user read it, does another program have it?)"


def played(folder: Path) -> Path:
    """The library; the test is skipped where it cannot be made."""
    compiler = shutil.which("cc")
    if compiler is None or sys.platform != "linux":
        pytest.skip("no C compiler here, or no Linux (Debian: gcc, libc6-dev)")
    library = folder / "v4l2camera.so"
    done = subprocess.run(
        [compiler, "-Wall", "-Werror", "-shared", "-fPIC", "-o", str(library), str(LIBRARY), "-ldl"],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        pytest.skip(f"the C compiler here makes no library of {LIBRARY.name}: {done.stderr.splitlines()[:1]}")
    return library


@pytest.mark.slow
def test_a_device_from_plug_to_plug(tmp_path: Path) -> None:
    """A camera of this machine that is not there, comes, changes, hangs, is pulled out and plugged in again; one with giant pictures."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.fakes.v4l2program"],
        env={
            **os.environ,
            "LD_PRELOAD": str(played(tmp_path)),
            "V4L2_CAMERA": str(tmp_path / "plug"),
            "OPENCV_VIDEOIO_V4L_SELECT_TIMEOUT": "1",  # Seconds; OpenCV's own default is ten.
        },
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {
        "nothing there": ABSENT,
        "dark": [48, 64, 3],
        "bright": [48, 64, 3],
        "hung": GONE,
        "goes on": [48, 64, 3],
        "pulled out": GONE,
        "back": [48, 64, 3],
        "connections": 3,
        "large": "/dev/video0: pictures of 8000 x 8000 are too large",
    }
