"""What is known of a zone that is taught."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Annotated

import msgspec

from config.moment import to_datetime
from config.sources import Camera, Zone
from detectors.heads.head import Card, Head, Quality
from detectors.heads.labels import TAUGHT, UNLABELLED
from detectors.heads.teaching import RefusalKind

Label = Annotated[str, msgspec.Meta(min_length=1, max_length=40)]


class Words(msgspec.Struct, frozen=True, kw_only=True):
    """Labels that say that it is so, and labels that say that it is not."""

    there: tuple[str, ...]
    absent: tuple[str, ...]


class QualityShape(msgspec.Struct, frozen=True, kw_only=True):
    """How good a head is on crops that it had not seen.

    Attributes:
        balanced_accuracy: mean of recall and specificity; 0.5 is chance.
        low: lower end of its 95 % interval.
        high: upper end of it.
        there: crops that show the thing.
        absent: crops that do not.
    """

    balanced_accuracy: float
    low: float
    high: float
    there: int
    absent: int


class HeadShape(msgspec.Struct, frozen=True, kw_only=True):
    """A kept version of a zone's head."""

    version: int
    taught_at: datetime
    quality: QualityShape


class ZoneShape(msgspec.Struct, frozen=True, kw_only=True):
    """A zone that can be taught, in a list.

    Attributes:
        camera: its id.
        name: the camera's name.
        zone: the zone's id.
        scene: what it is judged for.
        version: of the head in force; null while the zone is untaught.
        quality: of the head in force.
        labelled: crops with a label.
        unlabelled: crops that wait for one.
    """

    camera: str
    name: str
    zone: str
    scene: str
    version: int | None
    quality: QualityShape | None
    labelled: int
    unlabelled: int


class ZoneList(msgspec.Struct, frozen=True, kw_only=True):
    """Every zone that the caller may teach, by camera."""

    items: tuple[ZoneShape, ...]


class TeachingShape(msgspec.Struct, frozen=True, kw_only=True):
    """A zone's lessons.

    Attributes:
        camera: its id.
        name: the camera's name.
        zone: the zone's id.
        scene: what it is judged for.
        words: the labels that a crop may have.
        examples: number of kept crops by label; ``unlabelled`` are those that wait for one.
        version: of the head in force; null while the zone is untaught.
        versions: every version that was kept.
        taught_at: when the head in force was taught.
        quality: of the head in force.
        heads: every version, ascending.
        suggestions: names (SHA-256) of unlabelled crops that are most worth a label, the most useful first.
    """

    camera: str
    name: str
    zone: str
    scene: str
    words: Words
    examples: dict[str, int]
    version: int | None
    versions: tuple[int, ...]
    taught_at: datetime | None
    quality: QualityShape | None
    heads: tuple[HeadShape, ...]
    suggestions: tuple[str, ...]


class LessonShape(msgspec.Struct, frozen=True, kw_only=True):
    """What came of a teaching or of going back.

    Attributes:
        version: of the head in force; null while the zone is untaught.
        versions: every version that was kept.
        taught: whether a new head came into force.
        refusal: why it did not; null where it did, and for going back.
        quality: of the head, or of the one that was refused.
        told: the result in a sentence.
    """

    version: int | None
    versions: tuple[int, ...]
    taught: bool
    refusal: RefusalKind | None
    quality: QualityShape | None
    told: str


class Cut(StrEnum):
    """What is kept of a picture that is sent: all of it, or the zone's part of it, as the cameras cut it out."""

    NONE = "none"
    ZONE = "zone"


class CropReceipt(msgspec.Struct, frozen=True, kw_only=True):
    """A crop that was kept.

    Attributes:
        name: SHA-256 of its bytes.
        label: its label.
        width: pixels.
        height: pixels.
    """

    name: str
    label: str
    width: int
    height: int


class CropLabel(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The label of a kept crop."""

    label: Label


class RollBackRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which version comes into force again."""

    version: Annotated[int, msgspec.Meta(ge=1, le=1_000_000)]


def teaching_shape(
    camera: Camera, zone: Zone, *, examples: Mapping[str, str], head: Head | None, cards: tuple[Card, ...], suggestions: tuple[str, ...]
) -> TeachingShape:  # fmt: skip
    """Everything about a zone; ``examples`` are labels by the crops' names."""
    kept, labels = list(examples.values()), TAUGHT[zone.scene]
    return TeachingShape(
        camera=camera.id,
        name=camera.name or camera.id,
        zone=zone.id,
        scene=zone.scene,
        words=Words(there=labels.there, absent=labels.absent),
        examples={label: kept.count(label) for label in sorted(set(kept))},
        version=head.card.version if head is not None else None,
        versions=tuple(card.version for card in cards),
        taught_at=to_datetime(head.card.taught_at) if head is not None else None,
        quality=quality_shape(head.card.quality) if head is not None else None,
        heads=tuple(
            HeadShape(version=card.version, taught_at=to_datetime(card.taught_at), quality=quality_shape(card.quality)) for card in cards
        ),
        suggestions=suggestions,
    )


def zone_shape(camera: Camera, zone: Zone, *, examples: Mapping[str, str], head: Head | None) -> ZoneShape:
    """A zone in a list."""
    waiting = list(examples.values()).count(UNLABELLED)
    return ZoneShape(
        camera=camera.id, name=camera.name or camera.id, zone=zone.id, scene=zone.scene,
        version=head.card.version if head is not None else None,
        quality=quality_shape(head.card.quality) if head is not None else None,
        labelled=len(examples) - waiting, unlabelled=waiting,
    )  # fmt: skip


def quality_shape(quality: Quality) -> QualityShape:
    """A quality."""
    return QualityShape(
        balanced_accuracy=round(quality.balanced_accuracy, 4), low=round(quality.interval[0], 4), high=round(quality.interval[1], 4),
        there=quality.there, absent=quality.absent,
    )  # fmt: skip


def fault_of_label(scene: str, label: str) -> str | None:
    """Why a crop for a scene may not have a label; ``None`` when it may."""
    labels = TAUGHT[scene]
    if label == UNLABELLED or labels.meaning(label) is not None:
        return None
    return f"{label!r} is no label of {scene}. Write one of {', '.join((*labels.there, *labels.absent))}, or {UNLABELLED}."
