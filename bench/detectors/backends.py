"""``cityloop bench models``: what runs the model, side by side: processor time of a picture, and whether the same things are found."""

import time
from collections.abc import Callable, Mapping, Sequence

import msgspec
import numpy as np

from bench.detectors.footage import NoFootageError, find_clips
from config.problem import ProblemsError
from config.settings import Settings
from detectors.boxes import Detection
from detectors.inference.agreement import compare
from detectors.inference.opening import open_detector
from detectors.inference.port import Picture
from detectors.sources.clip import Clip

EXACT = "onnxruntime"
"""What the others are compared with."""
NAMES = (EXACT, "int8", "openvino", "opencv")
"""The backends that run the default model (ultralytics has weights of its own)."""
ROUNDS = 3
"""The pictures are looked at so often, backends in turn, so that a machine that becomes slower does so for all."""


class BackendRow(msgspec.Struct, frozen=True, kw_only=True):
    """One backend.

    Attributes:
        name: as ``CITYLOOP_INFERENCE`` has it.
        absent: why it is not measured; ``None`` when it is.
        cpu_ms: processor time of a picture, with scaling it and reading the answer: the median.
        of_exact: the same beside :data:`EXACT`.
        found: share of the things that the exact model is sure of that this one finds (``cityloop weights --int8`` has the bounds).
        true: share of its own that the exact one finds.
        things: that the exact model was sure of.
    """

    name: str
    absent: str | None = None
    cpu_ms: float | None = None
    of_exact: float | None = None
    found: float | None = None
    true: float | None = None
    things: int | None = None


class ModelsReport(msgspec.Struct, frozen=True, kw_only=True):
    """All of them, and the pictures that each was shown."""

    rows: tuple[BackendRow, ...]
    pictures: int


class _Run(msgspec.Struct):
    """What one backend found in each picture, and the processor seconds of every look."""

    found: list[tuple[Detection, ...]]
    seconds: list[float]


def measure(environment: Mapping[str, str], progress: Callable[[str], None], *, pictures: int = 20) -> ModelsReport:
    """Show the same pictures to every backend that is here.

    Args:
        environment: may name the clip, and says where the user's cache is.
        progress: is told what is being done.
        pictures: of the clip, spread over its length.

    Raises:
        NoFootageError: the clip is not on this machine.
        ProblemsError: the default model is not in place.
    """
    clips, absent = find_clips(environment)
    if "vtest" not in clips:
        raise NoFootageError("; ".join(absent))
    shown = _spread(Clip(clips["vtest"]), pictures)
    detectors, missing = {EXACT: open_detector(Settings(inference=EXACT), environment)}, dict[str, str]()
    for name in NAMES[1:]:
        try:
            detectors[name] = open_detector(Settings(inference=name), environment)
        except ProblemsError as error:
            missing[name] = f"{error.problems[0].what} {error.problems[0].fix}"
    runs = {name: _Run([], []) for name in detectors}
    for turn in range(ROUNDS):
        for name, detector in detectors.items():
            progress(f"{name}, {turn + 1} of {ROUNDS}")
            runs[name].found = [_timed(detector.detect, picture, runs[name].seconds) for picture in shown]
    rows = tuple(BackendRow(name=name, absent=missing[name]) if name in missing else _row(name, runs) for name in NAMES)
    return ModelsReport(rows=rows, pictures=len(shown))


def _spread(clip: Clip, count: int) -> list[Picture]:
    found = [clip.frame(clip.duration() * (number + 0.5) / count) for number in range(count)]
    return [picture for picture in found if picture is not None]


def _timed(
    detect: Callable[[Sequence[Picture]], list[tuple[Detection, ...]]], picture: Picture, seconds: list[float]
) -> tuple[Detection, ...]:
    begun = time.process_time()
    found = detect([picture])[0]
    seconds.append(time.process_time() - begun)
    return found


def _row(name: str, runs: Mapping[str, _Run]) -> BackendRow:
    own, exact = (float(np.median(runs[one].seconds)) for one in (name, EXACT))
    agreement = compare(runs[EXACT].found, runs[name].found)
    return BackendRow(
        name=name, cpu_ms=round(1000 * own, 1), of_exact=round(own / max(exact, 1e-9), 2),
        found=agreement.found, true=agreement.true, things=agreement.things,
    )  # fmt: skip
