"""Placeholders in a rule's texts: ``{value}`` and the like are filled when the alert speaks, ``{place}`` later by dispatch."""

import re
from collections.abc import Iterable, Mapping

from config.kinds import Text
from config.suggest import did_you_mean

PLACE = "place"
"""Left as it stands: only dispatch knows the map."""
FILLED = ("source", "kind", "value", "unit", "zone", "confidence", "count", "rule", "group")
"""What is known when an alert of observations speaks."""
ALWAYS = ("rule", "group", PLACE)
"""What every alert can say."""
ATTRIBUTES = "attributes."

_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")


def placeholder_fault(text: str, columns: Iterable[str] = FILLED) -> tuple[str, str] | None:
    """The first placeholder that nothing fills, and what to write instead; ``columns``: names that something fills."""
    known = {*columns, *ALWAYS}
    for name in _PLACEHOLDER.findall(text):
        if name not in known and not (columns is FILLED and name.startswith(ATTRIBUTES)):
            return f"{{{name}}} is no placeholder.", did_you_mean(name, known)
    return None


def fill(text: Text, values: Mapping[str, object]) -> Text:
    """Both texts with their placeholders filled; what is not known becomes a dash."""

    def put(match: re.Match[str]) -> str:
        name = match.group(1)
        return match.group(0) if name == PLACE else shown(_known(name, values))

    return Text(_PLACEHOLDER.sub(put, text.en), _PLACEHOLDER.sub(put, text.zh))


def _known(name: str, values: Mapping[str, object]) -> object:
    """What a name stands for; of an attribute that is an object also what lies in it, as predicates have it."""
    if name in values or not name.startswith(ATTRIBUTES):
        return values.get(name)
    outer, _, inner = name.rpartition(".")
    found = _known(outer, values)
    return found.get(inner) if isinstance(found, Mapping) else None


def shown(value: object) -> str:
    """A value as people write it: whole numbers without a fraction, truth values in small letters."""
    match value:
        case None:
            return "-"
        case bool():
            return "true" if value else "false"
        case float() if value.is_integer() and abs(value) < 1e15:
            return str(int(value))
        case _:
            return str(value)
