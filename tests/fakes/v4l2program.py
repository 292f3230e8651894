"""Watches ``v4l2:/dev/video0`` while its camera is plugged in, changed, hung, pulled out and plugged in again; prints what was seen as JSON.

It runs with ``v4l2camera.c`` preloaded; ``V4L2_CAMERA`` names the file that is the plug.
"""

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path

from detectors.sources.device import DeviceReader
from detectors.sources.frame import SourceError
from detectors.sources.live import LiveSource
from detectors.sources.quiet import quiet_decoders
from tests.fakes.watching import next_frame, until, watching


def levels(source: LiveSource, wanted: Callable[[float], bool]) -> list[int]:
    """Shape and mean of the first frame of the wanted brightness."""
    while True:
        picture = next_frame(source).picture
        if wanted(float(picture.mean())):
            return list(picture.shape)


def main(plug: Path) -> dict[str, object]:
    """Live through it all."""
    quiet_decoders()
    seen: dict[str, object] = {}
    with watching("v4l2:/dev/video0") as source:
        assert until(lambda: source.failures > 0)
        seen["nothing there"] = source.fault
        plug.write_text("show 100")
        seen["dark"] = levels(source, lambda mean: mean < 150)
        plug.write_text("show 200")
        seen["bright"] = levels(source, lambda mean: mean > 150)
        plug.write_text("hang")
        assert until(lambda: source.fault is not None)
        seen["hung"] = source.fault
        plug.write_text("show 100")
        seen["goes on"] = levels(source, lambda mean: mean < 150)
        plug.unlink()
        assert until(lambda: source.fault is not None)
        seen["pulled out"] = source.fault
        plug.write_text("show 200")
        seen["back"] = levels(source, lambda mean: mean > 150)
        seen["connections"] = source.connections
    plug.write_text("large")
    try:
        DeviceReader("/dev/video0").read()
    except SourceError as error:
        seen["large"] = str(error)
    return seen


if __name__ == "__main__":
    json.dump(main(Path(os.environ["V4L2_CAMERA"])), sys.stdout)
