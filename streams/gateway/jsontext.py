"""Reading JSON from strangers: where a text breaks, in lines and columns, and how deep and how large it may be."""

import re
from typing import Any

import msgspec

from config.problem import Problem

MAX_DEPTH = 32
"""How deep an observation may be nested: far more than any device needs, far less than what exhausts a stack."""

_INT64 = (-(1 << 63), (1 << 64) - 1)
_BYTE = re.compile(r"^JSON is malformed: (?P<what>.*) \(byte (?P<byte>\d+)\)$")


class BadJsonError(Exception):
    """A text is not JSON, or not JSON that we take; ``problem`` says where and why."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem))
        self.problem = problem


def read_json(text: bytes, *, file: str, line: int | None = None, kind: Any = Any) -> Any:
    """Decode one JSON value.

    Args:
        text: the bytes, UTF-8.
        file: what the sender knows the input as.
        line: line of the input when the text is one line of it; else lines are counted within the text.
        kind: the type to decode into.

    Raises:
        BadJsonError: the text is not JSON, nests too deep, or holds a number that nothing can carry.
    """
    try:
        found = msgspec.json.decode(text, type=kind)
    except RecursionError:
        raise BadJsonError(_too_deep(file, line)) from None
    except msgspec.DecodeError as error:
        raise BadJsonError(_located(text, str(error), file, line)) from None
    if (what := excess(found)) is not None:
        raise BadJsonError(Problem(file=file, line=line, what=what[0], fix=what[1]))
    return found


def excess(value: object) -> tuple[str, str] | None:
    """What of a decoded value is more than we carry, and what to write instead; ``None`` when all is well.

    Envelopes are msgpack, whose whole numbers have 64 bits; a deeper value than :data:`MAX_DEPTH` could be read here
    and then fail in a process whose stack is already deeper.
    """
    level: list[object] = [value]
    for _ in range(MAX_DEPTH + 1):
        below: list[object] = []
        for part in level:
            if isinstance(part, dict):
                below.extend(part.values())
            elif isinstance(part, list):
                below.extend(part)
            elif isinstance(part, int) and not _INT64[0] <= part <= _INT64[1]:
                return f"A whole number has {len(str(part))} digits.", "Write numbers of up to 64 bits, or the digits as a text in quotes."
        if not below:
            return None
        level = below
    return f"The JSON is nested deeper than {MAX_DEPTH} levels.", "Send a flat object; put structure that rules do not read into evidence."


def _too_deep(file: str, line: int | None) -> Problem:
    what, fix = (
        f"The JSON is nested deeper than {MAX_DEPTH} levels.",
        "Send a flat object; put structure that rules do not read into evidence.",
    )
    return Problem(file=file, line=line, what=what, fix=fix)


def _located(text: bytes, said: str, file: str, line: int | None) -> Problem:
    """Turn msgspec's byte offset into a line and a column, both from 1."""
    match = _BYTE.match(said)
    what = f"not JSON: {match['what']}." if match else f"not JSON: {said[:1].lower()}{said[1:]}."
    # msgspec counts the first trailing character as read; every other place is that of the offending character.
    offset = len(text) if match is None else int(match["byte"]) - (match["what"] == "trailing characters")
    before = text[:offset]
    own_line = before.count(b"\n") + 1 if line is None else line
    column = len(before) - (before.rfind(b"\n") + 1) + 1
    return Problem(file=file, line=own_line, column=column, what=what, fix=_remedy(text, before))


def _remedy(text: bytes, before: bytes) -> str:
    """What the sender most likely has to change."""
    rest = text[len(before) :]
    if rest.lstrip(b"-").startswith((b"NaN", b"Infinity")):
        return "JSON has no NaN and no infinity: leave the observation out when there is no measurement."
    if text.startswith(b"\xef\xbb\xbf"):
        return "Send UTF-8 without a byte order mark."
    if not rest:
        return "The text ends too early: send it whole."
    if rest.startswith(b"'"):
        return "Use double quotes."
    if b"\n" in before and rest.startswith(b"{"):
        return "Send several objects as an array, or one a line with the content type application/x-ndjson."
    return "Send one JSON object or array, in UTF-8."
