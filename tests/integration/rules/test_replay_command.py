"""``cityloop replay`` as its users run it."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.house.snippets import read_blocks

ROOT = Path(__file__).parents[3]
EXAMPLE = ROOT / "tests/data/rules/replay"
RULES, OBSERVATIONS = EXAMPLE / "rules.yaml", EXAMPLE / "observations.ndjson"


def replay(*arguments: object, given: bytes | None = None) -> subprocess.CompletedProcess[bytes]:
    """Run the command."""
    command = [sys.executable, "-m", "cityloop", "replay", *map(str, arguments)]
    return subprocess.run(command, input=given, capture_output=True, check=False, cwd=ROOT, timeout=60)


def rows(done: subprocess.CompletedProcess[bytes]) -> list[dict[str, Any]]:
    """What it printed."""
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_the_worked_example_line_by_line() -> None:
    """A duplicate, a late, a future, a broken, a misspelt and an offsetless line give exactly what the document says, and exit 1."""
    done = replay(OBSERVATIONS, "--rules", RULES)
    assert done.returncode == 1
    assert done.stdout == (EXAMPLE / "said.ndjson").read_bytes()
    assert [row["event"] for row in rows(done)] == [
        "duplicate",
        "late",
        "rejected",
        "rejected",
        "rejected",
        "rejected",
        "firing",
        "resolved",
    ]
    assert done.stderr.decode().strip().endswith("9 lines through 1 rules: 1 duplicate, 1 late, 4 rejected, 1 firing, 1 resolved.")


def test_the_document_shows_the_example_that_is_tested() -> None:
    """The files in docs/replay.md are those of the test."""
    shown = {block.words["file"]: block.text.strip() for block in read_blocks(ROOT / "docs/replay.md") if "file" in block.words}
    assert shown == {path.name: path.read_text().strip() for path in (RULES, OBSERVATIONS)}


def test_every_run_is_the_same_and_stdin_is_a_file_too() -> None:
    """Twice, from a file and from standard input, with ``--json`` or without, the bytes are the same."""
    first = replay(OBSERVATIONS, "--rules", RULES)
    assert replay("-", "--rules", RULES, "--json", given=OBSERVATIONS.read_bytes()).stdout == first.stdout
    assert replay("-", "--rules", RULES, "--infer-kinds", given=b"").stdout == b""


def test_until_runs_timers_beyond_the_last_line() -> None:
    """An open door at the end of the recording fires when time goes on to ``--until``, that instant included."""
    line = OBSERVATIONS.read_bytes().splitlines()[0]
    assert rows(replay("-", "--rules", RULES, given=line)) == []
    assert rows(replay("-", "--rules", RULES, "--until", "2026-03-02T08:00:29.999999+08:00", given=line)) == []
    (row,) = rows(replay("-", "--rules", RULES, "--until", "2026-03-02T08:00:30+08:00", given=line))
    assert (row["event"], row["at"], row["ends_at"]) == ("firing", "2026-03-02T00:00:30Z", None)


def test_kinds_are_inferred_only_when_asked(tmp_path: Path) -> None:
    """A kind that is in no table is rejected; with ``--infer-kinds`` it has the type of most of its values."""
    rules = tmp_path / "rules.yaml"
    rules.write_text("groups: [{name: g, rules: [{rule: r, kind: sludge, where: value > 5}]}]")
    lines = [
        {"source": "sensor/1", "kind": "sludge", "at": f"2026-03-02T08:00:0{n}Z", "value": value} for n, value in enumerate([9, "x", 1])
    ]
    given = "\n".join(map(json.dumps, lines)).encode()
    refused = replay("-", "--rules", rules, given=given)
    assert refused.returncode == 2
    assert "'sludge' is not in the kinds table." in refused.stderr.decode()
    taken = replay("-", "--rules", rules, "--infer-kinds", given=given)
    assert [(row["event"], row.get("line")) for row in rows(taken)] == [("firing", None), ("rejected", 2), ("resolved", None)]
    assert rows(taken)[1]["reason"] == "value: \"x\" is a text. 'sludge' takes a number."


def test_a_kind_that_nothing_has_is_said(tmp_path: Path) -> None:
    """With inferred kinds a misspelt kind of a rule cannot be refused; it is said on stderr with the one that was meant, and data stay as they are."""
    rules = tmp_path / "rules.yaml"
    rules.write_text("groups: [{name: g, rules: [{rule: r, kind: sludge, where: value > 5}, {rule: s, kind: [slugde, door], absent: 1h}]}]")
    line = b'{"source": "sensor/1", "kind": "sludge", "at": "2026-03-02T08:00:00Z", "value": 9}'
    done = replay("-", "--rules", rules, "--infer-kinds", given=line)
    assert (done.returncode, [row["event"] for row in rows(done)]) == (0, ["firing"])
    assert done.stderr.decode().splitlines()[0] == (
        f"{rules}:1: the kind 'slugde' of 's' is in no line and in no table. Did you mean 'sludge'?"
    )


def test_a_city_brings_its_own_kinds(tmp_path: Path) -> None:
    """``--city`` adds the city's kinds to the shipped ones."""
    (tmp_path / "kinds.yaml").write_text("kinds: [{name: sludge, value: number, label: {en: Sludge, zh: 淤泥}}]", encoding="utf-8")
    rules = tmp_path / "rules.yaml"
    rules.write_text("groups: [{name: g, rules: [{rule: r, kind: sludge, where: value > 5}]}]")
    done = replay("-", "--rules", rules, "--city", tmp_path, given=b"")
    assert (done.returncode, done.stdout) == (0, b"")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["nowhere.ndjson", "--rules", RULES], "nowhere.ndjson: there is no such file. Name a file with one observation a line, or '-' for stdin."),
        ([ROOT / "docs", "--rules", RULES], "the file cannot be read: Is a directory. Check its name and its permissions."),
        ([OBSERVATIONS, "--rules", "nowhere.yaml"], "nowhere.yaml: there is no such file. Name a rule file."),
        ([OBSERVATIONS, "--rules", "tests/data/bad/rules/field-typo.yaml"], "field-typo.yaml:6:9: a rule has no field 'were'. Did you mean 'where'?"),
        ([OBSERVATIONS, "--rules", "tests/data/bad/rules/not-utf8.yaml"], "not-utf8.yaml:2:11: the text is not UTF-8. Save the file with the encoding UTF-8."),
        (["nowhere.ndjson", "--rules", "nowhere.yaml", "--against", "tests/data/bad/rules/field-typo.yaml"],
         "or '-' for stdin.\nnowhere.yaml: there is no such file. Name a rule file.\ntests/data/bad/rules/field-typo.yaml:6:9: a rule has no field"),
        ([OBSERVATIONS, "--rules", RULES, "--until", "2026-03-02T08:00:00"], '--until: "2026-03-02T08:00:00" has no offset from UTC.'),
        ([OBSERVATIONS, "--rules", RULES, "--city", "nowhere"], "nowhere: there is no such folder."),
    ],
    ids=["no file", "a folder", "no rules", "a typo in a rule", "rules not UTF-8", "several", "no offset", "no city"],
)  # fmt: skip
def test_wrong_use_is_a_sentence(arguments: list[object], told: str) -> None:
    """What keeps it from beginning is said in a sentence, with exit 2, without data and without traceback."""
    done = replay(*arguments)
    assert (done.returncode, done.stdout) == (2, b"")
    assert told in done.stderr.decode()
    assert "Traceback" not in done.stderr.decode()


