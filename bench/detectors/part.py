"""Parts of the clips in which the camera stands still, and where in them a vehicle can stand."""

import msgspec

from config.sources import Point


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """A part of a clip in which the camera stands still.

    Attributes:
        name: of the part.
        clip: which clip.
        begin: first second.
        end: last second.
        step: seconds of the clip between two pictures. Parts of a second or two are played slowly, and again and again.
        zone: polygon in which nobody may stand, as parts of width and height.
        places: where the middle of a vehicle's lower edge can be.
        horizon: height at which a vehicle would have no width ...
        growth: ... and how much wider it becomes with each part of the height below: parts of the picture's width.
    """

    name: str
    clip: str
    begin: float
    end: float
    step: float
    zone: tuple[Point, ...]
    places: tuple[Point, ...]
    horizon: float
    growth: float

    def width(self, bottom: float) -> float:
        """How wide a vehicle is that touches the ground at this height, as a part of the picture's width."""
        return max(0.0, bottom - self.horizon) * self.growth


PARTS: tuple[Part, ...] = (
    Part(
        name="road", clip="vtest", begin=0.0, end=79.0, step=1.0,
        zone=((0.36, 0.36), (0.60, 0.28), (0.99, 0.22), (0.99, 0.80), (0.80, 0.80), (0.36, 0.55)),
        places=((0.80, 0.40), (0.72, 0.47), (0.86, 0.53), (0.62, 0.43), (0.84, 0.61), (0.52, 0.45), (0.88, 0.35), (0.70, 0.38)),
        horizon=-0.09, growth=0.355,
    ),
    Part(
        name="street", clip="bikes", begin=5.64, end=7.40, step=0.08,
        zone=((0.0, 0.84), (1.0, 0.84), (1.0, 1.0), (0.0, 1.0)),
        places=((0.30, 0.92), (0.55, 0.95), (0.70, 0.90), (0.42, 0.97)),
        horizon=0.35, growth=0.60,
    ),
    Part(
        name="pavement", clip="bikes", begin=7.52, end=9.60, step=0.08,
        zone=((0.0, 0.80), (1.0, 0.80), (1.0, 1.0), (0.0, 1.0)),
        places=((0.35, 0.90), (0.62, 0.94), (0.50, 0.86), (0.72, 0.97)),
        horizon=0.25, growth=0.52,
    ),
)  # fmt: skip
"""Every part that is used."""
