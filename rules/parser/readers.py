"""Readers of single values: each gives the value or raises what is wrong with it and what to write instead."""

import re
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any, TypeVar

from config.duration import parse_duration
from config.kinds import Text
from config.moment import SECOND, Micros
from config.report import Report
from config.suggest import did_you_mean
from rules.grouping import field_fault
from rules.model import Predicate
from rules.parser.document import Field, Item
from rules.placeholders import placeholder_fault

Reader = Callable[[Item, Report], Any]
_Choice = TypeVar("_Choice", bound=StrEnum)

_NAME = re.compile(r"[\w][\w.\-]{0,99}")
_CATEGORY = re.compile(r"[0-9]{2,10}")
_WHOLE = re.compile(r"[0-9]{1,9}")
MAX_LENGTH: Micros = 3653 * 86_400 * SECOND
"""The longest length of time: ten years. A timer far beyond the calendar is a slip of the pen, and no checkpoint could hold it."""

LEAST_REPEAT: Micros = SECOND
"""The shortest time after which an alert is told again."""


class BadValueError(ValueError):
    """A value does not fit; ``what`` and ``fix`` are sentences for the rule's author."""

    def __init__(self, what: str, fix: str) -> None:
        super().__init__(what, fix)
        self.what = what
        self.fix = fix


def read_fields(item: Item, table: Mapping[str, Reader], report: Report, *, of: str) -> tuple[dict[str, Any], dict[str, Field]]:
    """Read a mapping by a table of its fields.

    Returns:
        The values of the fields that could be read, and every field that was written and is known, with its places.
    """
    if not item.is_mapping:
        report.add(item.place, f"{of} is not a mapping.", f"Write 'field: value' pairs; fields: {', '.join(table)}.")
        return {}, {}
    written = item.fields(report)
    values: dict[str, Any] = {}
    for name, field in written.items():
        reader = table.get(name)
        if reader is None:
            report.add(field.key.place, f"{of} has no field {name!r}.", did_you_mean(name, table))
            continue
        try:
            values[name] = reader(field.value, report)
        except BadValueError as error:
            report.add(field.value.place, f"{name}: {error.what}", error.fix)
    return values, {name: field for name, field in written.items() if name in table}


def text(item: Item, _: Report) -> str:
    """A text that is not empty."""
    if item.text is None or not item.text.strip():
        raise BadValueError("nothing is written here, or no text.", "Write one text.")
    return item.text


def name(item: Item, report: Report) -> str:
    """Letters, digits and ``. _ -``, as names stand in ids, labels and file names."""
    given = text(item, report)
    if not _NAME.fullmatch(given):
        raise BadValueError(f"{given!r} is no name.", "Write letters, digits, '-', '_' and '.', for example bin-overflow.")
    return given


def texts(item: Item, report: Report) -> tuple[str, ...]:
    """One text, or a list of texts without repetition."""
    if not item.is_list:
        return (text(item, report),)
    found = tuple(text(entry, report) for entry in item.entries())
    if len(set(found)) < len(found):
        raise BadValueError(f"{', '.join(found)} names something twice.", "Keep each name once.")
    return found


def some_texts(item: Item, report: Report) -> tuple[str, ...]:
    """One text, or a list of at least one."""
    found = texts(item, report)
    if not found:
        raise BadValueError("the list is empty.", "Name at least one.")
    return found


def predicate(item: Item, report: Report) -> Predicate:
    """The text of a predicate with the place of its first character."""
    return Predicate(text=text(item, report).rstrip("\n"), place=item.text_place)


def duration(item: Item, report: Report) -> Micros:
    """A length of time; nothing is one too."""
    given = text(item, report)
    fix = f"Write {given}s for seconds or {given}m for minutes." if given.isdigit() else "Write for example 30s, 10m or 1h30m."
    try:
        length = parse_duration(given) if len(given) <= 100 else MAX_LENGTH + 1
    except ValueError as error:
        raise BadValueError(f"{str(error).partition(':')[0]}.", fix) from None
    if length > MAX_LENGTH:
        raise BadValueError("it is longer than ten years.", "Write for example 30s, 10m or 1h30m.")
    return length


