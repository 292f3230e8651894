"""What ``cityloop teach`` does: crops in, a head or a reason out."""

import os
from pathlib import Path

import msgspec

from config.camerafile import load_camera
from config.problem import Problem, ProblemsError
from config.sources import Camera, Zone
from config.suggest import did_you_mean
from detectors.heads.head import Card, Head, Quality, Vector
from detectors.heads.labels import TAUGHT, Labels
from detectors.heads.store import HeadStore
from detectors.heads.suggest import suggest
from detectors.heads.teaching import Example, Refusal, teach
from detectors.inference.features import Backbone
from detectors.inference.port import FeatureExtractor
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


class Lesson(msgspec.Struct, frozen=True, kw_only=True):
    """What came of it.

    Attributes:
        zone: the zone.
        added: crops taken in now.
        examples: crops of each label, all told.
        version: of the head in force; ``None`` without one.
        versions: every one that was kept.
        quality: of the head in force, on crops that it had not seen; or of the refused one.
        refused: whether a head was made and refused.
        told: the result in a sentence.
        suggested: crops most worth a label.
    """

    zone: str
    added: int = 0
    examples: dict[str, int] = {}
    version: int | None = None
    versions: tuple[int, ...] = ()
    quality: Quality | None = None
    refused: bool = False
    told: str = ""
    suggested: tuple[str, ...] = ()


def heads_beside(camera_file: Path) -> Path:
    """Where the heads of a camera are kept when nobody says otherwise."""
    return camera_file.parent / "heads"


class Pupil(msgspec.Struct, frozen=True):
    """A zone that is taught, with where its crops are kept and what gives their features."""

    camera: Camera
    zone: Zone
    store: HeadStore
    extractor: FeatureExtractor

    def features(self, name: str, label: str) -> Vector:
        """The features of a kept crop, computed once."""
        known = self.store.features(self.camera.id, self.zone.id, self.extractor.name, name)
        if known is not None:
            return known
        computed = self.extractor.features(decode_still(self.store.picture(self.camera.id, self.zone.id, name, label), name))
        self.store.keep_features(self.camera.id, self.zone.id, self.extractor.name, name, computed)
        return computed


def run_teaching(request: Request, clock: Clock = system_clock) -> Lesson:
    """Do what was asked.

    Raises:
        ProblemsError: the camera, the zone, the label, a crop or a version is wrong; every fault is in it.
    """
    camera = load_camera(request.camera)
    zone = _zone(camera, request)
    store = HeadStore(request.heads or heads_beside(request.camera))
    if request.roll_back is not None:
        return _rolled_back(camera, zone, store, request.roll_back)
    pictures = _pictures(request, TAUGHT[zone.scene])
    pupil = Pupil(camera, zone, store, Backbone(require(cache_folder(os.environ))))
    if request.suggest:
        return _suggested(pupil, pictures, request.suggest)
    for raw in pictures.values():
        assert request.label is not None  # noqa: S101  # The command has made sure.
        store.add(camera.id, zone.id, request.label, raw)
    return learn(pupil, clock, added=len(pictures))


def learn(pupil: Pupil, clock: Clock, *, added: int = 0) -> Lesson:
    """Teach a zone from all its kept crops; a refused head leaves the one in force where it is."""
    camera, zone, store, extractor = pupil.camera, pupil.zone, pupil.store, pupil.extractor
    labels = TAUGHT[zone.scene]
    kept = store.examples(camera.id, zone.id)
    examples = [
        Example(name, pupil.features(name, label), bool(labels.meaning(label)))
        for name, label in kept.items()
        if labels.meaning(label) is not None
    ]
    versions = store.versions(camera.id, zone.id)
    result = teach(examples, scene=zone.scene, backbone=extractor.name, version=max(versions, default=0) + 1, at=clock())
    if isinstance(result, Head):
        store.keep(camera.id, zone.id, result)
    in_force = store.current(camera.id, zone.id)
    card = in_force.card if in_force is not None else None
    return Lesson(
        zone=zone.id,
        added=added,
        examples={label: list(kept.values()).count(label) for label in sorted(set(kept.values()))},
        version=card.version if card is not None else None,
        versions=store.versions(camera.id, zone.id),
        quality=result.card.quality if isinstance(result, Head) else result.quality,
        refused=isinstance(result, Refusal) and result.quality is not None,
        told=_told(zone, result.card if isinstance(result, Head) else result, card),
    )


def _told(zone: Zone, result: Card | Refusal, in_force: Card | None) -> str:
    if isinstance(result, Refusal):
        still = "it stays untaught" if in_force is None else f"version {in_force.version} stays in force"
        return f"{zone.id}: {result.reason} {result.advice} Until then {still}."
    quality = result.quality
    return (
        f"{zone.id}: version {result.version}, right in {quality.balanced_accuracy:.0%} of crops that it had not seen "
        f"(balanced, 95 % interval {quality.interval[0]:.0%} to {quality.interval[1]:.0%}; {quality.there} + {quality.absent} crops)."
    )


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
    camera, zone, store = pupil.camera.id, pupil.zone.id, pupil.store
    known = [pupil.features(name, label) for name, label in store.examples(camera, zone).items()]
    pool = {path: pupil.extractor.features(decode_still(raw, path.name)) for path, raw in pictures.items()}
    chosen = suggest(list(pool.values()), known, store.current(camera, zone), most)
    paths = list(pool)
    return Lesson(
        zone=zone,
        versions=store.versions(camera, zone),
        suggested=tuple(str(paths[number]) for number in chosen),
        told=f"{zone}: {len(chosen)} of {len(paths)} crops are most worth a label: unsure ones, unlike each other and those labelled.",
    )


def _rolled_back(camera: Camera, zone: Zone, store: HeadStore, version: int) -> Lesson:
    try:
        head = store.roll_back(camera.id, zone.id, version)
    except LookupError as error:
        raise ProblemsError([Problem(file="--roll-back", what=f"{error.args[0]}.", fix="Name one of these.")]) from None
    return Lesson(
        zone=zone.id, version=version, versions=store.versions(camera.id, zone.id), quality=head.card.quality,
        told=f"{zone.id}: version {version} is in force again.",
    )  # fmt: skip
