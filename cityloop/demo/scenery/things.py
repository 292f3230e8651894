"""Draws what the three cameras are about: a bin, laundry on a line, rubbish on the pavement. The same numbers draw the same thing."""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

Canvas = NDArray[np.uint8]
Corner = tuple[float, float]
"""Parts of width and height."""
Colour = tuple[int, int, int]
"""Blue, green, red."""

BAGS: Sequence[Colour] = ((40, 38, 36), (60, 58, 56), (190, 192, 196), (150, 110, 60), (70, 110, 70))
CLOTH: Sequence[Colour] = ((210, 210, 214), (150, 90, 60), (60, 60, 170), (90, 150, 190), (120, 70, 120), (80, 120, 80))
LITTER: Sequence[Colour] = (*BAGS, (60, 90, 130), (80, 130, 170), (200, 200, 205))
GREEN: Colour = (62, 84, 52)


def draw_bin(canvas: Canvas, numbers: np.random.Generator, *, there: bool) -> None:
    """A wheeled bin before the doorway; ``there``: its lid is up, bags are piled above its rim and lie at its foot."""
    left, right = 0.085 + numbers.uniform(-0.006, 0.006), 0.215 + numbers.uniform(-0.006, 0.006)
    top, foot = 0.5, 0.92
    if there:
        _fill(canvas, [(left, top), (right, top), (right - 0.01, top - 0.22), (left + 0.01, top - 0.22)], _shade(GREEN, 0.75))
        for _ in range(int(numbers.integers(4, 7))):
            _bag(
                canvas, numbers, (numbers.uniform(left + 0.02, right - 0.02), numbers.uniform(top - 0.12, top)), numbers.uniform(0.03, 0.05)
            )
        for _ in range(int(numbers.integers(1, 4))):
            _bag(canvas, numbers, (numbers.uniform(right, right + 0.07), numbers.uniform(foot - 0.1, foot)), numbers.uniform(0.03, 0.045))
    _fill(canvas, [(left, top), (right, top), (right - 0.015, foot), (left + 0.015, foot)], GREEN)
    _fill(canvas, [(left + 0.015, top), (left + 0.045, top), (left + 0.05, foot), (left + 0.028, foot)], _shade(GREEN, 1.35))
    if not there:
        _fill(
            canvas,
            [(left - 0.008, top + 0.02), (right + 0.008, top + 0.02), (right - 0.01, top - 0.06), (left + 0.01, top - 0.06)],
            _shade(GREEN, 1.2),
        )
    for wheel in (left + 0.03, right - 0.03):
        cv2.circle(canvas, _pixel(canvas, (wheel, foot)), round(0.012 * canvas.shape[1]), (25, 25, 25), cv2.FILLED, cv2.LINE_AA)


def draw_laundry(canvas: Canvas, numbers: np.random.Generator, *, there: bool) -> None:
    """A line along the wall; ``there``: shirts, trousers and sheets hang on it."""
    ends = ((0.02, 0.1 + numbers.uniform(-0.01, 0.01)), (0.46, 0.08 + numbers.uniform(-0.01, 0.01)))
    cv2.line(canvas, _pixel(canvas, ends[0]), _pixel(canvas, ends[1]), (90, 90, 95), 1, cv2.LINE_AA)
    if not there:
        return
    at = 0.03 + numbers.uniform(0, 0.02)
    while at < 0.42:
        width, length = numbers.uniform(0.045, 0.085), numbers.uniform(0.2, 0.42)
        colour = CLOTH[int(numbers.integers(len(CLOTH)))]
        sway = numbers.uniform(-0.008, 0.008)
        _fill(canvas, [(at, 0.09), (at + width, 0.09), (at + width + sway, 0.09 + length), (at + sway, 0.09 + length)], colour)
        for fold in np.linspace(0.25, 0.75, 3):
            x = at + fold * width
            cv2.line(canvas, _pixel(canvas, (x, 0.1)), _pixel(canvas, (x + sway, 0.08 + length)), _shade(colour, 0.8), 1, cv2.LINE_AA)
        if numbers.random() < 0.5:  # A shirt has sleeves.
            for side, out in ((at, -0.018), (at + width, 0.018)):
                _fill(canvas, [(side, 0.09), (side + out, 0.2), (side + out / 3, 0.22), (side, 0.17)], _shade(colour, 0.9))
        at += width + numbers.uniform(0.012, 0.03)


def draw_rubbish(canvas: Canvas, numbers: np.random.Generator, *, there: bool) -> None:
    """Pavement; ``there``: bags, boxes and papers lie on it."""
    if not there:
        return
    for _ in range(int(numbers.integers(4, 7))):
        _bag(canvas, numbers, (numbers.uniform(0.5, 0.86), numbers.uniform(0.78, 0.9)), numbers.uniform(0.022, 0.045))
    for _ in range(int(numbers.integers(10, 20))):
        x, y = numbers.uniform(0.47, 0.92), numbers.uniform(0.78, 0.97)
        wide, high = numbers.uniform(0.008, 0.03), numbers.uniform(0.012, 0.05)
        corners = [(x + dx * wide + numbers.uniform(-0.004, 0.004), y + dy * high) for dx, dy in ((0, 0), (1, 0.2), (1.1, 1), (-0.1, 0.8))]
        _fill(canvas, corners, LITTER[int(numbers.integers(len(LITTER)))])


def _bag(canvas: Canvas, numbers: np.random.Generator, at: Corner, size: float) -> None:
    """A tied bag: an uneven blob with a light spot and a knot."""
    colour = BAGS[int(numbers.integers(len(BAGS)))]
    ratio = canvas.shape[1] / canvas.shape[0]
    around = np.linspace(0, 2 * np.pi, 15)[:-1]
    lengths = size * numbers.uniform(0.8, 1.15, len(around))
    x, y = at[0] + lengths * np.cos(around), at[1] + 0.85 * ratio * lengths * np.sin(around)
    _fill(canvas, list(zip(x.tolist(), y.tolist(), strict=True)), colour)
    spot = (at[0] - 0.3 * size, at[1] - 0.35 * ratio * size)
    axes = (round(0.3 * size * canvas.shape[1]), round(0.18 * size * canvas.shape[1]))
    cv2.ellipse(canvas, _pixel(canvas, spot), axes, -30.0, 0.0, 360.0, _shade(colour, 1.6), cv2.FILLED, cv2.LINE_AA)
    knot = at[1] - 0.8 * ratio * size
    _fill(canvas, [(at[0], knot + 0.03), (at[0] - 0.3 * size, knot - 0.03), (at[0] + 0.3 * size, knot - 0.03)], _shade(colour, 0.8))


def _fill(canvas: Canvas, corners: Sequence[Corner], colour: Colour) -> None:
    cv2.fillPoly(canvas, [np.array([_pixel(canvas, corner) for corner in corners], np.int32)], colour, cv2.LINE_AA)


def _pixel(canvas: Canvas, corner: Corner) -> tuple[int, int]:
    return round(corner[0] * canvas.shape[1]), round(corner[1] * canvas.shape[0])


def _shade(colour: Colour, factor: float) -> Colour:
    blue, green, red = (min(255, round(part * factor)) for part in colour)
    return blue, green, red
