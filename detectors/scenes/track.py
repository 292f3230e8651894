"""One vehicle in a zone as the parking scene remembers it."""

from collections import Counter
from statistics import median

import msgspec

from config.moment import Micros
from detectors.anchors import Anchor, drop, settle
from detectors.boxes import Box, Detection
from detectors.scenes.likeness import Looks, LooksOf, blended, likeness
from detectors.scenes.stay import Phase, Stay

LATELY = 9
"""Sights from which label and confidence are taken."""
ALIKE = 0.75
"""Likeness from which a place is held by what stood in it, also when the model overlooks it."""
UNLIKE = 0.6
"""Likeness below which something else is to be seen there."""
SLACK = 0.07
"""Once it looked like something else, it must look as much as it usually did, but for this much, to be the same again: cars are alike."""


class Track(msgspec.Struct, frozen=True, kw_only=True):
    """A vehicle that stands, or has not yet moved on.

    Attributes:
        first: box of the first sight.
        anchor: where it stands.
        since: event time of the first sight.
        seen: event time of the last one.
        looks: times that its place was looked at since.
        hits: times that it was seen there.
        misses: looks in a row without seeing it.
        absent: time looked at without seeing it, in a row (blind time does not count).
        hidden: time in which something else stood before its place, since the last sight.
        astray: looks in a row at which it stood beside its anchor.
        left_at: event time of the first of these.
        lately: last labels and scores.
        told: event time of the last thing said about it; ``None`` before its confirmation.
        place: box of the second sight, whose looks are remembered.
        looks_like: how that place looked with the vehicle in it; ``None`` until then, and where nobody gave a picture.
        usual: how much it looks like that from one look to the next, while it stands.
        changed: looks in a row at which it looked like something else.
        other_since: event time of the first of these at which a vehicle was seen; ``None`` when there was none.
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
    told: Micros | None = None
    place: Box | None = None
    looks_like: Looks | None = None
    usual: float = 1.0
    changed: int = 0
    other_since: Micros | None = None

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


def begin(detection: Detection, at: Micros) -> Track:
    """A vehicle seen for the first time."""
    return Track(first=detection.box, anchor=drop(detection.box), since=at, seen=at, lately=((detection.label, detection.score),))


def saw(track: Track, detection: Detection, at: Micros) -> Track:
    """It stands where it stood."""
    return msgspec.structs.replace(
        track,
        anchor=settle(track.anchor, detection.box),
        seen=at,
        looks=track.looks + 1,
        hits=track.hits + 1,
        misses=0,
        absent=0,
        hidden=0,
        astray=0,
        lately=(*track.lately, (detection.label, detection.score))[-LATELY:],
    )


def strayed(track: Track, at: Micros) -> Track:
    """It stands beside its anchor: a wild box, or the beginning of a departure."""
    return msgspec.structs.replace(
        track,
        seen=at,
        looks=track.looks + 1,
        hits=track.hits + 1,
        misses=0,
        absent=0,
        hidden=0,
        astray=track.astray + 1,
        left_at=track.left_at if track.astray else at,
    )


def missed(track: Track, passed: Micros) -> Track:
    """Its place was looked at, ``passed`` microseconds after the last look, and it was not seen."""
    return msgspec.structs.replace(track, looks=track.looks + 1, misses=track.misses + 1, absent=track.absent + passed, astray=0)


def glimpsed(track: Track, at: Micros) -> Track:
    """Something else stands before it, and what is left to see of it lies where it stood."""
    return msgspec.structs.replace(track, seen=at, looks=track.looks + 1, hits=track.hits + 1, misses=0, absent=0, hidden=0)


def hidden(track: Track, passed: Micros) -> Track:
    """Something else stands before its place: this look says nothing, except that a stay not told yet is less certain."""
    return msgspec.structs.replace(track, hidden=track.hidden + passed, looks=track.looks + (track.told is None))


def looked_at(track: Track, at: Micros, looks_of: LooksOf) -> Track:
    """Compare how its place looks with how it looked; to be asked after the look has been taken, and not while something hides it."""
    if track.place is None or track.looks_like is None:
        if track.misses or track.astray or track.hits < 2:
            return track
        return msgspec.structs.replace(track, place=track.anchor.box, looks_like=looks_of(track.anchor.box))
    now = looks_of(track.place)
    alike = None if now is None else likeness(track.looks_like, now)
    return track if now is None or alike is None else _compared(track, at, now, alike)


def _compared(track: Track, at: Micros, now: Looks, alike: float) -> Track:
    """Take how much its place looks as it did."""
    if alike < UNLIKE or (track.changed and alike < track.usual - SLACK):
        seen = at if track.other_since is None and not track.misses else track.other_since
        return msgspec.structs.replace(track, changed=track.changed + 1, other_since=seen)
    if track.misses and alike >= ALIKE:
        # The model overlooked it: it was there all the same, and its absence does not begin.
        return msgspec.structs.replace(track, hits=track.hits + 1, misses=0, absent=0, changed=0, other_since=None)
    if track.misses or track.astray:
        return msgspec.structs.replace(track, changed=0, other_since=None)
    usual = 0.7 * track.usual + 0.3 * alike
    return msgspec.structs.replace(track, looks_like=blended(track.looks_like or now, now), usual=usual, changed=0, other_since=None)
