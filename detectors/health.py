"""Whether a camera sees: a blind one says so, and never "nothing there"."""

from enum import StrEnum

import msgspec
import numpy as np

from config.moment import SECOND, Micros
from detectors.glance import Glance
from detectors.reference import Light, Reference, light_of, stepped
from detectors.sharpness import blurred, covered
from detectors.view import Place, place_of, shift_of, structured

MINUTE: Micros = 60 * SECOND


class Condition(StrEnum):
    """What a camera's pictures are like; also the values of the kind ``camera_health``."""

    OK = "ok"
    BLACK = "black"
    FROZEN = "frozen"
    BLURRED = "blurred"
    MOVED = "moved"
    NO_FRAMES = "no_frames"


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """When a camera counts as blind.

    Attributes:
        dark_mean: a picture whose mean level of grey (of 255) is below this ...
        dark_peak: ... and whose brightest hundredth is below this, is black.
        frozen_after: the same picture for this long is a frozen one; ``None`` for files, which may hold a frame on purpose.
        compares: whether a picture is compared with what the camera usually shows; not in files, which may be cut.
        settle: a condition must last this long before it is believed.
        settle_blurred: so long for a blur: a lorry passes.
        settle_moved: so long for a view that is found elsewhere.
        settle_unsure: so long for a view that is found nowhere, in the usual light.
        settle_light: so long for another light, before it is taken for the usual one.
        relearn: a view that has been elsewhere for this long is taken for the usual one; ``None`` never does.
    """

    dark_mean: float = 10.0
    dark_peak: float = 28.0
    frozen_after: Micros | None = 30 * SECOND
    compares: bool = True
    settle: Micros = 3 * SECOND
    settle_blurred: Micros = 20 * SECOND
    settle_moved: Micros = 10 * SECOND
    settle_unsure: Micros = 2 * MINUTE
    settle_light: Micros = 5 * SECOND
    relearn: Micros | None = 60 * MINUTE


FILE_LIMITS = Limits(frozen_after=None, compares=False)
"""Limits for recordings, which may be cut together and may hold a frame."""


class Health(msgspec.Struct, frozen=True, kw_only=True):
    """What is remembered of a camera.

    Attributes:
        condition: the one that is believed.
        seeming: the one that the last pictures seem to be in.
        since: event time since which they do.
        mark: checksum of the last picture.
        still_since: event time since which it has been this very picture.
        reference: what the camera usually shows; ``None`` before its first good picture.
        light_since: event time since which the light has been another than the reference's; ``None`` while it is the same.
        unsure_since: event time since which the view has been found nowhere.
        believed_since: event time since which the condition has been believed.
        relearned: event time at which a new view was taken for the usual one.
    """

    condition: Condition = Condition.OK
    seeming: Condition = Condition.OK
    since: Micros = 0
    mark: int | None = None
    still_since: Micros = 0
    reference: Reference | None = None
    light_since: Micros | None = None
    unsure_since: Micros | None = None
    believed_since: Micros = 0
    relearned: Micros | None = None

    @property
    def light(self) -> Light:
        """Whether the camera shows colours at present."""
        return self.reference.light if self.reference else Light.COLOUR


def look(health: Health, limits: Limits, glance: Glance, at: Micros) -> Health:
    """Judge one picture.

    Args:
        health: what is remembered.
        limits: when a camera counts as blind.
        glance: thumbnail of the picture.
        at: event time.
    """
    still_since = health.still_since if glance.mark == health.mark else at
    remembered = msgspec.structs.replace(health, mark=glance.mark, still_since=still_since)
    if float(glance.grey.mean()) < limits.dark_mean and float(np.percentile(glance.grey, 99)) < limits.dark_peak:
        return _seems(remembered, Condition.BLACK, at, limits.settle)
    if limits.frozen_after is not None and at - still_since >= limits.frozen_after:
        return _seems(remembered, Condition.FROZEN, at, 0)
    if not limits.compares:
        return _seems(remembered, Condition.OK, at, limits.settle)
    return _compared(remembered, limits, glance, at)


def silence(health: Health, at: Micros) -> Health:
    """No picture came within the source's time-out, which has waited already: it is believed at once."""
    return _seems(health, Condition.NO_FRAMES, at, 0)


