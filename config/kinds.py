"""The kinds table: what can be observed. A kind is a row, not a class."""

from enum import StrEnum

import msgspec


class ValueType(StrEnum):
    """The type of an observation's value."""

    NUMBER = "number"
    BOOL = "bool"
    STRING = "string"


class Text(msgspec.Struct, frozen=True):
    """A text shown to people, in both languages of the product."""

    en: str
    zh: str


class Kind(msgspec.Struct, frozen=True, kw_only=True):
    """One kind of observation.

    Attributes:
        name: what rules and observations call it.
        value: type of the value.
        label: shown to people.
        unit: unit of a numeric value (UCUM code where there is one).
        life_safety: goes to the urgent topic, is never coalesced for long and never silenced.
        pulse: true at one instant only (a motion, a button), so that a level rule ends at the sample itself.
    """

    name: str
    value: ValueType
    label: Text
    unit: str | None = None
    life_safety: bool = False
    pulse: bool = False
