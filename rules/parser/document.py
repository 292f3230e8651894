"""A YAML 1.2 document as a tree that knows where every key and value stands, and how each was written.

Scalars are kept as their text: a category ``06042`` and an hour ``06:00`` mean what their author sees, whatever number
YAML would make of them.
"""

from collections.abc import Iterator

import msgspec
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode
from ruamel.yaml.reader import ReaderError

from config.report import Place, Report, place_in
from config.yamlfile import told_of

_NULL = "tag:yaml.org,2002:null"
_LITERAL = "|"
_QUOTES = ("'", '"')


class Item(msgspec.Struct, frozen=True):
    """One node of the tree."""

    node: Node
    file: str

    @property
    def place(self) -> Place:
        """Where it begins."""
        mark = self.node.start_mark
        return Place(self.file, mark.line + 1, mark.column + 1)

    @property
    def text_place(self) -> Place:
        """Where the first character of a scalar's text stands: after the quote, or on the line below a block's ``|``."""
        place = self.place
        line, column = place.line or 1, place.column or 1
        style = getattr(self.node, "style", None)
        if style in _QUOTES:
            return Place(self.file, line, column + 1)
        if style == _LITERAL:
            return Place(self.file, line + 1, self._indentation(line) + 1)
        return place

    def _indentation(self, line: int) -> int:
        """Of the first line of a literal block whose ``|`` stands on ``line``; without the source it counts as none."""
        source: str = getattr(self.node.start_mark, "buffer", None) or ""
        below = source.split("\n")[line : line + 1]
        return len(below[0]) - len(below[0].lstrip(" ")) if below else 0

    @property
    def is_mapping(self) -> bool:
        """Whether it holds ``key: value`` pairs."""
        return isinstance(self.node, MappingNode)

    @property
    def is_list(self) -> bool:
        """Whether it holds entries."""
        return isinstance(self.node, SequenceNode)

    @property
    def is_null(self) -> bool:
        """Whether nothing was written."""
        return isinstance(self.node, ScalarNode) and str(self.node.tag) == _NULL

    @property
    def text(self) -> str | None:
        """The text of a scalar; ``None`` for what is no scalar or empty."""
        return str(self.node.value) if isinstance(self.node, ScalarNode) and not self.is_null else None

    def entries(self) -> Iterator["Item"]:
        """The entries of a list."""
        return (Item(entry, self.file) for entry in self.node.value)

    def fields(self, report: Report) -> dict[str, "Field"]:
        """The pairs of a mapping by key; a key that is written twice is a problem."""
        found: dict[str, Field] = {}
        for key_node, value_node in self.node.value:
            key, value = Item(key_node, self.file), Item(value_node, self.file)
            name = key.text or ""
            if name in found:
                report.add(key.place, f"{name!r} is written twice.", f"Keep one; the first stands on line {found[name].key.place.line}.")
                continue
            found[name] = Field(key, value)
        return found


class Field(msgspec.Struct, frozen=True):
    """A key with its value."""

    key: Item
    value: Item


def parse_document(text: str, file: str, report: Report) -> Item | None:
    """Read one YAML 1.2 document; ``None`` when it is empty or when a problem was noted."""
    try:
        node = YAML(typ="safe", pure=True).compose(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = Place(file, mark.line + 1, mark.column + 1) if mark else Place(file)
        report.add(place, *told_of(error))
        return None
    except ReaderError as error:
        report.add(place_in(text, error.position, file), f"this is not YAML: {_first_line(str(error))}.", "Take this character out.")
        return None
    except RecursionError:
        report.add(Place(file, 1, 1), "this is not YAML: it is nested too deeply.", "Write it without so many brackets.")
        return None
    except (YAMLError, ValueError) as error:
        report.add(Place(file, 1, 1), f"this is not YAML: {_first_line(str(error))}.", "Check the indentation, the colons and the quotes.")
        return None
    return None if node is None else Item(node, file)


def _first_line(text: str | None) -> str:
    return (text or "it cannot be read").strip().splitlines()[0].rstrip(".")
