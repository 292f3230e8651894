"""Checkpoints of older versions: one pure function from each schema to the next, so that an upgrade loses no state.

Whoever changes what the sections hold raises :data:`SCHEMA` and adds a row. An optional field with a default at the end
of an array-like struct needs neither: it is read from sections that do not have it.
"""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

SCHEMA = 5
"""Of the sections of :mod:`rules.engine.snapshot`."""

Sections = dict[str, bytes]
Row = Callable[[Sections], Sections]

_CLOCK = "clock"
_decode = msgspec.msgpack.decode
_encode = msgspec.msgpack.encode


def _remember_position(episode: list[Any]) -> list[Any]:
    """Schema 5 keeps the position of the last match that had one; schema 4 had that of the last match."""
    last = episode[5]
    return [*episode, last[6] if last is not None else None]


def _four_to_five(sections: Sections) -> Sections:
    """What waits says for which rules, and episodes have a position.

    Schema 4 did not keep the lateness that a rule had; without a section of that, what waits goes to all rules that look at its kind.
    """
    found: Sections = {}
    for name, raw in sections.items():
        if name.startswith("waiting/"):
            found[name] = _encode([[observation, None] for observation in _decode(raw)])
        elif name.startswith("group/"):
            shape, groups = _decode(raw)
            for group in groups:
                if group[10] is not None:
                    group[10] = _remember_position(group[10])
            found[name] = _encode([shape, groups])
        else:
            found[name] = raw
    return found


ROWS: Mapping[int, Row] = {4: _four_to_five}
"""From the schema of the key to the one after it."""


def migrated(sections: Mapping[str, bytes], rows: Mapping[int, Row] = ROWS, newest: int = SCHEMA) -> Sections:
    """The sections of a checkpoint as this version writes them.

    Args:
        sections: of any schema.
        rows: the table.
        newest: the schema that is wanted.

    Raises:
        ValueError: they are of a newer version of the product, or of one that no row leads on from.
    """
    found = dict(sections)
    clock = _decode(found[_CLOCK])
    written = schema = int(clock[0])
    if schema > newest:
        msg = f"the checkpoint has schema {schema}, of a newer version of cityloop; this one reads schema {newest}: run the newer version"
        raise ValueError(msg)
    while schema < newest:
        if schema not in rows:
            msg = (
                f"the checkpoint has schema {written}, and this version of cityloop reads schema {min(rows, default=newest)} to {newest}: "
                "upgrade by way of a version in between, or start with an empty state"
            )
            raise ValueError(msg)
        found = rows[schema](found)
        schema += 1
    found[_CLOCK] = _encode([newest, *clock[1:]])
    return found