def sees(health: Health) -> bool:
    """Whether conclusions may be drawn from the last picture: it is good, and a bad spell is not still believed."""
    return health.condition is Condition.OK and health.seeming is Condition.OK


def worth_telling(before: Health, after: Health) -> bool:
    """Whether people are told: of another condition, another light, or a view that is the usual one from now on."""
    relit = before.reference is not None and before.light is not after.light
    return relit or (before.condition, before.relearned) != (after.condition, after.relearned)


def _compared(health: Health, limits: Limits, glance: Glance, at: Micros) -> Health:
    """Judge a picture that is neither black nor frozen by what the camera usually shows."""
    usual = health.reference
    if usual is None:
        return _seems(msgspec.structs.replace(health, reference=Reference.of(glance, at)), Condition.OK, at, limits.settle)
    place = place_of(shift_of(glance.relief, usual.relief)) if structured(usual.relief) else Place.HERE
    if place is Place.ELSEWHERE:
        return _elsewhere(msgspec.structs.replace(health, light_since=None), limits, glance, at)
    if light_of(glance, usual.light) is not usual.light or stepped(glance, usual):
        return _relit(health, limits, glance, at)
    same_light = msgspec.structs.replace(health, light_since=None)
    if blurred(glance.detail, usual.detail):
        return _seems(same_light, Condition.BLURRED, at, limits.settle_blurred)
    if place is Place.UNSURE:
        return _nowhere(same_light, limits, glance, at)
    known = usual.followed(glance, at) if sees(health) else usual
    return _seems(msgspec.structs.replace(same_light, reference=known, unsure_since=None), Condition.OK, at, limits.settle)


def _nowhere(health: Health, limits: Limits, glance: Glance, at: Micros) -> Health:
    """The usual view is found nowhere: a crowd, for a while; after that, the camera must have moved."""
    unsure_since = at if health.unsure_since is None else health.unsure_since
    unsure = msgspec.structs.replace(health, unsure_since=unsure_since)
    if health.condition is Condition.MOVED or at - unsure_since >= limits.settle_unsure:
        return _elsewhere(unsure, limits, glance, at)
    return _seems(unsure, Condition.OK, at, limits.settle)


def _elsewhere(health: Health, limits: Limits, glance: Glance, at: Micros) -> Health:
    """The view is another; after a time in which people could see that it is, it becomes the usual one."""
    lasted = health.condition is Condition.MOVED and limits.relearn is not None and at - health.believed_since >= limits.relearn
    if not lasted:
        return _seems(health, Condition.MOVED, at, limits.settle_moved)
    relearned = msgspec.structs.replace(health, reference=Reference.of(glance, at), unsure_since=None, relearned=at)
    return _seems(relearned, Condition.OK, at, 0)


def _relit(health: Health, limits: Limits, glance: Glance, at: Micros) -> Health:
    """The light is another: nothing is concluded from the difference, and it becomes the usual one when something is to be seen in it."""
    usual = health.reference
    since = at if health.light_since is None else health.light_since
    waiting = msgspec.structs.replace(health, light_since=since)
    if usual is not None and covered(glance.detail, usual.detail):
        return _seems(waiting, Condition.BLURRED, at, limits.settle_blurred)
    # A camera that is turned away or out of focus is not cured by nightfall: only a good one learns the light.
    if health.condition is Condition.MOVED:
        return _elsewhere(waiting, limits, glance, at)
    if health.condition is Condition.BLURRED:
        return _seems(waiting, Condition.BLURRED, at, 0)
    if at - since < limits.settle_light:
        return _seems(waiting, Condition.OK, at, limits.settle)
    learned = msgspec.structs.replace(waiting, reference=Reference.of(glance, at), light_since=None, unsure_since=None)
    return _seems(learned, Condition.OK, at, limits.settle)


def _seems(health: Health, condition: Condition, at: Micros, settle: Micros) -> Health:
    since = health.since if condition is health.seeming else at
    # One good picture after silence ends the silence.
    at_once = condition is Condition.OK and health.condition is Condition.NO_FRAMES
    believed = condition if at_once or at - since >= settle else health.condition
    believed_since = health.believed_since if believed is health.condition else at
    return msgspec.structs.replace(health, condition=believed, seeming=condition, since=since, believed_since=believed_since)
