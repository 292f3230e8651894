"""``cityloop check-config`` as its user calls it."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

from cityloop.citycheck import check_city
from config.kindfile import shipped_kinds
from rules.parser import load_rules

DATA = Path(__file__).parents[2] / "data" / "config"


def check(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "cityloop", "check-config", *arguments], capture_output=True, text=True, check=False, timeout=60
    )


def bad_city(tmp_path: Path, *mistakes: str) -> Path:
    """The good city with mistakes laid over it."""
    folder = tmp_path / "city"
    shutil.copytree(DATA / "good", folder)
    for mistake in mistakes:
        shutil.copytree(DATA / "bad" / mistake, folder, dirs_exist_ok=True)
    return folder


def test_the_demo_city_is_sound() -> None:
    """Without a folder the demo city is checked; the object has the promised counts and exit is 0."""
    done = check("--json")
    assert done.returncode == 0
    assert json.loads(done.stdout) == {
        "ok": True,
        "problems": [],
        "counts": {"cells": 152, "cameras": 12, "devices": 200, "rules": 6, "people": 40},
    }


def test_problems_of_catalogue_map_and_rules_come_together(tmp_path: Path) -> None:
    """A wrong time zone, an overlap and a mistyped rule field are all told, in one object, and exit is 1."""
    folder = bad_city(tmp_path, "unknown-zone", "overlap")
    rules = folder / "rules" / "smoke.yaml"
    rules.write_text(rules.read_text(encoding="utf-8").replace("severity:", "severty:"), encoding="utf-8")
    done = check(str(folder), "--json")
    told = json.loads(done.stdout)
    assert done.returncode == 1
    assert told["ok"] is False
    assert {(Path(problem["file"]).name, problem["line"]) for problem in told["problems"]} >= {
        ("city.yaml", 2),
        ("cells.geojson", 3),
        ("smoke.yaml", 7),
    }
    assert all(set(problem) == {"file", "line", "column", "what", "fix"} for problem in told["problems"])
    (mistyped,) = [problem for problem in told["problems"] if "severty" in problem["what"]]
    assert "severity" in mistyped["fix"]


def test_a_rule_of_an_unknown_category_is_told(tmp_path: Path) -> None:
    """A category that no table has is told where it stands, also when another rule cannot be read; it is no problem without a city."""
    folder = bad_city(tmp_path)
    rules = folder / "rules" / "smoke.yaml"
    rules.write_text(rules.read_text(encoding="utf-8").replace('"10999"', '"19099"'), encoding="utf-8")
    (folder / "rules" / "door.yaml").write_text("groups: [{name: g, rules: [{rule: door, kind: dor}]}]\n", encoding="utf-8")
    assert [(Path(told.file).name, told.line, told.column, told.what, told.fix) for told in check_city(folder).problems] == [
        ("door.yaml", 1, 47, "kind: 'dor' is not in the kinds table.", "Did you mean 'door'?"),
        ("smoke.yaml", 8, 19, "the category '19099' is not known.", "Did you mean '10999'?"),
    ]
    assert load_rules([rules], shipped_kinds()).rules[0].category == "19099"


def test_people_get_lines_that_editors_jump_to(tmp_path: Path) -> None:
    """Without --json each problem is a line file:line:column on stdout, and the sum is told on stderr."""
    folder = bad_city(tmp_path, "unknown-kind-of-device")
    done = check(str(folder))
    assert done.returncode == 1
    assert done.stdout == f"{folder}/devices.csv:2:36: the kind 'smok' is not known. Did you mean 'smoke'?\n"
    assert "1 problems; 3 cells, 1 cameras, 1 devices, 1 rules, 2 people." in done.stderr


def test_a_wrong_folder_is_wrong_use(tmp_path: Path) -> None:
    """A folder that does not exist is exit 2, with a sentence and no traceback."""
    done = check(str(tmp_path / "nowhere"), "--json")
    assert (done.returncode, done.stdout) == (2, "")
    assert "there is no such folder" in done.stderr
    assert "Traceback" not in done.stderr
