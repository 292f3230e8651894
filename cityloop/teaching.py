"""What ``cityloop teach`` does: crops in, a head or a reason out."""

import os
from pathlib import Path

import msgspec

from config.camerafile import load_camera
from config.problem import Problem, ProblemsError
from config.sources import Camera, Zone
from config.suggest import did_you_mean
from detectors.heads.labels import TAUGHT, Labels
from detectors.heads.store import HeadStore
from detectors.inference.features import Backbone
from detectors.inference.late import Late
from detectors.school import Lesson, Pupil, learn, most_useful, rolled_back
from detectors.sources.frame import SourceError
from detectors.sources.still import decode_still
from detectors.weights.cache import cache_folder, require
from streams.clock import Clock, system_clock


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """What was asked for; see ``cityloop teach --help``."""

    camera: Path
    zone: str
    crops: tuple[Path, ...] = ()
    label: str | None = None
    suggest: int = 0
    roll_back: int | None = None
    heads: Path | None = None


def heads_beside(camera_file: Path) -> Path:
    """Where the heads of a camera are kept when nobody says otherwise."""
    return camera_file.parent / "heads"


def run_teaching(request: Request, clock: Clock = system_clock) -> Lesson:
    """Do what was asked.

    Raises:
        ProblemsError: the camera, the zone, the label, a crop or a version is wrong; every fault is in it.
    """
    camera, zone = _asked(request)
    store = HeadStore(request.heads or heads_beside(request.camera))
    pupil = Pupil(camera, zone, store, Late(lambda: Backbone(require(cache_folder(os.environ)))))
    if request.roll_back is not None:
        try:
            return rolled_back(pupil, request.roll_back)
        except LookupError as error:
            raise ProblemsError(
                [
                    Problem(
                        file="--roll-back",
                        what=f"{error.args[0]}.",
                        fix="Name one of these." if store.versions(camera.id, zone.id) else "Teach one first.",
                    )
                ]
            ) from None
    pictures = _pictures(request, TAUGHT[zone.scene])
    if request.suggest:
        return _suggested(pupil, pictures, request.suggest)
    for raw in pictures.values():
        assert request.label is not None  # noqa: S101  # Crops without a label were refused above.
        store.add(camera.id, zone.id, request.label, raw)
    return learn(pupil, clock, added=len(pictures))


def _asked(request: Request) -> tuple[Camera, Zone]:
    """The camera and its zone; the problems of both and of what the arguments ask for, together."""
    problems = _objections(request)
    try:
        camera = load_camera(request.camera)
        zone = _zone(camera, request)
    except ProblemsError as error:
        raise ProblemsError([*error.problems, *problems]) from None
    if problems:
        raise ProblemsError(problems)
    return camera, zone


def _objections(request: Request) -> list[Problem]:
    """What of the arguments does not go together: each of the three acts would pass over those of the others in silence."""
    there = {"--label": request.label is not None, "--suggest": request.suggest > 0, "--roll-back": request.roll_back is not None}
    given = [name for name, is_given in there.items() if is_given]
    if len(given) > 1:
        return [Problem(file=given[1], what=f"it contradicts {given[0]}.", fix="Do one after the other.")]
    if not given:
        fix = "Write --label full, or --label ok."
        return [Problem(file="--label", what="the crops have no label.", fix=fix)] if request.crops else []
    if given == ["--roll-back"]:
        fix = "Leave them out, or add them with --label first."
        return [Problem(file="--roll-back", what="it takes no crops.", fix=fix)] if request.crops else []
    if not request.crops:
        return [Problem(file=given[0], what="there are no crops to look at.", fix="Name JPEG or PNG pictures of the zone.")]
    return []


def _zone(camera: Camera, request: Request) -> Zone:
    zones = {zone.id: zone for zone in camera.zones}
    if request.zone not in zones:
        problem = Problem(file=str(request.camera), what=f"it has no zone {request.zone!r}.", fix=did_you_mean(request.zone, zones))
        raise ProblemsError([problem])
    zone = zones[request.zone]
    if zone.scene not in TAUGHT:
        what = f"zone {zone.id!r} is judged for {zone.scene}, which needs no teaching."
        raise ProblemsError([Problem(file=str(request.camera), what=what, fix=f"Scenes to teach: {', '.join(TAUGHT)}.")])
    return zone


def _pictures(request: Request, labels: Labels) -> dict[Path, bytes]:
    """The crops, each checked to be a picture; every fault is told."""
    problems: list[Problem] = []
    if request.label is not None and labels.meaning(request.label) is None:
        words = [*labels.there, *labels.absent]
        problems.append(
            Problem(file="--label", what=f"{request.label!r} is no label of this scene.", fix=did_you_mean(request.label, words))
        )
    found: dict[Path, bytes] = {}
    for path in request.crops:
        try:
            raw = path.read_bytes()
            decode_still(raw, path.name)
            found[path] = raw
        except (OSError, SourceError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            problems.append(Problem(file=str(path), what=f"this crop cannot be used: {reason}.", fix="Give JPEG or PNG pictures."))
    if problems:
        raise ProblemsError(problems)
    return found


def _suggested(pupil: Pupil, pictures: dict[Path, bytes], most: int) -> Lesson:
    pool = [pupil.extractor.features(decode_still(raw, path.name)) for path, raw in pictures.items()]
    chosen, paths, zone = most_useful(pupil, pool, most), list(pictures), pupil.zone.id
    return Lesson(
        zone=zone,
        versions=pupil.store.versions(pupil.camera.id, zone),
        suggested=tuple(str(paths[number]) for number in chosen),
        told=f"{zone}: {len(chosen)} of {len(paths)} crops are most worth a label: unsure ones, unlike each other and those labelled.",
    )
