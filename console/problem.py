"""Problems as RFC 9457 wants them: what is wrong, where, and what to write instead."""

import difflib
import re
from collections.abc import Iterable, Sequence

import msgspec

TYPE = "application/problem+json"
_UNKNOWN = re.compile(r"unknown field `(?P<name>[^`]*)`")
_ENUM = re.compile(r"Invalid enum value '(?P<name>[^']*)'")
_PATH = re.compile(r" - at `\$\.?(?P<path>[^`]*)`$")


class Fault(msgspec.Struct, frozen=True, omit_defaults=True):
    """One fault of a request.

    Attributes:
        where: the field (``photos[0]``), parameter or ``body``.
        what: what is wrong.
        fix: what to write instead.
    """

    where: str
    what: str
    fix: str = ""


class ProblemBody(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A problem document (RFC 9457).

    Attributes:
        type: URI reference of the kind of problem, ``/problems/<name>``.
        title: the kind in words, the same for every occurrence.
        status: HTTP status.
        detail: this occurrence, in a sentence that says what to do.
        errors: every fault of the request.
        current_version: of a ticket that has moved on (``stale-version``).
        changed_by: who moved it on.
        changed_fact: what they did.
    """

    type: str
    title: str
    status: int
    detail: str = ""
    errors: tuple[Fault, ...] = ()
    current_version: int | None = None
    changed_by: str | None = None
    changed_fact: str | None = None


def suggest(written: str, known: Iterable[str]) -> str:
    """A sentence that offers the nearest known word, or lists those that are known."""
    words = sorted(known)
    near = difflib.get_close_matches(written, words, n=1, cutoff=0.6)
    if near:
        return f"Did you mean {near[0]!r}?"
    return f"Known: {', '.join(words)}." if words else ""


def fault_of(message: str, where: str, fields: Sequence[str], choices: Sequence[str] = ()) -> Fault:
    """Turn a decoding message into a fault with a fix.

    Args:
        message: as msgspec words it.
        where: the place that the framework knows (empty for the body itself).
        fields: the fields that the body has.
        choices: words that an enumeration of the body takes.
    """
    path = _PATH.search(message)
    what = _PATH.sub("", message)
    place = (path["path"] if path else "") or where or "body"
    for pattern, known in ((_UNKNOWN, fields), (_ENUM, choices)):
        found = pattern.search(what)
        if found:
            place = found["name"] if pattern is _UNKNOWN else place
            return Fault(place, f"{what}.", suggest(found["name"], known))
    return Fault(place, f"{what}.")
