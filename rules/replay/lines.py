"""Lines of a recording: each an observation in the public form, or the reason why it is none."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec

from config.kinds import Kind
from config.moment import Micros
from config.problem import ProblemsError
from streams.observation import Observation
from streams.publicform import read_observation

MAX_LINE_BYTES = 1_048_576
"""The longest line that is looked at, as long as the longest record of the log."""

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_decode = msgspec.json.decode


class Line(msgspec.Struct, frozen=True, gc=False):
    """One line.

    Attributes:
        number: from 1.
        observation: what it holds, or ``None``.
        reason: why it could not be read, in words; empty when it could.
        stream: which partition of a recorded topic it is of; 0 where there is one stream.
        tick: the gateway's clock, where it holds that.
    """

    number: int
    observation: Observation | None
    reason: str = ""
    stream: int = 0
    tick: Micros | None = None


def read_lines(raw: Iterable[bytes], kinds: Mapping[str, Kind]) -> Iterator[Line]:
    """Read NDJSON; empty lines are passed over, a byte order mark is dropped."""
    return read_objects(decode_lines(raw), kinds)


def read_objects(numbered: Iterable[tuple[int, Any]], kinds: Mapping[str, Kind]) -> Iterator[Line]:
    """Read observations in the public form, each with its number."""
    for number, obj in numbered:
        if isinstance(obj, Unreadable):
            yield Line(number, None, obj.reason)
            continue
        try:
            yield Line(number, read_observation(obj, now=None, kinds=kinds))
        except ProblemsError as error:
            yield Line(number, None, " ".join(f"{problem.what} {problem.fix}".rstrip() for problem in error.problems))


class Unreadable(msgspec.Struct, frozen=True):
    """A line that is not JSON."""

    reason: str


def decode_lines(raw: Iterable[bytes]) -> Iterator[tuple[int, Any]]:
    """The JSON value of each line with its number, or :class:`Unreadable`."""
    for number, line in enumerate(raw, start=1):
        text = line.removeprefix(_BYTE_ORDER_MARK).strip() if number == 1 else line.strip()
        if not text:
            continue
        if len(text) > MAX_LINE_BYTES:
            yield number, Unreadable(f"The line has {len(text)} bytes. Write one observation a line, of at most {MAX_LINE_BYTES} bytes.")
            continue
        try:
            yield number, _decode(text)
        except UnicodeDecodeError:
            yield number, Unreadable("The line is not UTF-8. Save the file with the encoding UTF-8.")
        except msgspec.DecodeError as error:
            yield number, Unreadable(f"The line is not JSON: {error}. Write one JSON object a line.")
        except RecursionError:
            yield number, Unreadable("The line is nested too deeply. Write a flat object.")
