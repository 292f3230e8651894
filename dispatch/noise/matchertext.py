"""Matchers as people write them: ``rule="door-left-open"``, ``source=~"sensor/.*"``; and everything that is wrong with one."""

import re
from collections.abc import Iterator, Sequence

import msgspec
import re2

from config.suggest import did_you_mean
from dispatch.noise.matcher import FIELDS, LONGEST_VALUE, MOST_MATCHERS, PREFIXES, Matcher, Operator, compiled, takes_empty
from dispatch.verdict import Complaint

_FORM = re.compile(r"\s*(?P<field>[A-Za-z_][\w.\-]*)\s*(?P<operator>=~|!~|!=|=)\s*(?P<value>.*?)\s*", re.DOTALL)
_PATTERNS = frozenset({Operator.MATCH, Operator.NO_MATCH})
LONGEST_FIELD = 200
EXAMPLE = 'Write field="value", field!="value", field=~"expression" or field!~"expression".'


def parse_matcher(text: str) -> Matcher:
    """Read one matcher; the value stands in double quotes (with JSON's escapes), or bare.

    Raises:
        ValueError: it is not a matcher; :data:`EXAMPLE` says how to write one.
    """
    found = _FORM.fullmatch(text)
    if found is None:
        msg = f"{text!r} is no matcher"
        raise ValueError(msg)
    value = found["value"]
    if value.startswith('"'):
        try:
            value = msgspec.json.decode(value, type=str)
        except msgspec.DecodeError as error:
            msg = f"{text!r}: the quoted value is no text: {error}"
            raise ValueError(msg) from error
    return Matcher(field=found["field"], operator=Operator(found["operator"]), value=value)


def render_matcher(matcher: Matcher) -> str:
    """Write a matcher so that :func:`parse_matcher` reads it back."""
    return f"{matcher.field}{matcher.operator.value}{msgspec.json.encode(matcher.value).decode()}"


def complaints_about(matchers: Sequence[Matcher], where: str = "matchers") -> tuple[Complaint, ...]:
    """Everything that is wrong with a list of matchers: fields, expressions, and a list that everything meets."""
    return tuple(_complaints(matchers, where))


def _complaints(matchers: Sequence[Matcher], where: str) -> Iterator[Complaint]:
    if not matchers:
        yield Complaint(where, "there is no matcher, so everything would match.", EXAMPLE)
        return
    if len(matchers) > MOST_MATCHERS:
        yield Complaint(where, f"there are {len(matchers)} matchers.", f"Write at most {MOST_MATCHERS}.")
    sound = True
    for index, matcher in enumerate(matchers):
        for found in _faults(matcher, f"{where}[{index}]"):
            sound = False
            yield found
    if sound and all(takes_empty(matcher) for matcher in matchers):
        yield Complaint(
            where, "every matcher is met by an empty value too, so that everything could match.", 'Let one ask for something: rule=~".+".'
        )


def _faults(matcher: Matcher, where: str) -> Iterator[Complaint]:
    field = matcher.field
    own = any(field.startswith(prefix) and len(field) > len(prefix) for prefix in PREFIXES)
    if (field not in FIELDS and not own) or len(field) > LONGEST_FIELD:
        known = [*FIELDS, "labels.NAME", "group.NAME"]
        yield Complaint(f"{where}.field", f"the field {field[:LONGEST_FIELD]!r} is not known.", did_you_mean(field[:LONGEST_FIELD], known))
    if len(matcher.value) > LONGEST_VALUE:
        yield Complaint(f"{where}.value", f"the value has {len(matcher.value)} characters.", f"Write at most {LONGEST_VALUE}.")
    elif matcher.operator in _PATTERNS:
        try:
            compiled(matcher.value)
        except re2.error as error:
            told = error.args[0] if error.args else error
            told = told.decode(errors="replace") if isinstance(told, bytes) else str(told)
            yield Complaint(
                f"{where}.value", f"{matcher.value!r} is no expression: {told}.", "Write RE2's syntax (no look-ahead, no back-reference)."
            )
