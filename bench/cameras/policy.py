"""What is compared, and what is made of what was used: processor time by camera and second, beside the raw inference alone."""

import msgspec

from config.sources import Point

LOAD = 0.7
"""Part of a core that is planned with: the rest is for peaks."""
WHOLE: tuple[Point, ...] = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))
BAY: tuple[Point, ...] = ((0.82, 0.06), (1.0, 0.06), (1.0, 0.2), (0.82, 0.2))
"""Where two vehicles are parked in Debian's surveillance clip, while people walk past them."""


class Policy(msgspec.Struct, frozen=True, kw_only=True):
    """One way to judge a camera.

    Attributes:
        name: in reports.
        rate: looks a second.
        keyframes: whether only the stream's keyframes are decoded.
        mosaic: whether the zones of several cameras share an input of the model.
        zone: where a change makes the model be asked.
        cameras: how many are simulated.
    """

    name: str
    rate: float
    keyframes: bool
    mosaic: bool = False
    zone: tuple[Point, ...] = BAY
    cameras: int


POLICIES = (
    Policy(name="full-decode-5hz-motion", rate=5.0, keyframes=False, zone=WHOLE, cameras=2),
    Policy(name="full-decode-1hz-zones", rate=1.0, keyframes=False, cameras=4),
    Policy(name="keyframes-0.5hz-zones", rate=0.5, keyframes=True, cameras=20),
    Policy(name="keyframes-0.2hz-zones", rate=0.2, keyframes=True, cameras=60),
    Policy(name="keyframes-0.2hz-mosaic", rate=0.2, keyframes=True, mosaic=True, cameras=60),
)
"""From the whole stream and the whole picture whenever something moves in it, as Frigate does, to the least that a slow scene needs."""


class Used(msgspec.Struct, frozen=True, kw_only=True):
    """What one policy used.

    Attributes:
        camera_seconds: cameras times seconds of their streams.
        cpu_seconds: processor time for everything: decoding, health, gate, model, scenes.
        model_seconds: the model's part of it, with scaling its input and reading its answer.
        looks: frames judged.
        asked: frames for which the model was asked.
        inputs: given to the model.
    """

    camera_seconds: float
    cpu_seconds: float
    model_seconds: float
    looks: int
    asked: int
    inputs: int


class PolicyReport(msgspec.Struct, frozen=True, kw_only=True):
    """One policy's figures.

    Attributes:
        name: the policy.
        cameras_per_core: at 70 % load of a core, with the clip's motion.
        of_ceiling: what part of its processor time is raw inference, 0 to 1: the share of the ceiling that is reached.
        ceiling_cameras_per_core: if its raw inferences were all that cost anything; ``None`` when it made none.
        busy_cameras_per_core: if something changed in every look, so that the gate saved nothing.
        cpu_ms_per_camera_second: processor time.
        looks_per_camera_second: effective rate.
        asked: part of the looks for which the model was asked.
        inputs_per_camera_second: given to the model.
    """

    name: str
    cameras_per_core: float
    of_ceiling: float
    ceiling_cameras_per_core: float | None
    busy_cameras_per_core: float
    cpu_ms_per_camera_second: float
    looks_per_camera_second: float
    asked: float
    inputs_per_camera_second: float


class CamerasReport(msgspec.Struct, frozen=True, kw_only=True):
    """Every policy's figures.

    Attributes:
        policies: as measured, in the order of :data:`POLICIES`.
        clip: what the cameras showed.
        load: part of a core that is planned with.
        raw_inference_ms: processor time of the model alone on one input, in the same run.
        seconds: of each camera's stream.
    """

    policies: tuple[PolicyReport, ...]
    clip: str
    load: float
    raw_inference_ms: float
    seconds: float


def report_of(policy: Policy, used: Used, raw: float) -> PolicyReport:
    """A policy's figures from what it used and the seconds of a raw inference."""
    each = used.cpu_seconds / used.camera_seconds
    inputs = used.inputs / used.camera_seconds
    question = used.model_seconds / used.asked if used.asked else raw
    busy = each + (used.looks - used.asked) * question / used.camera_seconds
    return PolicyReport(
        name=policy.name,
        cameras_per_core=round(LOAD / each, 1),
        of_ceiling=round(min(1.0, inputs * raw / each), 3),
        ceiling_cameras_per_core=round(LOAD / (inputs * raw), 1) if inputs else None,
        busy_cameras_per_core=round(LOAD / busy, 1),
        cpu_ms_per_camera_second=round(each * 1000, 3),
        looks_per_camera_second=round(used.looks / used.camera_seconds, 3),
        asked=round(used.asked / used.looks, 3) if used.looks else 0.0,
        inputs_per_camera_second=round(inputs, 4),
    )
