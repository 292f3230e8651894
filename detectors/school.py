"""The school: what teaches a zone from its kept crops, for the command and the console alike."""

from collections.abc import Sequence

import msgspec

from config.sources import Camera, Zone
from detectors.heads.head import Card, Head, Quality, Vector
from detectors.heads.labels import TAUGHT, UNLABELLED
from detectors.heads.store import HeadStore
from detectors.heads.suggest import suggest
from detectors.heads.teaching import Example, Refusal, RefusalKind, teach
from detectors.inference.port import FeatureExtractor
from detectors.sources.still import decode_still
from streams.clock import Clock


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
        refusal: why there is no new head; ``None`` where there is one, or none was to be made.
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
    refusal: RefusalKind | None = None
    told: str = ""
    suggested: tuple[str, ...] = ()


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
        refusal=result.kind if isinstance(result, Refusal) else None,
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


def most_useful(pupil: Pupil, pool: Sequence[Vector], most: int) -> list[int]:
    """Numbers of the crops of a pool that are most worth a label, the most useful first."""
    camera, zone, store = pupil.camera.id, pupil.zone.id, pupil.store
    known = [pupil.features(name, label) for name, label in store.examples(camera, zone).items() if label != UNLABELLED]
    return suggest(pool, known, store.current(camera, zone), most)


def rolled_back(pupil: Pupil, version: int) -> Lesson:
    """Put an earlier version in force again.

    Raises:
        LookupError: it was never kept; the message names those that were.
    """
    camera, zone, store = pupil.camera.id, pupil.zone.id, pupil.store
    head = store.roll_back(camera, zone, version)
    return Lesson(
        zone=zone, version=version, versions=store.versions(camera, zone), quality=head.card.quality,
        told=f"{zone}: version {version} is in force again.",
    )  # fmt: skip
