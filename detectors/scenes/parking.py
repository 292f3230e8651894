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
from detectors.boxes import Box, Detection, iou, share
from detectors.inference.labels import VEHICLES
from detectors.scenes.likeness import ALIKE, UNLIKE, Looks, Picture, alike_in, shrunk
from detectors.scenes.stay import Phase, Stay
from detectors.scenes.track import Track, begin, challenged, compared, glimpsed, held, hidden, missed, relearnt, saw, strayed
from detectors.zones import stands_in

INSIDE = 0.8
"""A box of which another covers this part lies inside it."""
TWICE = 0.4
"""Boxes that overlap by this intersection over union are most often one vehicle, found twice."""
SLACK = 0.07
"""Once something else was seen there, a place must look as much as it usually did, but for this much, to be held again: cars are alike."""
EMPTY = 0.35
"""Likeness below which nothing of a vehicle is to be seen there."""
LEVEL = 0.25
"""Lower edges that differ by less than this part of a box's height touch the ground at the same place."""
LATE = 3
"""Looks at which a vehicle may have stood there before the model draws it."""
REMEMBERED = 5
"""Looks whose pictures are kept: what looks as its place did at one of them, before it came, did not come."""


class Policy(msgspec.Struct, frozen=True, kw_only=True):
    """What counts as parking.

    Attributes:
        dwell: how long a vehicle must stand.
        labels: what counts as a vehicle.
        open_score: a new vehicle is believed from this score on ...
        keep_score: ... and followed down to this one.
        sure_score: median of its last scores from which it is confirmed ...
        sure_share: ... and part of all looks in which the model must have drawn it: the looks of its place are not enough.
        arrived_score: the same of what was seen to come: that is no part of the street.
        arrived_share: as above.
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
    sure_score: float = 0.36
    sure_share: float = 0.65
    arrived_score: float = 0.3
    arrived_share: float = 0.34
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
        before: event times and small pictures of the last looks, the newest first; empty as above, and where nobody gives pictures.
    """

    tracks: tuple[Track, ...] = ()
    looked: Micros | None = None
    before: tuple[tuple[Micros, Looks], ...] = ()


def blinded(state: State) -> State:
    """The camera sees nothing: nothing is concluded, and the time until the next look counts for nobody's absence."""
    return State(state.tracks, None)


def step(
    state: State, policy: Policy, polygon: Sequence[Point], seen: Sequence[Detection], at: Micros, *, picture: Picture | None = None
) -> tuple[State, tuple[Stay, ...]]:
    """Look once.

    Args:
        state: what is remembered.
        policy: what counts.
        polygon: the zone.
        seen: everything that the model found, other things too: they may stand before a vehicle.
        at: event time of the picture.
        picture: the whole picture, of which places are compared; without it only the model's word counts.

    Returns:
        The new state, and what there is to tell: ends first, then in the order of arrival.
    """
    people = tuple(one.box for one in seen if one.label not in policy.labels and one.score >= policy.open_score)
    now = None if picture is None else shrunk(picture)
    look = _Look(at, 0 if state.looked is None else at - state.looked, picture, now, state.before, people)
    vehicles = [one for one in seen if one.label in policy.labels and one.score >= policy.keep_score]
    matches = _match(state.tracks, vehicles)
    taken = list(matches.values())
    tracks: list[Track] = []
    told: list[Stay] = []
    for index, track in enumerate(state.tracks):
        vehicle = matches.get(index)
        hiders = [one for one in _others(seen, vehicle, policy) if share(track.anchor.box, one.box) >= policy.occluded_share]
        followed = _follow(track, vehicle, hiders, policy, look)
        successor = _successor(followed, vehicle, policy, look)
        if successor is followed:
            tracks.append(followed)
            continue
        told += [] if followed.told is None else [followed.stay(Phase.ENDED)]
        tracks += [] if successor is None else [successor]
    for vehicle in vehicles:
        if vehicle not in taken and stands_in(polygon, vehicle.box) and _apart(vehicle, taken) and not _is_told(vehicle, tracks):
            taken.append(vehicle)
            tracks.append(_arrival(vehicle, look))
    standing: list[Track] = []
    for track in tracks:
        after, phase = _tell(track, policy, polygon, at, now)
        if phase is Phase.CONFIRMED and any(
            _is_twin(track.anchor.box, other.anchor.box) for other in (*standing, *tracks) if other.told is not None
        ):
            continue  # Another box of a vehicle that was told already.
        told += [] if phase is None else [after.stay(phase)]
        standing.append(after)
    told.sort(key=lambda stay: stay.phase is not Phase.ENDED)
    before = () if now is None else ((at, now), *state.before[: REMEMBERED - 1])
    return State(tuple(standing), at, before), tuple(told)


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
    """One look.

    Attributes:
        at: when.
        passed: how long after the last one.
        picture: the picture.
        now: the same, made small.
        before: when and at what the last looks were, the newest first.
        people: where people are, or whatever else is no vehicle.
    """

    at: Micros
    passed: Micros
    picture: Picture | None
    now: Looks | None
    before: tuple[tuple[Micros, Looks], ...]
    people: tuple[Box, ...]


