"""Readers of the fields of an observation: each gives the field's value or says what is wrong with it and what to write."""

import math
import re
from collections.abc import Mapping

import msgspec

from config.moment import Micros, parse
from streams.observation import Position, Value

MAX_TEXT = 1_000
"""The longest value of a text kind, in characters."""
MAX_EVIDENCE = 32
"""The most references to pictures that one observation may carry."""

_SOURCE = re.compile(r"(camera|sensor)/[\w.:@+/-]{1,200}")
_KIND = re.compile(r"[a-z][a-z0-9_]{0,63}")
_INSTANT = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?(?P<offset>[Zz]|[+-]\d\d:[0-5]\d)?", re.ASCII)
_LATEST: Micros = 253_402_300_800 * 1_000_000  # The year 10000, which RFC 3339 cannot write.


class BadFieldError(ValueError):
    """A field's value does not fit; ``what`` and ``fix`` are sentences for the sender."""

    def __init__(self, what: str, fix: str) -> None:
        super().__init__(what, fix)
        self.what = what
        self.fix = fix


def shown(value: object) -> str:
    """The value as JSON, cut to a length that fits in a message."""
    try:
        text_form = msgspec.json.encode(value).decode()
    except (TypeError, ValueError, msgspec.MsgspecError):
        text_form = repr(value)
    return text_form if len(text_form) <= 60 else f"{text_form[:57]}..."


def text(given: object, *, limit: int) -> str:
    """A text that is not empty and not longer than ``limit`` characters."""
    if not isinstance(given, str):
        raise BadFieldError(f"{shown(given)} is not a text.", "Write it in quotes.")
    if not given or len(given) > limit:
        raise BadFieldError(f"has {len(given)} characters.", f"Write 1 to {limit}.")
    return _without_nul(given)


def source(given: object) -> str:
    """``camera/<id>`` or ``sensor/<id>``."""
    if isinstance(given, str) and _SOURCE.fullmatch(given):
        return given
    raise BadFieldError(
        f"{shown(given)} names no source.",
        "Write camera/<id> or sensor/<id>; an id has up to 200 letters, digits and . : @ + / - _ characters.",
    )


def kind(given: object) -> str:
    """A name of the form that the kinds table uses."""
    if isinstance(given, str) and _KIND.fullmatch(given):
        return given
    raise BadFieldError(f"{shown(given)} is not the name of a kind.", "Write lower-case letters, digits and _, for example bin_fullness.")


def instant(given: object) -> Micros:
    """RFC 3339 with its offset, between 1970 and 9999; digits beyond the microsecond are cut off."""
    if not isinstance(given, str) or (match := _INSTANT.fullmatch(given)) is None:
        raise BadFieldError(f"{shown(given)} is not an RFC 3339 date-time.", "Write for example 2026-03-02T08:00:00+08:00.")
    if match["offset"] is None:
        kept = given[:26]  # Up to the microsecond, so that the advice is short however many digits came.
        raise BadFieldError(f"{shown(given)} has no offset from UTC.", f"Write {kept}+08:00 for China's time, or {kept}Z for UTC.")
    try:
        moment = parse(given.upper())
    except ValueError as error:
        raise BadFieldError(f"{shown(given)} is not a date-time: {error}.", "Write for example 2026-03-02T08:00:00+08:00.") from None
    if not 0 <= moment < _LATEST:
        raise BadFieldError(f"{shown(given)} lies outside the years 1970 to 9999.", "Set the clock of the device.")
    return moment


def value(given: object) -> Value:
    """A finite number (as a float), a truth value or a text."""
    if isinstance(given, bool):
        return given
    if isinstance(given, str):
        if len(given) > MAX_TEXT:
            raise BadFieldError(f"has {len(given)} characters.", f"Write at most {MAX_TEXT}.")
        return _without_nul(given)
    if isinstance(given, int | float):
        return _finite(given)
    raise BadFieldError(f"{shown(given)} is not a value.", "Write a number, true, false or a text in quotes.")


def confidence(given: object) -> float:
    """A number from 0 to 1."""
    if isinstance(given, int | float) and not isinstance(given, bool) and 0 <= given <= 1:
        return float(given)
    raise BadFieldError(f"{shown(given)} is not a confidence.", "Write a number from 0 to 1.")


def position(given: object) -> Position:
    """``{"lon": ..., "lat": ...}`` in degrees, WGS 84."""
    example = 'Write {"lon": 121.47, "lat": 31.23}, in degrees.'
    if not isinstance(given, Mapping) or set(given) != {"lon", "lat"}:
        raise BadFieldError(f"{shown(given)} is not a position.", example)
    lon, lat = given["lon"], given["lat"]
    for degrees, bound in ((lon, 180), (lat, 90)):
        if isinstance(degrees, bool) or not isinstance(degrees, int | float) or not -bound <= degrees <= bound:
            raise BadFieldError(f"{shown(given)} is not on the earth.", example)
    return Position(float(lon), float(lat))


def evidence(given: object) -> tuple[str, ...]:
    """References to pictures or recordings, as URIs."""
    if not isinstance(given, list | tuple) or len(given) > MAX_EVIDENCE:
        raise BadFieldError(f"{shown(given)} is not a list of references.", f"Write a list of at most {MAX_EVIDENCE} URIs.")
    return tuple(text(reference, limit=2_000) for reference in given)


def _without_nul(given: str) -> str:
    """No NUL: PostgreSQL cannot keep one in a text, so that it would stop an alert halfway."""
    if "\0" in given:
        raise BadFieldError(f"{shown(given)} has a NUL character.", "Leave it out.")
    return given


def _finite(given: float) -> float:
    try:
        number = float(given)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        raise BadFieldError(f"{shown(given)} is not a finite number.", "Write a number that fits in 64 bits of floating point.")
    return number
