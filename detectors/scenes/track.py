"""One vehicle in a zone as the parking scene remembers it."""

from collections import Counter
from collections.abc import Sequence
from statistics import median

import msgspec

from config.moment import Micros
from detectors.anchors import Anchor, drop, is_still, settle
from detectors.boxes import Box, Detection
from detectors.scenes.likeness import ALIKE, Comparison, Looks, Picture, blend, compare, looks_of
from detectors.scenes.stay import Phase, Stay

LATELY = 9
"""Sights from which label and confidence are taken."""


class Rival(msgspec.Struct, frozen=True, array_like=True):
    """Another vehicle that seems to stand in the place.

    Attributes:
        since: event time of the first look at which it stood there.
        looks_like: how the place looks with it.
        looks: times that it was seen there.
        at_once: whether it was seen at the look after the first sight of the vehicle itself, which so had not come to rest there,
            or after another rival: traffic moves through the place.
    """

    since: Micros
    looks_like: Looks | None
    looks: int
    at_once: bool


class Track(msgspec.Struct, frozen=True, kw_only=True):
    """A vehicle that stands, or has not yet moved on.

    Attributes:
        first: box of the first sight.
        anchor: where it stands.
        since: event time of the first sight.
        seen: event time of the last one.
        looks: times that its place was looked at since.
        hits: times that it was seen there, by the model or because the place looked as it did.
        misses: looks in a row without seeing it.
        absent: time looked at without seeing it, in a row (blind time does not count).
        hidden: time in which something else stood before its place, since the last sight.
        astray: looks in a row at which it stood beside its anchor.
        left_at: event time of the first of these.
        lately: last labels and scores.
        drawn: times that the model drew it.
        best: the highest score that it ever had.
        told: event time of the last thing said about it; ``None`` before its confirmation.
        looks_like: how the first place looks with the vehicle in it; ``None`` where nobody gave a picture, or it is too small.
        unlike: whether its place did not look as it did, when it was compared last.
        doubted: whether something else was seen there since it looked as it did.
        usual: how much its place looks as it did, while it stands: a mean in which the newest look counts for a third.
        arrived: whether the place looked otherwise before the first sight: what was always there may be no vehicle at all.
        earlier: small pictures of the last looks before it, by which it must show that it came; empty once it was told.
        rival: the one that has been standing there at the last looks.
        vacated: whether the place was seen without it, and without any vehicle, since its last sight.
        empty: whether nothing at all of it was to be seen at the last look, and nothing stood before it.
    """

    first: Box
    anchor: Anchor
    since: Micros
    seen: Micros
    looks: int = 1
    hits: int = 1
    misses: int = 0
    absent: Micros = 0
    hidden: Micros = 0
    astray: int = 0
    left_at: Micros = 0
    lately: tuple[tuple[str, float], ...] = ()
    drawn: int = 1
    best: float = 0.0
    told: Micros | None = None
    looks_like: Looks | None = None
    unlike: bool = False
    doubted: bool = False
    usual: float = 0.8
    arrived: bool = False
    earlier: tuple[Looks, ...] = ()
    rival: Rival | None = None
    vacated: bool = False
    empty: bool = False

    @property
    def confidence(self) -> float:
        """Median of the last scores."""
        return median(score for _, score in self.lately)

    def stay(self, phase: Phase) -> Stay:
        """What to tell about it."""
        labels = Counter(label for label, _ in self.lately)
        label = min(labels, key=lambda name: (-labels[name], name))
        return Stay(
            phase=phase,
            since=self.since,
            seen=self.seen,
            first=self.first,
            box=self.anchor.box,
            label=label,
            confidence=round(self.confidence, 3),
        )


def begin(detection: Detection, at: Micros, picture: Picture | None = None) -> Track:
    """A vehicle seen for the first time."""
    return Track(
        first=detection.box,
        anchor=drop(detection.box),
        since=at,
        seen=at,
        lately=((detection.label, detection.score),),
        best=detection.score,
        looks_like=None if picture is None else looks_of(picture, detection.box),
    )


