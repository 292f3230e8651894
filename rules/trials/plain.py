"""YAML as the plain values that JSON has: what a test's observations and group keys are made of."""

from typing import Any

from rules.parser.document import Item

_TAG = "tag:yaml.org,2002:"


def plain(item: Item) -> Any:
    """The value; numbers and truth values by the rules of YAML 1.2, everything else as it is written."""
    if item.is_mapping:
        return {str(key.value): plain(Item(value, item.file)) for key, value in item.node.value}
    if item.is_list:
        return [plain(entry) for entry in item.entries()]
    written = item.text
    match str(item.node.tag).removeprefix(_TAG):
        case "bool":
            return str(written).lower() == "true"
        case "int" | "float" if written is not None:
            return _number(written)
        case _:
            return written


def _number(written: str) -> Any:
    """A number as JSON has it; what YAML knows beyond that (``.inf``, ``0x1F``) stays a text and is refused as such."""
    try:
        return int(written)
    except ValueError:
        try:
            return float(written)
        except ValueError:
            return written
