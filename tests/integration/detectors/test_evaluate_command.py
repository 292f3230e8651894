"""``cityloop evaluate`` from the outside."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from cityloop.main import application

LABEL = {"source": "camera/a", "kind": "illegal_parking", "zone": "bay", "since": "2026-03-02T00:00:00Z", "until": "2026-03-02T00:05:00Z"}
TOLD = {"source": "camera/a", "kind": "illegal_parking", "zone": "bay", "at": "2026-03-02T00:00:30Z", "value": True}


def write(path: Path, *lines: Any) -> Path:
    """An NDJSON file; texts are written as they are."""
    path.write_text("".join((line if isinstance(line, str) else json.dumps(line)) + "\n" for line in lines))
    return path


def run(*arguments: object) -> Any:
    """The command's result."""
    return CliRunner().invoke(application(), ["evaluate", *map(str, arguments)])


def test_it_prints_one_object(tmp_path: Path) -> None:
    """With --json: tiers with their figures and splits, and exit 0."""
    labels, told = write(tmp_path / "l", LABEL | {"dwell": "20s"}), write(tmp_path / "p", TOLD)
    result = run(labels, told, "--json")
    assert result.exit_code == 0
    (tier,) = json.loads(result.stdout)["tiers"]
    assert (tier["tier"], tier["all"]["precision"], tier["all"]["recall"], tier["all"]["f1"]) == ("real", 1.0, 1.0, 1.0)
    assert tier["all"]["seconds_to_alert"] == {"p50": 10.0, "p95": 10.0}
    assert set(tier) == {"tier", "all", "cameras", "days", "kinds", "conditions"}


def test_it_prints_a_table(tmp_path: Path) -> None:
    """Without --json a row for everything and for each split; other tiers than real say what they are worth."""
    result = run(write(tmp_path / "l", LABEL | {"tier": "drawn"}), write(tmp_path / "p", TOLD))
    assert result.exit_code == 0
    assert result.stdout.startswith("drawn pictures: says nothing about real ones\n  all")
    assert "camera camera/a" in result.stdout


def test_lines_that_are_no_observations_are_told(tmp_path: Path) -> None:
    """The rest is counted, each bad line is named, and the exit is 1."""
    result = run(write(tmp_path / "l", LABEL), write(tmp_path / "p", TOLD, "{"), "--json")
    assert result.exit_code == 1
    assert json.loads(result.stdout)["rejected"] == 1
    assert "p:2: The line is not JSON" in result.stderr


def test_what_detect_prints_may_come_by_a_pipe(tmp_path: Path) -> None:
    """``-`` is standard input, for the labels or for the predictions, and not for both."""
    labels, told = write(tmp_path / "l", LABEL), write(tmp_path / "p", TOLD)
    wanted = run(labels, told, "--json").stdout
    assert CliRunner().invoke(application(), ["evaluate", str(labels), "-", "--json"], input=told.read_text()).stdout == wanted
    assert CliRunner().invoke(application(), ["evaluate", "-", str(told), "--json"], input=labels.read_text()).stdout == wanted
    both = run("-", "-")
    assert (both.exit_code, both.stderr) == (2, "-: standard input cannot be both. Name a file for one of them.\n")


def test_the_problems_of_both_files_are_told(tmp_path: Path) -> None:
    """A label that is wrong does not hide predictions that are not there."""
    result = run(write(tmp_path / "l", LABEL | {"until": "2026-03-01T00:00:00Z"}), tmp_path / "gone")
    assert result.exit_code == 2
    assert result.stderr.splitlines() == [
        f"{tmp_path}/l:1: it ends before it begins. Write the earlier instant as since.",
        f"{tmp_path}/gone: it cannot be read: No such file or directory. Name a file that is there, or '-' for standard input.",
    ]


def test_another_encoding_is_named_as_what_it_is(tmp_path: Path) -> None:
    """UTF-16 is not told line by line, in either file."""
    (tmp_path / "wide").write_text("{}", encoding="utf-16")
    result = run(tmp_path / "wide", tmp_path / "wide")
    assert (result.exit_code, result.stderr) == (2, f"{tmp_path}/wide: the file is UTF-16. Save it with the encoding UTF-8.\n" * 2)


def test_files_of_another_layout_are_told_once(tmp_path: Path) -> None:
    """The file's name stands once, before what is wrong with it."""
    told = run(write(tmp_path / "l", LABEL), write(tmp_path / "p", TOLD), "--layout", "taco").stderr
    assert told.startswith(f"{tmp_path}/l: these are not annotations in COCO's form: ")
    assert told.endswith("Name files of the layout taco, as docs/evaluation.md describes them.\n")


@pytest.mark.parametrize(
    ("labels", "arguments", "told"),
    [
        ([LABEL | {"until": "2026-03-01T00:00:00Z"}], [], "l:1: it ends before it begins."),
        (["{"], [], "l:1: The line is not JSON"),
        ([], [], "there are no labels in it."),
        ([LABEL], ["--zone", "Mars/Crater"], "'Mars/Crater' is not a time zone."),
        ([LABEL], ["--layout", "ilid"], "unknown layout 'ilid'. Did you mean 'ilids'?"),
        ([LABEL], ["--layout", "ilids"], "l: this is not XML: "),
    ],
)
def test_wrong_use_is_exit_2(tmp_path: Path, labels: list[Any], arguments: list[str], told: str) -> None:
    """A wrong file or option says where, what and what to write instead."""
    result = run(write(tmp_path / "l", *labels), write(tmp_path / "p", TOLD), *arguments)
    assert result.exit_code == 2
    assert told in result.stderr.replace(f"{tmp_path}/", "")


def test_files_that_are_not_there(tmp_path: Path) -> None:
    """Either file missing is told in one line."""
    assert "none: it cannot be read: No such file or directory." in run(tmp_path / "none", tmp_path / "p").stderr.replace(
        f"{tmp_path}/", ""
    )
    assert "none: it cannot be read" in run(write(tmp_path / "l", LABEL), tmp_path / "none").stderr.replace(f"{tmp_path}/", "")
