"""What a camera usually shows: followed slowly, so that shadows wander and seasons change without anybody being told."""

import math
from enum import StrEnum
from typing import Self

import msgspec

from config.moment import SECOND, Micros
from detectors.glance import Detail, Glance, Relief

FOLLOWS: Micros = 180 * SECOND
"""After this long, about two thirds of a lasting change have become usual."""
GREY_BELOW = 0.02
COLOUR_ABOVE = 0.05
"""Chroma of pictures by infra-red light is that of noise; of a grey street under clouds it is about twice this much."""
STEP = 2.0
"""Light that grows or falls by this factor at once is another light: lamps go on, a floodlight goes off."""


class Light(StrEnum):
    """What a camera sees by. Many change to infra-red light at night, in which there are no colours."""

    COLOUR = "colour"
    INFRARED = "infrared"


class Reference(msgspec.Struct, frozen=True, kw_only=True):
    """What a camera usually shows.

    Attributes:
        relief: mean relief, in which those who pass have washed out.
        detail: mean detail of each tile.
        level: mean level of grey.
        light: what it sees by.
        at: event time of the last picture that it learned from.
    """

    relief: Relief
    detail: Detail
    level: float
    light: Light
    at: Micros

    @classmethod
    def of(cls, glance: Glance, at: Micros) -> Self:
        """The reference that one picture makes."""
        light = light_of(glance, Light.COLOUR)
        return cls(relief=glance.relief, detail=glance.detail, level=float(glance.grey.mean()), light=light, at=at)

    def followed(self, glance: Glance, at: Micros) -> Self:
        """The reference a little nearer to a picture, by the time since the last one."""
        weight = 1 - math.exp(-max(0, at - self.at) / FOLLOWS)
        return msgspec.structs.replace(
            self,
            relief=self.relief + weight * (glance.relief - self.relief),
            detail=self.detail + weight * (glance.detail - self.detail),
            level=self.level + weight * (float(glance.grey.mean()) - self.level),
            at=at,
        )


def light_of(glance: Glance, before: Light) -> Light:
    """What a picture is seen by; between the thresholds it is what it was."""
    if glance.chroma < GREY_BELOW:
        return Light.INFRARED
    return Light.COLOUR if glance.chroma > COLOUR_ABOVE else before


def stepped(glance: Glance, usual: Reference) -> bool:
    """Whether the light is much more or much less than the usual one."""
    level, before = max(float(glance.grey.mean()), 1.0), max(usual.level, 1.0)
    return max(level / before, before / level) >= STEP
