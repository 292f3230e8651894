"""Illegal parking: a vehicle that stands in a zone for longer than it may.

A pure function of (state, what was seen, when). A stay begins with the first sight, also when the vehicle stood there
before the camera was switched on; it is told once when the dwell is over, again every minute while it lasts, and once
when it has ended. A vehicle that nobody sees for a while is not gone: the model misses it in some frames, and people
stand before it. Where the picture is given too, a place that looks as it did is still held, and a vehicle that took
another one's place before the dwell was over (in a queue at the lights, say) begins a stay of its own.
"""

from collections.abc import Sequence

import msgspec

from config.moment import SECOND, Micros
from config.sources import Point
from detectors.anchors import HERE, has_left, is_still, was_dragged
from detectors.boxes import Detection, iou, share
from detectors.inference.labels import VEHICLES
from detectors.scenes.likeness import LooksOf
from detectors.scenes.stay import Phase, Stay
from detectors.scenes.track import Track, begin, glimpsed, hidden, looked_at, missed, saw, strayed
from detectors.zones import stands_in

INSIDE = 0.8
"""A box of which another covers this part lies inside it."""
TWICE = 0.4
"""Boxes that overlap by this intersection over union are most often one vehicle, found twice."""


class Policy(msgspec.Struct, frozen=True, kw_only=True):
    """What counts as parking.

    Attributes:
        dwell: how long a vehicle must stand.
        labels: what counts as a vehicle.
        open_score: a new vehicle is believed from this score on ...
        keep_score: ... and followed down to this one.
        sure_score: median of its last scores from which it is confirmed.
        gap: not seen for longer than this, it is gone ...
        least_misses: ... if its place was looked at this often in vain.
        occluded_gap: hidden for longer than this by something that stands before its place, it is given up.
        occluded_share: part of its place that must be covered for that.
        departed: looks in a row beside its place after which it has driven off; so many looks at which its place looks
            like something else make another stay of it, before it is confirmed.
        seen_share: part of all looks in which it must have been seen before it is confirmed.
        repeat: how often a lasting stay is told again.
    """

    dwell: Micros
    labels: frozenset[str] = VEHICLES
    open_score: float = 0.35
    keep_score: float = 0.2
    sure_score: float = 0.35
    gap: Micros = 12 * SECOND
    least_misses: int = 3
    occluded_gap: Micros = 60 * SECOND
    occluded_share: float = 0.35
    departed: int = 3
    seen_share: float = 0.6
    repeat: Micros = 60 * SECOND


class State(msgspec.Struct, frozen=True):
    """What is remembered of a zone.

    Attributes:
        tracks: vehicles that stand in it, in the order of their arrival.
        looked: event time of the last look; ``None`` at the beginning and after a blind spell.
    """

    tracks: tuple[Track, ...] = ()
    looked: Micros | None = None


def blinded(state: State) -> State:
    """The camera sees nothing: nothing is concluded, and the time until the next look counts for nobody's absence."""
    return State(state.tracks, None)


def step(
    state: State, policy: Policy, polygon: Sequence[Point], seen: Sequence[Detection], at: Micros, *, looks_of: LooksOf | None = None
) -> tuple[State, tuple[Stay, ...]]:
    """Look once.

    Args:
        state: what is remembered.
        policy: what counts.
        polygon: the zone.
        seen: everything that the model found, other things too: they may stand before a vehicle.
        at: event time of the picture.
        looks_of: how a place looks in it; without it only the model's word counts.

    Returns:
        The new state, and what there is to tell: ends first, then in the order of arrival.
    """
    passed = 0 if state.looked is None else at - state.looked
    vehicles = [one for one in seen if one.label in policy.labels and one.score >= policy.keep_score]
    matches = _match(state.tracks, vehicles)
    taken = list(matches.values())
    tracks: list[Track] = []
    told: list[Stay] = []
    for index, track in enumerate(state.tracks):
        vehicle = matches.get(index)
        covered = any(share(track.anchor.box, other.box) >= policy.occluded_share for other in _others(seen, vehicle, policy))
        followed = _follow(track, vehicle, _Look(at, passed, covered))
        if looks_of is not None and not (covered and (vehicle is None or _behind_people(track, seen, policy))):
            followed = looked_at(followed, at, looks_of)
        if _replaced(followed, policy):
            tracks += [] if vehicle is None else [_other(followed, vehicle, at)]
            continue
        if _gone(followed, policy):
            told += [] if followed.told is None else [followed.stay(Phase.ENDED)]
            if vehicle is not None:
                tracks.append(_again(followed, vehicle))
            continue
        followed, phase = (followed, None) if vehicle is None or followed.astray else _tell(followed, vehicle, policy, at)
        told += [] if phase is None else [followed.stay(phase)]
        tracks.append(followed)
    for vehicle in vehicles:
        believed = vehicle.score >= policy.open_score and stands_in(polygon, vehicle.box)
        if believed and vehicle not in taken and _apart(vehicle, taken):
            taken.append(vehicle)
            arrived, phase = _tell(begin(vehicle, at), vehicle, policy, at)
            told += [] if phase is None else [arrived.stay(phase)]
            tracks.append(arrived)
    told.sort(key=lambda stay: stay.phase is not Phase.ENDED)
    return State(tuple(tracks), at), tuple(told)


