"""Tests of rules: how they are read, run and compared."""

from pathlib import Path

import pytest

from config.kindfile import shipped_kinds
from config.problem import ProblemsError
from rules.trials import compare, read_trials, run_case

BAD = Path("tests/data/bad/rule-tests")
GOOD = Path("tests/data/rules/trials")
RULES = """
groups:
  - name: g
    rules:
      - {rule: door, kind: door, where: value == true, for: 30s, by: [source, zone]}
      - {rule: warm, kind: temperature, where: value > 30}
"""


def differences(folder: Path, test: str) -> list[tuple[str, str, str | None, str | None]]:
    """What differs in a file of one test: rule, group, expected, got."""
    (folder / "rules.yaml").write_text(RULES)
    path = folder / "test.yaml"
    indented = "\n".join(f"    {line}" for line in test.strip().split("\n"))
    path.write_text(f"rule_files: [rules.yaml]\ntests:\n  - name: a test\n{indented}\n")
    file = read_trials(path, shipped_kinds())
    return [(one.rule, one.group, one.expected, one.got) for one in compare(file.cases[0], *run_case(file.cases[0], file.rules))]


@pytest.mark.parametrize("path", sorted(BAD.glob("*.yaml")), ids=lambda path: path.stem)
def test_every_mistake_in_a_test_file_is_told(path: Path) -> None:
    """Each bad file gives exactly the messages in the text file beside it, with place and cure."""
    with pytest.raises(ProblemsError) as caught:
        read_trials(path, shipped_kinds())
    assert str(caught.value).replace(f"{BAD}/", "") + "\n" == path.with_suffix(".txt").read_text(encoding="utf-8")


def test_the_files_of_the_document_pass() -> None:
    """The three tests that the document shows find no difference."""
    file = read_trials(GOOD / "door.yaml", shipped_kinds())
    assert [compare(case, *run_case(case, file.rules)) for case in file.cases] == [(), (), ()]


def test_an_alert_that_does_not_come_is_told(tmp_path: Path) -> None:
    """An expected alert without its like is a line with nothing got."""
    told = differences(tmp_path, "input: []\nexpect: [{rule: door, group: {source: sensor/1}, fires: 30s}]")
    assert told == [("door", '{"source":"sensor/1","zone":null}', "fires 30s, resolves never", None)]


def test_an_alert_that_nobody_expects_is_told(tmp_path: Path) -> None:
    """The list of expected alerts is complete: what else comes is a difference."""
    told = differences(tmp_path, "input: [{source: sensor/1, kind: temperature, at: 5s, value: 31}]\nexpect: []")
    assert told == [("warm", '{"source":"sensor/1"}', None, "fires 5s, resolves never")]


def test_every_written_field_is_compared(tmp_path: Path) -> None:
    """Times, counts, severity and texts that differ are one line each; what is not written is not compared."""
    told = differences(
        tmp_path,
        """
input: [{source: sensor/1, kind: temperature, at: 5s, value: 31}, {source: sensor/1, kind: temperature, at: 9.5s, value: 30}]
expect:
  - {rule: warm, group: {source: sensor/1}, fires: 5s, starts: 4s, count: 2, severity: major, summary: {en: hot}, updates: [6s]}
""".replace("9.5s", "9s500ms"),
    )
    assert [(expected, got) for _, _, expected, got in told] == [
        ("fires 5s, resolves never", "fires 5s, resolves 9s500ms"),
        ("fires 5s, starts 4s", "fires 5s, starts 5s"),
        ("fires 5s, updates [6s]", "fires 5s, updates []"),
        ("fires 5s, count 2", "fires 5s, count 1"),
        ("fires 5s, severity major", "fires 5s, severity minor"),
        ("fires 5s, summary.en 'hot'", "fires 5s, summary.en 'warm'"),
    ]


def test_an_instant_shows_what_fires_there(tmp_path: Path) -> None:
    """An alert fires from its instant of firing, that instant included, to its resolution, that instant excluded."""
    told = differences(
        tmp_path,
        """
defaults: {source: sensor/1, kind: temperature}
input: [{at: 5s, value: 31}, {at: 9s, value: 30}]
until: 1m
at:
  - {time: 4s, firing: [{rule: warm, group: {source: sensor/1}}]}
  - {time: 5s, firing: []}
  - {time: 8s, firing: [{rule: warm, group: {source: sensor/1}}]}
  - {time: 9s, firing: []}
""",
    )
    assert [(expected, got) for _, _, expected, got in told] == [("firing at 4s", None), (None, "firing at 5s")]


def test_what_was_not_applied_must_be_expected(tmp_path: Path) -> None:
    """An observation that is late, doubled, from the future or cannot be judged is a difference unless the test names it."""
    text = """
defaults: {source: sensor/1, kind: temperature}
input: [{at: 5s, value: 3}, {at: 5s, value: 3}, {at: 4s, arrives: 6s, value: 1}, {at: 10m, arrives: 7s, value: 1}]
expect: []
"""
    assert [(expected, got) for _, _, expected, got in differences(tmp_path, text)] == [
        ("0 ahead", "1 ahead"),
        ("0 duplicate", "1 duplicate"),
        ("0 late", "1 late"),
    ]
    assert differences(tmp_path, text + "notes: {ahead: 1, duplicate: 1, late: 1}") == []


def test_sources_that_repeat_side_by_side_arrive_in_order(tmp_path: Path) -> None:
    """Repetitions are merged by time of arrival; ``count`` is what the last event said, here at the eighth match."""
    text = """
defaults: {kind: temperature, value: 31}
input: [{source: sensor/1, at: 0s, every: 1m, to: 10m}, {source: sensor/2, at: 30s, every: 1m, to: 10m}]
expect:
  - {rule: warm, group: {source: sensor/1}, fires: 0s, count: 8}
  - {rule: warm, group: {source: sensor/2}, fires: 30s, count: 8}
"""
    assert differences(tmp_path, text) == []


def test_values_are_those_of_yaml_1_2(tmp_path: Path) -> None:
    """A quoted number is a text, ``true`` a truth value, and nested attributes arrive as they are written."""
    told = differences(
        tmp_path,
        """
defaults: {source: sensor/1, kind: temperature, attributes: {room: {name: "7"}, list: [1, 2.5, null]}}
input: [{at: 0s, value: 31}]
expect: [{rule: warm, group: {source: sensor/1}, fires: 0s}]
""",
    )
    assert told == []
    with pytest.raises(ProblemsError, match="is a text"):
        differences(tmp_path, 'input: [{source: sensor/1, kind: temperature, at: 0s, value: "31"}]\nexpect: []')


def test_differences_come_by_rule_and_group(tmp_path: Path) -> None:
    """The diff is ordered by rule and group, whatever the order in the file."""
    told = differences(
        tmp_path,
        """
input: []
expect:
  - {rule: warm, group: {source: sensor/2}, fires: 0s}
  - {rule: warm, group: {source: sensor/1}, fires: 0s}
  - {rule: door, group: {source: sensor/9}, fires: 0s}
""",
    )
    assert [(rule, group[11:19]) for rule, group, *_ in told] == [("door", "sensor/9"), ("warm", "sensor/1"), ("warm", "sensor/2")]