def _follow(track: Track, vehicle: Detection | None, hiders: Sequence[Detection], policy: Policy, look: _Look) -> Track:
    """What a look says of a vehicle: first what its place looks like, then what the model drew.

    Args:
        track: the vehicle.
        vehicle: what the model drew there.
        hiders: what else stands before its place.
        policy: what counts.
        look: when, and at what.
    """
    comparison = compared(track, look.picture, look.people)
    needed = max(ALIKE, track.usual - SLACK) if track.doubted else ALIKE
    if comparison is not None and comparison.alike >= needed:
        return held(track, vehicle, look.at, comparison, blended=not hiders)
    hidden_by_others = any(one.label not in policy.labels for one in hiders)
    other = comparison is not None and (comparison.alike < UNLIKE or track.doubted)
    if comparison is not None:
        track = msgspec.structs.replace(track, unlike=True, doubted=track.doubted or (other and not hidden_by_others))
    if vehicle is None and (hiders or (comparison is not None and not other)):
        # A place that looks neither like it nor like something else says as little as one that is hidden.
        return hidden(track, look.passed, doubtful=bool(hiders))
    if vehicle is None:
        empty = comparison is not None and comparison.alike < EMPTY
        return missed(track, look.passed, vacated=other, empty=empty)
    if is_still(track.anchor, vehicle.box):
        if other and look.picture is not None and not hidden_by_others:
            return challenged(track, look.at, look.picture)
        # It stands where it stood and looks a little otherwise: it was still rolling at its first sight, or its lamps went on.
        learnt = None if hiders or other else comparison
        return saw(track, vehicle, look.at) if learnt is None else relearnt(saw(track, vehicle, look.at), learnt)
    # What stands before a vehicle cuts its box: the rest lies within its place, and that is no departure.
    cut = hiders and share(vehicle.box, track.anchor.box) >= INSIDE
    return glimpsed(track, look.at) if cut else strayed(track, vehicle, look.at)


def _successor(track: Track, vehicle: Detection | None, policy: Policy, look: _Look) -> Track | None:
    """Who stands there now: the same track, another one, or nobody."""
    if vehicle is not None and track.rival is not None and _is_replaced(track, policy):
        arrival, seen = _arrival(vehicle, look), track.rival
        earlier = _earlier(look, seen.since, track)
        return msgspec.structs.replace(arrival, since=seen.since, looks=seen.looks, hits=seen.looks, arrived=True, earlier=earlier)
    if not _gone(track, policy):
        return track
    if vehicle is None:
        return None
    # It has driven on and stands again: a new stay, which began when it was first seen beside the old place.
    arrival = _arrival(vehicle, look)
    since, arrived = track.left_at if track.astray else track.seen, track.arrived or arrival.arrived
    return msgspec.structs.replace(arrival, since=since, arrived=arrived, earlier=_earlier(look, since, track))


def _arrival(vehicle: Detection, look: _Look) -> Track:
    """A vehicle that the model draws for the first time; at the last looks it may have been there without being drawn."""
    since, arrived = look.at, False
    for at, picture in look.before[:LATE] if look.now is not None else ():
        alike = alike_in(vehicle.box, look.now, picture) if look.now is not None else None
        if alike is None or alike < UNLIKE:
            arrived = alike is not None
            break
        since = at if alike >= ALIKE else since
    return msgspec.structs.replace(begin(vehicle, look.at, look.picture), since=since, arrived=arrived, earlier=_earlier(look, since))


