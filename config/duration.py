"""Lengths of time as people write them: ``30s``, ``10m``, ``1h30m``, ``2d``, ``500ms`` (the units of Prometheus rule files)."""

import re

from config.moment import Micros

UNITS: dict[str, Micros] = {
    "w": 604_800_000_000,
    "d": 86_400_000_000,
    "h": 3_600_000_000,
    "m": 60_000_000,
    "s": 1_000_000,
    "ms": 1_000,
}
"""Microseconds of each unit, the longest first, which is also the order in which they may be written."""

_PART = r"(?:([0-9]{1,18})%s)?"  # The ten digits only, and no more of them than a number of microseconds has.
_DURATION = re.compile("".join(_PART % (unit if unit != "m" else "m(?!s)") for unit in UNITS))


def parse_duration(text: str) -> Micros:
    """Read a length of time; ``0`` alone needs no unit, as in Prometheus.

    Raises:
        ValueError: no such length; the message says how to write one.
    """
    if text == "0":
        return 0
    match = _DURATION.fullmatch(text)
    if match is None or not any(match.groups()):
        msg = f"{text!r} is not a length of time: write whole numbers with units, the longest first, like 30s, 10m, 1h30m or 2d"
        raise ValueError(msg)
    return sum(int(number) * length for number, length in zip(match.groups(), UNITS.values(), strict=True) if number)


def render_duration(length: Micros) -> str:
    """Write a length of time of whole milliseconds so that :func:`parse_duration` reads it back."""
    if length == 0:
        return "0s"
    parts: list[str] = []
    for unit, size in UNITS.items():
        count, length = divmod(length, size)
        if count:
            parts.append(f"{count}{unit}")
    return "".join(parts)
