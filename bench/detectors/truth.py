"""Labels of injected scenes, in the form that ``cityloop evaluate`` reads, and the camera that a scene is judged by."""

from collections.abc import Sequence
from typing import Any

from bench.detectors.part import Part
from bench.detectors.script import DWELL, Script
from config import moment
from config.moment import SECOND, Micros
from config.sources import SCENES, Camera, Zone
from detectors.evaluation.event import Tier

BEGIN: Micros = moment.parse("2026-03-02T08:00:00+08:00")
"""Event time of each scene's first picture: each has a camera of its own."""
SCENE = "illegal_parking"
ZONE = "zone"


def camera_of(script: Script, part: Part, rate: float) -> Camera:
    """The camera before which a script is played."""
    zone = Zone(id=ZONE, scene=SCENE, polygon=part.zone, dwell=round(DWELL * SECOND))
    return Camera(id=source_of(script), zones=(zone,), rate=rate, started_at=BEGIN)


def source_of(script: Script) -> str:
    """Its id."""
    return f"camera/{script.part}-{script.name}"


def labels_of(scripts: Sequence[Script]) -> list[dict[str, Any]]:
    """One line for each time that a vehicle stood, however short, and one for each scene: all of it was watched."""
    lines: list[dict[str, Any]] = []
    for script in scripts:
        source = source_of(script)
        lines += [
            {
                "source": source, "kind": SCENES[SCENE], "zone": ZONE, "since": _instant(one.since), "until": _instant(one.until),
                "dwell": f"{DWELL:.0f}s", "tier": Tier.INJECTED.value, "condition": script.condition,
            }
            for one in script.truth
        ]  # fmt: skip
        lines.append({"watch": source, "from": _instant(0), "to": _instant(int(script.seconds) + 1), "tier": Tier.INJECTED.value})
    return lines


def _instant(seconds: float) -> str:
    return moment.render(BEGIN + round(seconds * SECOND))