def positive_duration(item: Item, report: Report) -> Micros:
    """A length of time that is not nothing."""
    length = duration(item, report)
    if length == 0:
        raise BadValueError("it must be longer than nothing.", "Write for example 30s.")
    return length


def repetition(item: Item, report: Report) -> Micros:
    """A length of time after which something is said again: :data:`LEAST_REPEAT` at least."""
    length = positive_duration(item, report)
    if length < LEAST_REPEAT:
        what = "it is shorter than 1s: the clock of the log goes on once a second, and nobody reads what is said more often."
        raise BadValueError(what, "Write for example 5m.")
    return length


def truth(item: Item, report: Report) -> bool:
    """``true`` or ``false``, as YAML 1.2 has them."""
    given = text(item, report)
    if given not in ("true", "false"):
        raise BadValueError(f"{given!r} is neither true nor false.", "Write true, or leave it out.")
    return given == "true"


def whole(item: Item, report: Report) -> int:
    """A whole number from 1."""
    given = text(item, report)
    if not _WHOLE.fullmatch(given) or int(given) < 1:
        raise BadValueError(f"{given!r} is not a whole number from 1.", "Write for example 3.")
    return int(given)


def number(item: Item, report: Report) -> float:
    """A finite number."""
    given = text(item, report)
    try:
        found = float(given)
    except ValueError:
        raise BadValueError(f"{given!r} is not a number.", "Write for example 0.5.") from None
    if not -1e300 < found < 1e300:
        raise BadValueError(f"{given!r} is not a finite number.", "Write for example 0.5.")
    return found


def category(item: Item, report: Report) -> str:
    """A matter code, as it is written."""
    given = text(item, report)
    if not _CATEGORY.fullmatch(given):
        raise BadValueError(f"{given!r} is not a category code.", 'Write the digits of the code, for example "06042".')
    return given


def choice(enum: type[_Choice]) -> Reader:
    """One of an enumeration's values."""

    def read(item: Item, report: Report) -> _Choice:
        given = text(item, report)
        try:
            return enum(given)
        except ValueError:
            raise BadValueError(f"{given!r} is not one of its values.", did_you_mean(given, [member.value for member in enum])) from None

    return read


def _sentence(item: Item, report: Report) -> str:
    """A text whose placeholders can be filled."""
    given = text(item, report)
    if (fault := placeholder_fault(given)) is not None:
        raise BadValueError(*fault)
    return given


def summary(item: Item, report: Report) -> Text:
    """``{en: ..., zh: ...}``, or one text for both languages."""
    return _two_texts(item, report, _sentence)


def any_summary(item: Item, report: Report) -> Text:
    """The same with placeholders that are checked later."""
    return _two_texts(item, report, text)


def _two_texts(item: Item, report: Report, reader: Reader) -> Text:
    if not item.is_mapping:
        both = reader(item, report)
        return Text(both, both)
    values, written = read_fields(item, {"en": reader, "zh": reader}, report, of="summary")
    for language in ("en", "zh"):
        if language not in written:
            raise BadValueError(f"the text in {language!r} is missing.", "Write { en: ..., zh: ... }.")
    return Text(values.get("en", ""), values.get("zh", ""))


def field_names(item: Item, report: Report) -> tuple[str, ...]:
    """Fields by which observations are told apart."""
    found = texts(item, report)
    for one in found:
        if (fault := field_fault(one)) is not None:
            raise BadValueError(*fault)
    return found


def field_name(item: Item, report: Report) -> str:
    """One such field."""
    found = field_names(item, report)
    if len(found) != 1:
        raise BadValueError("it takes one field.", "Write for example source.")
    return found[0]


def labels(item: Item, report: Report) -> dict[str, str]:
    """Free texts by name."""
    if not item.is_mapping:
        raise BadValueError("labels are not a mapping.", "Write { name: text }.")
    return {label: text(field.value, report) for label, field in item.fields(report).items()}
