"""One row of a table, one mapping of a YAML file or one feature's properties becomes one struct, field by field."""

from collections.abc import Callable, Mapping
from typing import Any, Literal, TypeVar

import msgspec

from config.report import Place, Report
from config.suggest import did_you_mean

Shape = TypeVar("Shape", bound=msgspec.Struct)
Locate = Callable[[str | None], Place]
"""Where a field stands; ``None`` asks for the record itself."""


class Placed(msgspec.Struct, frozen=True):
    """A value with the place that it was read from, so that later checks can point at it.

    Attributes:
        value: the struct.
        place: where its record begins.
        fields: where each of its fields stands, as far as that is known.
    """

    value: Any
    place: Place
    fields: Mapping[str, Place] = {}

    def at(self, field: str) -> Place:
        """Where a field stands; the record's own place where that is not known."""
        return self.fields.get(field, self.place)


def read_record(
    shape: type[Shape], fields: Mapping[str, Any], locate: Locate, report: Report, *, text: bool = False, unknown: Locate | None = None
) -> Shape | None:
    """Convert the fields of one record; every fault of it goes to the report.

    Args:
        shape: what to build.
        fields: plain values by field name.
        locate: where a field's value stands.
        report: takes the problems.
        text: the values are texts of a table: empty means absent, ``yes`` and ``no`` are truth values, lists are parted by blanks.
        unknown: where an unknown field is shown; default as ``locate``.

    Returns:
        The struct, or ``None`` when anything was wrong.
    """
    known = {field.name: field for field in msgspec.structs.fields(shape)}
    given = {name: value for name, value in fields.items() if not (text and value == "")}
    sound = True
    for name in given.keys() - known.keys():
        report.add((unknown or locate)(name), f"unknown field {name!r}.", did_you_mean(name, known))
        sound = False
    values: dict[str, Any] = {}
    for name, field in known.items():
        if name not in given:
            if field.required:
                report.add(locate(None), f"the field {name!r} is missing.", f"Add {name!r}: {_wanted(field.type)}.")
                sound = False
            continue
        value = _from_text(given[name], field.type) if text else given[name]
        try:
            values[name] = msgspec.convert(value, field.type, strict=not text)
        except msgspec.ValidationError as error:
            report.add(locate(name), f"{name}: {given[name]!r} does not fit: {error}.", f"Write {_wanted(field.type)}.")
            sound = False
    return shape(**values) if sound else None


TRUTH = {"yes": "true", "no": "false"}


def _from_text(value: str, wanted: Any) -> Any:
    """Words of a table that msgspec does not know."""
    if wanted is bool:
        return TRUTH.get(value, value)
    if getattr(wanted, "__origin__", None) is tuple:
        return value.split()
    return value


def _wanted(wanted: Any) -> str:
    """Say in words what a field takes."""
    members = getattr(wanted, "__members__", None)
    if members:
        return "one of " + ", ".join(str(member) for member in members.values())
    if getattr(wanted, "__origin__", None) is Literal:
        return "one of " + ", ".join(wanted.__args__)
    words: dict[Any, str] = {Any: "values", str: "a text", int: "a whole number", float: "a number", bool: "a truth value (yes or no)"}
    if wanted in words:
        return words[wanted]
    parts = [_wanted(part) for part in getattr(wanted, "__args__", ()) if part not in {type(None), Ellipsis}]
    if getattr(wanted, "__origin__", None) in {tuple, list}:
        return f"a list of {', '.join(parts)}" if parts != ["values"] else "a list"
    if isinstance(wanted, type) and issubclass(wanted, msgspec.Struct):
        return f"a mapping such as {{{', '.join(f'{name}: ...' for name in wanted.__struct_fields__)}}}"
    return " or ".join(parts) or f"a {getattr(wanted, '__name__', wanted)}"
