"""``cityloop rules`` as its users run it."""

import json
import subprocess
import sys
from pathlib import Path

from tests.house.snippets import read_blocks

ROOT = Path(__file__).parents[3]
FILES = ROOT / "tests/data/rules/trials"


def rules(*arguments: object) -> subprocess.CompletedProcess[str]:
    """Run the command."""
    command = [sys.executable, "-m", "cityloop", "rules", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, check=False, cwd=ROOT, timeout=60, encoding="utf-8")


def test_tests_that_pass() -> None:
    """Each test is a line, the sum goes to stderr, and the exit code is 0."""
    done = rules("test", FILES / "door.yaml")
    assert (done.returncode, done.stderr) == (0, "3 tests in 1 files: 0 failed.\n")
    assert [line[:5] for line in done.stdout.splitlines()] == ["ok   "] * 3


def test_a_test_that_fails_is_a_diff(tmp_path: Path) -> None:
    """A failure names test, file and line, and below it rule and group with what was expected and what came; exit 1."""
    text = (FILES / "door.yaml").read_text(encoding="utf-8").replace("rules.yaml", str(FILES / "rules.yaml"))
    path = tmp_path / "door.yaml"
    path.write_text(text.replace("resolves: 100s", "resolves: 101s"), encoding="utf-8")
    done = rules("test", path)
    assert done.returncode == 1
    assert done.stdout.splitlines()[:4] == [
        f"FAIL a door that stands open for half a minute ({path}:4)",
        '  door-left-open {"source":"sensor/door-7"}',
        "    - fires 30s, resolves 1m41s",
        "    + fires 30s, resolves 1m40s",
    ]
    told = json.loads(rules("test", path, "--json").stdout)
    assert (told["ok"], told["files"], told["tests"], told["failed"]) == (False, 1, 3, 1)
    assert told["failures"][0] | {"file": "", "line": 0, "column": 0} == {
        "test": "a door that stands open for half a minute",
        "file": "",
        "line": 0,
        "column": 0,
        "rule": "door-left-open",
        "group": '{"source":"sensor/door-7"}',
        "expected": "fires 30s, resolves 1m41s",
        "got": "fires 30s, resolves 1m40s",
    }


def test_files_that_cannot_be_read_are_all_told() -> None:
    """The problems of every file come together, with exit 2 and nothing on stdout."""
    done = rules("test", "nowhere.yaml", "tests/data/bad/rule-tests/empty.yaml")
    assert (done.returncode, done.stdout) == (2, "")
    assert "nowhere.yaml: there is no such file. Name a file of rule tests." in done.stderr
    assert "empty.yaml:1:1: the file holds no tests." in done.stderr


def test_a_rule_is_explained_in_one_language_or_both() -> None:
    """Both languages by default; ``--lang`` gives one; ``--json`` everything as data."""
    arguments = ("explain", "door-left-open", "--rules", FILES / "rules.yaml")
    both, chinese = rules(*arguments), rules(*arguments, "--lang", "zh")
    assert (both.returncode, chinese.returncode) == (0, 0)
    assert "category 10997 (Door left open)" in both.stdout
    assert "连续成立 30 秒后触发一般告警。" in chinese.stdout
    assert both.stdout.endswith(chinese.stdout)
    assert json.loads(rules(*arguments, "--json").stdout)["fires"][1]["zh"].endswith("时成立。")


def test_a_citys_rules_are_found_by_the_city() -> None:
    """``--city`` alone looks in the city's rules; a name that is not there gets the nearest one, with exit 2."""
    assert rules("explain", "smoke-alarm", "--city", "config/city.demo").returncode == 0
    done = rules("explain", "smoke-alrm", "--city", "config/city.demo")
    assert (done.returncode, done.stdout) == (2, "")
    assert "smoke-alrm: there is no such rule. Did you mean 'smoke-alarm'?" in done.stderr
    assert "nowhere: there is no such folder." in rules("explain", "x", "--city", "nowhere").stderr


def test_the_document_shows_the_files_that_are_tested() -> None:
    """The files in docs/rules-testing.md are those of these tests."""
    shown = {block.words["file"]: block.text.strip() for block in read_blocks(ROOT / "docs/rules-testing.md") if "file" in block.words}
    assert shown == {path.name: path.read_text(encoding="utf-8").strip() for path in (FILES / "rules.yaml", FILES / "door.yaml")}
