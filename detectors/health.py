"""Whether a camera sees: a blind one says so, and never "nothing there"."""

from enum import StrEnum

import msgspec
import numpy as np
from numpy.typing import NDArray

from config.moment import SECOND, Micros


class Condition(StrEnum):
    """What a camera's pictures are like; also the values of the kind ``camera_health``."""

    OK = "ok"
    BLACK = "black"
    FROZEN = "frozen"
    NO_FRAMES = "no_frames"


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """When a camera counts as blind.

    Attributes:
        dark_mean: a picture whose mean level of grey (of 255) is below this ...
        dark_peak: ... and whose brightest hundredth is below this, is black.
        frozen_after: the same picture for this long is a frozen one; ``None`` for files, which may hold a frame on purpose.
        settle: a condition must last this long before it is believed.
    """

    dark_mean: float = 10.0
    dark_peak: float = 28.0
    frozen_after: Micros | None = 30 * SECOND
    settle: Micros = 3 * SECOND


class Health(msgspec.Struct, frozen=True, kw_only=True):
    """What is remembered of a camera.

    Attributes:
        condition: the one that is believed.
        seeming: the one that the last pictures seem to be in.
        since: event time since which they do.
        mark: checksum of the last picture.
        still_since: event time since which it has been this very picture.
    """

    condition: Condition = Condition.OK
    seeming: Condition = Condition.OK
    since: Micros = 0
    mark: int | None = None
    still_since: Micros = 0


def look(health: Health, limits: Limits, grey: NDArray[np.uint8], mark: int, at: Micros) -> Health:
    """Judge one picture.

    Args:
        health: what is remembered.
        limits: when a camera counts as blind.
        grey: thumbnail of the picture.
        mark: checksum of its pixels.
        at: event time.
    """
    still_since = health.still_since if mark == health.mark else at
    remembered = msgspec.structs.replace(health, mark=mark, still_since=still_since)
    if float(grey.mean()) < limits.dark_mean and float(np.percentile(grey, 99)) < limits.dark_peak:
        return _seems(remembered, limits, Condition.BLACK, at)
    if limits.frozen_after is not None and at - still_since >= limits.frozen_after:
        return _seems(remembered, limits, Condition.FROZEN, at)
    return _seems(remembered, limits, Condition.OK, at)


def silence(health: Health, at: Micros) -> Health:
    """No picture came within the source's time-out, which has waited already: it is believed at once."""
    return msgspec.structs.replace(health, condition=Condition.NO_FRAMES, seeming=Condition.NO_FRAMES, since=at)


def sees(health: Health) -> bool:
    """Whether conclusions may be drawn from the last picture: it is good, and a bad spell is not still believed."""
    return health.condition is Condition.OK and health.seeming is Condition.OK


def _seems(health: Health, limits: Limits, condition: Condition, at: Micros) -> Health:
    since = health.since if condition is health.seeming else at
    # A frozen picture has been watched for long enough, and one good picture after silence ends the silence.
    at_once = condition is Condition.FROZEN or (condition is Condition.OK and health.condition is Condition.NO_FRAMES)
    believed = condition if at_once or at - since >= limits.settle else health.condition
    return msgspec.structs.replace(health, condition=believed, seeming=condition, since=since)