def test_a_recording_in_utf_16_is_refused(tmp_path: Path) -> None:
    """A file of another encoding is named as what it is, rather than rejected line by line."""
    path = tmp_path / "utf16.ndjson"
    path.write_text("{}", encoding="utf-16")
    done = replay(path, "--rules", RULES)
    assert done.returncode == 2
    assert "the file is UTF-16. Save it with the encoding UTF-8." in done.stderr.decode()


def test_a_reader_that_has_seen_enough_is_no_error(tmp_path: Path) -> None:
    """When the reader of the output goes away, the command ends without complaint."""
    path = tmp_path / "many.ndjson"
    line = '{"source": "sensor/1", "kind": "door", "at": "2026-03-02T08:00:00", "value": true}\n'
    path.write_text(line * 20_000)
    command = [sys.executable, "-m", "cityloop", "replay", str(path), "--rules", str(RULES)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT) as started:
        assert started.stdout is not None
        assert started.stderr is not None
        assert b"rejected" in started.stdout.readline()
        started.stdout.close()
        told = started.stderr.read().decode()
    assert told == ""


def test_a_recording_of_a_city_misses_who_is_expected_and_tells_dates(tmp_path: Path) -> None:
    """With ``--city`` its devices are expected from the first line on; a table beside the rules is read; a second run is the first."""
    (tmp_path / "rules.yaml").write_text(
        "groups:\n  - name: g\n    rules:\n"
        "      - {rule: gone, kind: smoke, absent: 1h, expected: devices}\n"
        "      - {rule: due, schedule: {table: t.csv, at: due, key: [id], zone: UTC}, summary: '{what}'}\n"
    )
    (tmp_path / "t.csv").write_text("id,what,due\nb,Bridge,2026-03-02\n")
    line = b'{"source":"sensor/smoke-001","kind":"smoke","at":"2026-03-01T23:30:00Z","value":false}\n'
    options = ("-", "--rules", tmp_path / "rules.yaml", "--until", "2026-03-02T00:30:00Z")
    alone, city = replay(*options, given=line), replay(*options, "--city", ROOT / "config/city.demo", given=line)
    (first, last, missed) = rows(alone)
    assert (first["event"], first["at"], first["summary"]["en"], last["event"]) == ("firing", "2026-03-02T00:00:00Z", "Bridge", "resolved")
    assert (missed["rule"], missed["at"]) == ("gone", "2026-03-02T00:30:00Z")
    found = [row for row in rows(city) if row["rule"] == "gone"]
    assert len(found) > 20
    assert {row["at"] for row in found} == {"2026-03-02T00:30:00Z"}
    assert replay(*options, "--city", ROOT / "config/city.demo", given=line).stdout == city.stdout