def _earlier(look: _Look, since: Micros, track: Track | None = None) -> tuple[Looks, ...]:
    """The pictures of before a vehicle came, and of before the one whose place it took."""
    own = tuple(picture for at, picture in look.before if at < since)
    return (*own, *(picture for picture in (() if track is None else track.earlier) if picture not in own))[:REMEMBERED]


def _is_replaced(track: Track, policy: Policy) -> bool:
    """Whether another vehicle stands in its place.

    A stay that was told goes on unless the place was seen empty in between: one event is better than two. One that was not told
    ends at once when the vehicle was seen only once before (it had not come to rest) or the place was empty.
    """
    if track.rival is None:
        return False
    long = track.rival.looks >= policy.departed
    return (long and track.vacated) if track.told is not None else (long or track.vacated or track.rival.at_once)


def _others(seen: Sequence[Detection], own: Detection | None, policy: Policy) -> list[Detection]:
    """What may stand before a vehicle: believed, and not the vehicle itself or another box of it."""
    itself = [] if own is None else [own]
    believed = [one for one in seen if one is not own and one.score >= policy.open_score]
    return [one for one in believed if one.label not in policy.labels or _apart(one, itself)]


def _gone(track: Track, policy: Policy) -> bool:
    driven_off = track.astray >= policy.departed or was_dragged(track.anchor)
    # A stay that was told is not ended by one look, lest it be told again; one that was not told begins anew.
    vanished = (track.misses >= policy.least_misses and track.absent > policy.gap) or (track.empty and track.told is None)
    return driven_off or vanished or track.hidden > policy.occluded_gap


def _tell(track: Track, policy: Policy, polygon: Sequence[Point], at: Micros, now: Looks | None) -> tuple[Track, Phase | None]:
    """What is to be told about a vehicle that is there now; repeats keep the rhythm that the confirmation began."""
    if track.seen != at or track.astray:
        return track, None
    if track.told is None:
        if at - track.since < policy.dwell or not _is_sure(track, policy) or not stands_in(polygon, track.anchor.box):
            return track, None
        if now is not None and _was_there(track, now):
            track = msgspec.structs.replace(track, arrived=False, earlier=())
        return (msgspec.structs.replace(track, told=at, earlier=()), Phase.CONFIRMED) if _is_sure(track, policy) else (track, None)
    whole = (at - track.told) // policy.repeat
    return (msgspec.structs.replace(track, told=track.told + whole * policy.repeat), Phase.LASTING) if whole else (track, None)


def _was_there(track: Track, now: Looks) -> bool:
    """Whether what seemed to come was there before: its place looks as it did at one of the looks before it.

    Something that stands still and is taken for a vehicle now and then (a railing, a rack) seems to come when somebody has just passed
    before it. By the time that it would be told, its place looks as it did before that.
    """
    return any((alike_in(track.first, now, then) or 0.0) >= ALIKE for then in track.earlier)


def _is_sure(track: Track, policy: Policy) -> bool:
    """Whether it is a vehicle, and has been standing there all the time."""
    stood = (
        track.hits >= policy.seen_share * track.looks
        and track.rival is None
        and not track.unlike
        and not has_left(track.anchor, track.anchor.recent[-1])
    )
    score, drawn = (policy.arrived_score, policy.arrived_share) if track.arrived else (policy.sure_score, policy.sure_share)
    return stood and track.drawn >= drawn * track.looks and track.confidence >= score and track.best >= policy.open_score


def _apart(vehicle: Detection, taken: Sequence[Detection]) -> bool:
    """Whether a box is a vehicle of its own: not a second box of one that is seen, nor a part of a surer one."""
    return not any(
        iou(vehicle.box, other.box) >= TWICE or (other.score >= vehicle.score and share(vehicle.box, other.box) >= INSIDE)
        for other in taken
    )


def _is_told(vehicle: Detection, tracks: Sequence[Track]) -> bool:
    """Whether a box is another one of a vehicle that was told."""
    return any(track.told is not None and _is_twin(vehicle.box, track.anchor.box) for track in tracks)


def _is_twin(one: Box, other: Box) -> bool:
    """Whether two boxes are of one vehicle, drawn differently: one lies in the other, and both touch the ground at the same height."""
    small, large = sorted((one, other), key=lambda box: box.area)
    level = abs(small.bottom - large.bottom) <= LEVEL * (small.bottom - small.top)
    return iou(one, other) >= TWICE or (share(small, large) >= INSIDE and level)