def compared(track: Track, picture: Picture | None, hiders: Sequence[Box]) -> Comparison | None:
    """How its place looks beside how it looked; ``None`` when nobody can say."""
    if picture is None or track.looks_like is None:
        return None
    return compare(picture, track.first, track.looks_like, hiders)


def saw(track: Track, detection: Detection, at: Micros) -> Track:
    """It stands where it stood."""
    return _sighted(
        msgspec.structs.replace(track, anchor=settle(track.anchor, detection.box), lately=_with(track, detection)), detection, at
    )


def held(track: Track, detection: Detection | None, at: Micros, comparison: Comparison, *, blended: bool) -> Track:
    """Its place looks as it did, whatever box the model draws, or none.

    Args:
        track: the vehicle.
        detection: what the model drew.
        at: event time of the look.
        comparison: how the place looks.
        blended: whether these looks are remembered too; not while something stands before it.
    """
    if detection is not None and is_still(track.anchor, detection.box):
        track = saw(track, detection, at)
    elif detection is not None:
        track = _sighted(msgspec.structs.replace(track, lately=_with(track, detection)), detection, at)
    else:
        track = glimpsed(track, at)
    track = relearnt(track, comparison) if blended else track
    usual = (2 * track.usual + comparison.alike) / 3
    return msgspec.structs.replace(track, usual=usual, unlike=False, doubted=False, rival=None, vacated=False)


def relearnt(track: Track, comparison: Comparison) -> Track:
    """Its looks are remembered as they are now, by and by."""
    looks = track.looks_like if track.looks_like is None else blend(track.looks_like, comparison.now)
    return msgspec.structs.replace(track, looks_like=looks)


def glimpsed(track: Track, at: Micros) -> Track:
    """It is there, and its box says nothing: what is left to see of it lies where it stood, or the model overlooked it."""
    return msgspec.structs.replace(track, seen=at, looks=track.looks + 1, hits=track.hits + 1, misses=0, absent=0, hidden=0, astray=0)


def strayed(track: Track, detection: Detection, at: Micros) -> Track:
    """It stands beside its anchor: a wild box, or the beginning of a departure."""
    left_at, astray = track.left_at if track.astray else at, track.astray + 1
    return msgspec.structs.replace(_sighted(track, detection, at), astray=astray, left_at=left_at)


def missed(track: Track, passed: Micros, *, vacated: bool = False, empty: bool = False) -> Track:
    """Its place was looked at, ``passed`` microseconds after the last look, and it was not seen."""
    return msgspec.structs.replace(
        track,
        looks=track.looks + 1,
        misses=track.misses + 1,
        absent=track.absent + passed,
        astray=0,
        vacated=track.vacated or vacated,
        empty=empty,
    )


def hidden(track: Track, passed: Micros, *, doubtful: bool) -> Track:
    """This look says nothing; while something else stands before its place, a stay that was not told yet becomes less certain."""
    return msgspec.structs.replace(track, hidden=track.hidden + passed, looks=track.looks + (doubtful and track.told is None))


def challenged(track: Track, at: Micros, picture: Picture) -> Track:
    """A vehicle stands there that looks like another one."""
    rival, place = track.rival, track.first
    again = None if rival is None or rival.looks_like is None else compare(picture, place, rival.looks_like)
    if rival is not None and again is not None and again.alike >= ALIKE:
        rival = Rival(rival.since, rival.looks_like, rival.looks + 1, rival.at_once)
    else:
        passing = rival is not None or (track.hits == 1 and not track.hidden and not track.misses)
        rival = Rival(at, looks_of(picture, place), 1, passing)
    return msgspec.structs.replace(glimpsed(track, at), rival=rival)


def _sighted(track: Track, detection: Detection, at: Micros) -> Track:
    return msgspec.structs.replace(glimpsed(track, at), drawn=track.drawn + 1, best=max(track.best, detection.score))


def _with(track: Track, detection: Detection) -> tuple[tuple[str, float], ...]:
    return (*track.lately, (detection.label, detection.score))[-LATELY:]
