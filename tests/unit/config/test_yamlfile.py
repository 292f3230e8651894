"""YAML with the place of every key and value."""

from pathlib import Path

import pytest

from config.report import Place, Report
from config.yamlfile import parse_yaml, read_yaml

TEXT = """\
on: yes
count: 3
list:
  - {a: 1}
  - b: [x, 2.5]
    c: "0123"
"""


def test_yaml_is_of_version_1_2() -> None:
    """The key ``on`` and the value ``yes`` are texts, not truth values, and a quoted code keeps its zero."""
    node = parse_yaml(TEXT, "f.yaml", Report())
    assert node is not None
    assert node.fields == {"on": "yes", "count": 3, "list": [{"a": 1}, {"b": ["x", 2.5], "c": "0123"}]}


def test_values_are_plain() -> None:
    """No type of the YAML library leaves the reader."""
    node = parse_yaml(TEXT, "f.yaml", Report())
    assert node is not None
    assert type(node.fields["count"]) is int
    assert type(node.fields["list"][1]["b"][1]) is float


def test_places_of_keys_values_and_children() -> None:
    """A value, its key, an entry of a list and the mapping itself each have line and column."""
    report = Report()
    node = parse_yaml(TEXT, "f.yaml", report)
    assert node is not None
    assert node.locate("count") == Place("f.yaml", 2, 8)
    assert node.locate_key("count") == Place("f.yaml", 2, 1)
    first, second = node.children("list", report)
    assert first.locate("a") == Place("f.yaml", 4, 9)
    assert second.locate("c") == Place("f.yaml", 6, 8)
    assert second.locate(None) == Place("f.yaml", 5, 5)
    assert second.locate_key("absent") == Place("f.yaml", 5, 5)


def test_a_list_that_is_none_is_told() -> None:
    """A mapping where a list should be is one problem with its place."""
    report = Report()
    node = parse_yaml("list: {a: 1}\n", "f.yaml", report)
    assert node is not None
    assert node.children("list", report) == []
    assert str(report.problems[0]) == "f.yaml:1:7: list is not a list. Write 'list:' and below it one '- ...' an entry."


def test_an_absent_list_is_empty() -> None:
    """A list that is not there has no entries and is no problem."""
    report = Report()
    node = parse_yaml("a: 1\n", "f.yaml", report)
    assert node is not None
    assert node.children("list", report) == []
    assert report.problems == ()


def test_a_missing_file_is_a_problem(tmp_path: Path) -> None:
    """A file that is not there is told by name."""
    report = Report()
    assert read_yaml(tmp_path / "no.yaml", report) is None
    assert report.problems[0].what == "the file does not exist."


def test_control_characters_are_told(tmp_path: Path) -> None:
    """Bytes that YAML forbids are a problem, not a traceback."""
    (tmp_path / "a.yaml").write_text("a: \x00\n")
    report = Report()
    assert read_yaml(tmp_path / "a.yaml", report) is None
    assert report.problems[0].what.startswith("this is not YAML")
    assert (report.problems[0].line, report.problems[0].column) == (1, 4)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a: !foo b\n", "f:1:4: this is not YAML: the tag !foo has no meaning here."),
        ("a: [x, !foo {b: c}]\n", "f:1:8: this is not YAML: the tag !foo has no meaning here."),
        ("a: !!python/object:os.system x\n", "f:1:4: this is not YAML: the tag tag:yaml.org,2002:python/object:os.system has no meaning"),
        ('a: "\\ud800"\n', "f:1:4: this is not YAML: half of a surrogate pair, which is no character."),
        ("a: b\nc: x\x00y\n", "f:2:5: this is not YAML: unacceptable character #x0000"),
        ("a: !!bool maybe\n", "f:1:1: this is not YAML: 'maybe'."),
        ("a: !!int 5x\n", "f:1:1: this is not YAML: invalid literal for int()"),
        ("a: " + "[" * 3000, "f:1:1: this is not YAML: it is nested too deeply, or contains itself. Write it without anchors."),
    ],
)
def test_what_can_become_no_plain_value_is_told_at_its_place(text: str, told: str) -> None:
    """Tags, half characters and depths without end are problems of the file, and no surprise of a later reader."""
    report = Report()
    assert parse_yaml(text, "f", report) is None
    (problem,) = report.problems
    assert str(problem).startswith(told)


def test_a_text_that_is_tagged_as_one_is_one() -> None:
    """``!!str 5`` is how YAML writes that a number is meant as a text."""
    node = parse_yaml("a: !!str 5\n", "f", Report())
    assert node is not None
    assert node.fields == {"a": "5"}
