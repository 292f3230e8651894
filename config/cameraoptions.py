"""The options of a camera: what only one kind of source knows."""

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Any

import msgspec

from config.report import Place, Report
from config.suggest import did_you_mean

OptionValue = str | float | bool
_EXAMPLES = {
    "decode": "Write all or keyframes.",
    "times": "Write names, exif or mtime.",
    "substream": "Write an address in quotes.",
    "certificate": "Write the path of a PEM file.",
}
_CREDENTIALS = re.compile(r"env:[A-Za-z_][A-Za-z0-9_]*|file:.+")


class Decode(StrEnum):
    """Which frames of a stream are decoded."""

    ALL = "all"
    KEYFRAMES = "keyframes"


class Times(StrEnum):
    """Where the times of a folder's pictures come from."""

    NAMES = "names"
    EXIF = "exif"
    MTIME = "mtime"


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """Known options with their defaults.

    Attributes:
        start: media time in seconds at which a file starts to play.
        end: media time in seconds at which it stops; ``None`` for its end.
        hold_at: media time in seconds of the frame that is held; ``None`` holds the last one.
        hold: seconds for which that frame is held.
        rest: seconds for which the last frame stays at the end.
        loop: play the file again and again.
        timeout: seconds without a frame after which a live source is connected anew.
        credentials: where ``user:password`` of a live source is kept, ``env:NAME`` or ``file:PATH``; never the secret itself.
        certificate: PEM file with the certificate of a camera with TLS, or of its authority, by which it is checked.
        decode: ``keyframes`` decodes only frames that stand for themselves (files, RTSP, RTMP): one a second or fewer, at a tenth of the price.
        substream: URL that frames are taken from instead of the camera's own, usually its smaller stream.
        times: of a folder's pictures: the order of their ``names``, their ``exif`` data, or their last change (``mtime``).
        step: seconds for which a picture of a folder is on (by names), and the last one in any case.
    """

    start: float = 0.0
    end: float | None = None
    hold_at: float | None = None
    hold: float = 0.0
    rest: float = 0.0
    loop: bool = False
    timeout: float = 10.0
    credentials: str | None = None
    certificate: str | None = None
    decode: Decode = Decode.ALL
    substream: str | None = None
    times: Times = Times.NAMES
    step: float = 1.0


def options_of(given: Mapping[str, OptionValue]) -> Options:
    """The options of a camera as a value with defaults.

    Raises:
        msgspec.ValidationError: they did not come through :func:`read_options`.
    """
    return msgspec.convert(dict(given), Options)


def read_options(given: Mapping[str, Any], place: Place, report: Report) -> Mapping[str, OptionValue]:
    """Check the options of a camera's file; faults go to the report, all at the place of the options."""
    known = {field.name: field for field in msgspec.structs.fields(Options)}
    for name, value in given.items():
        if name not in known:
            report.add(place, f"unknown option {name!r}.", did_you_mean(name, known))
            continue
        try:
            msgspec.convert(value, known[name].type)
        except msgspec.ValidationError as error:
            fix = _EXAMPLES.get(name, f"Write a value like {known[name].default!r}.")
            report.add(place, f"options.{name}: {value!r} does not fit: {error}.", fix)
            continue
        if isinstance(value, int | float) and not isinstance(value, bool) and value < 0:
            report.add(place, f"options.{name}: {value} is negative.", "Write seconds, 0 or more.")
    if given.get("step") == 0:
        report.add(place, "options.step: pictures that are on for no time are never seen.", "Write seconds, more than 0.")
    credentials = given.get("credentials")
    if isinstance(credentials, str) and not _CREDENTIALS.fullmatch(credentials):
        # The value itself is not repeated: its author may have written the secret.
        report.add(
            place, "options.credentials: this is not a reference to a secret.", "Write env:NAME or file:PATH, where user:password is kept."
        )
    return dict(given)
