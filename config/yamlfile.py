"""YAML 1.2 with the place of every key and value (in YAML 1.1 a key ``on`` would be a truth value)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq, TaggedScalar
from ruamel.yaml.constructor import ConstructorError, RoundTripConstructor
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.reader import ReaderError

from config.report import Place, Report, place_in
from config.textfile import read_text


class _Constructor(RoundTripConstructor):
    """Leaves dates and times as they are written: who reads them knows their form, and tells a wrong one with its place.

    What could become no plain value is refused here, where its place is known.
    """

    def construct_scalar(self, node: Any) -> Any:
        """A scalar's value."""
        value = super().construct_scalar(node)
        if isinstance(value, str) and any("\ud800" <= character <= "\udfff" for character in value):
            raise ConstructorError(None, None, "half of a surrogate pair, which is no character", node.start_mark)
        return value

    def construct_undefined(self, node: Any) -> Any:
        """A value with a tag of its own."""
        raise ConstructorError(None, None, f"the tag {node.tag} has no meaning here", node.start_mark)


_Constructor.add_constructor("tag:yaml.org,2002:timestamp", _Constructor.construct_scalar)
_Constructor.add_constructor(None, _Constructor.construct_undefined)


class Node:
    """A mapping of a YAML file that knows where its keys stand."""

    def __init__(self, tree: CommentedMap, file: str) -> None:
        self._tree = tree
        self.file = file

    @property
    def fields(self) -> Mapping[str, Any]:
        """Plain values by key."""
        return {str(key): plain(value) for key, value in self._tree.items()}

    def locate(self, key: str | None) -> Place:
        """Where the value of a key stands; ``None`` asks for the mapping itself."""
        if key is None or key not in self._tree:
            return Place(self.file, self._tree.lc.line + 1, self._tree.lc.col + 1)
        line, column = self._tree.lc.value(key)
        return Place(self.file, line + 1, column + 1)

    def locate_key(self, key: str | None) -> Place:
        """Where a key itself stands; ``None`` asks for the mapping itself."""
        if key is None or key not in self._tree:
            return self.locate(None)
        line, column = self._tree.lc.key(key)
        return Place(self.file, line + 1, column + 1)

    def locate_item(self, key: str, index: int) -> Place:
        """Where an item of the list under a key stands; the key's value where it is no list."""
        items = self._tree.get(key)
        if not isinstance(items, CommentedSeq):
            return self.locate(key)
        line, column = items.lc.item(index)
        return Place(self.file, line + 1, column + 1)

    def child(self, key: str, report: Report) -> "Node | None":
        """The mapping under a key; ``None`` when there is nothing, or something else, which is a problem."""
        found = self._tree.get(key)
        if found is None:
            return None
        if not isinstance(found, CommentedMap):
            report.add(self.locate(key), f"{key} is not a mapping.", f"Write '{key}:' and below it 'field: value' lines.")
            return None
        return Node(found, self.file)

    def children(self, key: str, report: Report) -> "list[Node]":
        """The mappings in the list under a key; what is not one is a problem."""
        found: list[Node] = []
        items = self._tree.get(key)
        if items is None:
            return found
        if not isinstance(items, CommentedSeq):
            report.add(self.locate(key), f"{key} is not a list.", f"Write '{key}:' and below it one '- ...' an entry.")
            return found
        for index, item in enumerate(items):
            if isinstance(item, CommentedMap):
                found.append(Node(item, self.file))
            else:
                line, column = items.lc.item(index)
                report.add(Place(self.file, line + 1, column + 1), f"{item!r} is not a mapping.", "Write 'field: value' pairs.")
        return found


def read_yaml(path: Path, report: Report, missing: str | None = None) -> Node | None:
    """Read a file whose top is a mapping; ``None`` when a problem was noted. ``missing`` as for :func:`config.textfile.read_text`."""
    text = read_text(path, report, missing)
    return None if text is None else parse_yaml(text, str(path), report)


def parse_yaml(text: str, file: str, report: Report) -> Node | None:
    """Read a text whose top is a mapping; ``None`` when a problem was noted."""
    try:
        reader = YAML(typ="rt", pure=True)
        reader.Constructor = _Constructor
        tree = reader.load(text)
        plain(tree)  # What contains itself is told here, and never met later.
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = Place(file, mark.line + 1, mark.column + 1) if mark else Place(file)
        report.add(place, *told_of(error))
        return None
    except ReaderError as error:
        report.add(place_in(text, error.position, file), f"this is not YAML: {_first_line(str(error))}.", "Take this character out.")
        return None
    except RecursionError:
        report.add(Place(file, 1, 1), "this is not YAML: it is nested too deeply, or contains itself.", "Write it without anchors.")
        return None
    except (YAMLError, ValueError, KeyError) as error:
        report.add(Place(file, 1, 1), f"this is not YAML: {_first_line(str(error))}.", "Check the indentation, the colons and the quotes.")
        return None
    if not isinstance(tree, CommentedMap):
        report.add(Place(file, 1, 1), "the file does not hold a mapping.", "Write 'field: value' lines.")
        return None
    return Node(tree, file)


ANOTHER_DOCUMENT = "another document"
"""What the parser says, after the word "but", where ``---`` begins a second document."""


def told_of(error: MarkedYAMLError) -> tuple[str, str]:
    """What is wrong with a text that is no YAML, and what to do."""
    said = _first_line(error.problem)
    if ANOTHER_DOCUMENT in said:
        return "a second document begins here.", "Take the line '---' out, or put what follows into a file of its own."
    return f"this is not YAML: {said}.", "Check the indentation, the colons and the quotes here."


def _first_line(text: str | None) -> str:
    return (text or "it cannot be read").strip().splitlines()[0].rstrip(".")


def plain(value: Any) -> Any:
    """Strip ruamel's own types, so that a value converts like any other."""
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, TaggedScalar):  # Such as !!str 5.
        return value.value
    for builtin in (bool, int, float, str):
        if isinstance(value, builtin):
            return builtin(value)
    return value