def _match(tracks: Sequence[Track], vehicles: Sequence[Detection]) -> dict[int, Detection]:
    """Which vehicle stands at which anchor: the best overlaps first, each vehicle and each anchor once."""
    pairs = [
        (iou(track.anchor.box, vehicle.box), index, number) for index, track in enumerate(tracks) for number, vehicle in enumerate(vehicles)
    ]
    matches: dict[int, Detection] = {}
    taken: set[int] = set()
    for overlap, index, number in sorted(pairs, key=lambda pair: (-pair[0], pair[1], pair[2])):
        if overlap >= HERE and index not in matches and number not in taken:
            matches[index] = vehicles[number]
            taken.add(number)
    return matches


class _Look(msgspec.Struct, frozen=True):
    """One look at one place: when, how long after the last one, and whether something else stood before it."""

    at: Micros
    passed: Micros
    covered: bool


def _follow(track: Track, vehicle: Detection | None, look: _Look) -> Track:
    if vehicle is None:
        return hidden(track, look.passed) if look.covered else missed(track, look.passed)
    if is_still(track.anchor, vehicle.box):
        return saw(track, vehicle, look.at)
    # What stands before a vehicle cuts its box: the rest lies within its place, and that is no departure.
    cut = look.covered and share(vehicle.box, track.anchor.box) >= INSIDE
    return glimpsed(track, look.at) if cut else strayed(track, look.at)


def _again(track: Track, vehicle: Detection) -> Track:
    """It has driven on and stands again: a new stay, which began when it was first seen beside the old place."""
    return msgspec.structs.replace(begin(vehicle, track.left_at if track.astray else track.seen), seen=track.seen)


def _behind_people(track: Track, seen: Sequence[Detection], policy: Policy) -> bool:
    """Whether something that is no vehicle stands before its place. A neighbour in the queue belongs to how a place looks."""
    others = [one for one in seen if one.label not in policy.labels and one.score >= policy.open_score]
    return any(share(track.anchor.box, one.box) >= policy.occluded_share for one in others)


def _replaced(track: Track, policy: Policy) -> bool:
    """Whether something else has been standing in its place. A stay that was told goes on: one event is better than two."""
    return track.told is None and track.changed >= policy.departed


def _other(track: Track, vehicle: Detection, at: Micros) -> Track:
    """What took its place: a stay that began when it was first seen there."""
    since = at if track.other_since is None else track.other_since
    return msgspec.structs.replace(begin(vehicle, since), seen=at)


def _others(seen: Sequence[Detection], own: Detection | None, policy: Policy) -> list[Detection]:
    """What may stand before a vehicle: believed, and not the vehicle itself or another box of it."""
    itself = [] if own is None else [own]
    believed = [one for one in seen if one is not own and one.score >= policy.open_score]
    return [one for one in believed if one.label not in policy.labels or _apart(one, itself)]


def _gone(track: Track, policy: Policy) -> bool:
    driven_off = track.astray >= policy.departed or was_dragged(track.anchor)
    vanished = track.misses >= policy.least_misses and track.absent > policy.gap
    return driven_off or vanished or track.hidden > policy.occluded_gap


def _tell(track: Track, vehicle: Detection, policy: Policy, at: Micros) -> tuple[Track, Phase | None]:
    """What is to be told about a vehicle that is seen now; repeats keep the rhythm that the confirmation began."""
    if track.told is None:
        stood = at - track.since >= policy.dwell and track.hits >= policy.seen_share * track.looks
        stood = stood and not track.changed and track.confidence >= policy.sure_score and not has_left(track.anchor, vehicle.box)
        return (msgspec.structs.replace(track, told=at), Phase.CONFIRMED) if stood else (track, None)
    whole = (at - track.told) // policy.repeat
    return (msgspec.structs.replace(track, told=track.told + whole * policy.repeat), Phase.LASTING) if whole else (track, None)


def _apart(vehicle: Detection, taken: Sequence[Detection]) -> bool:
    """Whether a box is a vehicle of its own: not a second box of one that is seen, nor a part of a surer one."""
    return not any(
        iou(vehicle.box, other.box) >= TWICE or (other.score >= vehicle.score and share(vehicle.box, other.box) >= INSIDE)
        for other in taken
    )
