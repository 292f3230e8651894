"""What each command says of itself, and how it answers to what it does not know."""

import pytest
import typer
from typer.testing import CliRunner, Result

from cityloop.main import application

LEAVES: dict[str, tuple[str, ...]] = {
    "bench engine": ("--json", "--broker", "--rounds", "--observations", "--baseline-observations"),
    "check-config": ("DIR", "--json"),
    "db current": ("--database", "--json"),
    "db downgrade": ("--database", "--json"),
    "db upgrade": ("--database", "--json"),
    "deadline": ("--start", "--limit", "--clock", "--calendar", "--pause", "--json"),
    "demo": ("--exit-after", "--json", "--port", "--broker", "--data"),
    "detect": ("FILE|URL", "--camera", "--json", "--annotate", "--evidence", "--for"),
    "doctor": ("--json",),
    "evaluate": ("LABELS", "PREDICTIONS.ndjson", "--layout", "--zone", "--json"),
    "export": ("openapi", "asyncapi", "schemas", "metrics"),
    "key add": ("NAME", "--scope", "--expires", "--json"),
    "key list": ("--json",),
    "key revoke": ("KEY",),
    "replay": ("OBS.ndjson", "--rules", "--until", "--json", "--infer-kinds", "--city", "--against", "--from", "--to"),
    "record": ("OUT", "--topic", "--from", "--to", "--broker", "--json"),
    "rules apply": ("DIR", "--state", "--shadow", "--no-shadow", "--dry-run", "--broker", "--json"),
    "rules shadow": ("RULE", "--from", "--to", "--broker", "--json"),
    "rules explain": ("RULE", "--rules", "--city", "--lang", "--json"),
    "rules test": ("FILE", "--city", "--json"),
    "run": ("gateway", "cameras", "engine", "dispatch", "console", "all", "--city", "--broker", "--data"),
    "teach": ("CAMERA.yaml", "ZONE", "CROPS", "--label", "--suggest", "--roll-back", "--heads", "--json"),
    "user add": ("USER", "--password-stdin"),
    "user disable": ("USER",),
    "user enable": ("USER",),
    "user list": ("--json",),
    "user password": ("USER", "--password-stdin"),
    "weights": ("--json",),
}
"""Commands with the words that their help must explain."""

GROUPS = ("bench", "db", "key", "rules", "user")


@pytest.fixture(scope="module")
def door() -> typer.Typer:
    """The command line, built once."""
    return application()


def run(door: typer.Typer, *arguments: str) -> Result:
    return CliRunner(env={"COLUMNS": "300", "TERM": "dumb", "NO_COLOR": "1"}).invoke(door, arguments)


@pytest.mark.parametrize("command", sorted(LEAVES))
def test_help_explains_every_argument(door: typer.Typer, command: str) -> None:
    """Exit 0, a sentence on the command, and each of its options and arguments."""
    shown = run(door, *command.split(), "--help")
    assert shown.exit_code == 0
    assert shown.stderr == ""
    assert f"Usage: root {command} " in shown.stdout.replace("cityloop", "root")
    missing = [word for word in LEAVES[command] if word not in shown.stdout]
    assert missing == []


@pytest.mark.parametrize("command", sorted(LEAVES))
def test_an_unknown_option_is_wrong_use(door: typer.Typer, command: str) -> None:
    """Exit 2, the option is named, nothing is done and no traceback is shown."""
    shown = run(door, *command.split(), "--no-such-option")
    assert (shown.exit_code, shown.stdout) == (2, "")
    assert "No such option: --no-such-option" in shown.stderr
    assert "Traceback" not in shown.stderr


@pytest.mark.parametrize("group", GROUPS)
def test_a_group_lists_its_commands(door: typer.Typer, group: str) -> None:
    """Help of a group names each of its commands; another word is wrong use."""
    shown = run(door, group, "--help")
    assert shown.exit_code == 0
    for command in LEAVES:
        if command.startswith(f"{group} "):
            assert command.removeprefix(f"{group} ") in shown.stdout
    unknown = run(door, group, "nonsense")
    assert (unknown.exit_code, unknown.stdout) == (2, "")
    assert "No such command 'nonsense'" in unknown.stderr


def test_the_door_lists_every_command(door: typer.Typer) -> None:
    """Each first word stands in the help with a sentence, and the list here knows them all."""
    shown = run(door, "--help").stdout
    words = {command.split()[0] for command in LEAVES}
    listed = {line.split()[1] for line in shown.splitlines() if line.startswith("│ ") and not line.startswith(("│  ", "│ --"))}
    assert words <= listed
    assert listed - words <= {"audit"}


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (("deadline",), "--start"),
        (("deadline", "--start", "2026-03-02T08:00Z", "--clock", "work_day"), "--limit"),
        (("deadline", "--start", "x", "--limit", "many", "--clock", "work_day"), "--limit"),
        (("detect", "x.mp4"), "--camera"),
        (("replay", "x.ndjson"), "--rules"),
        (("replay",), "OBS.ndjson"),
        (("rules", "test"), "FILE"),
        (("rules", "explain"), "RULE"),
        (("rules", "explain", "x", "--lang", "de"), "--lang"),
        (("key", "add", "gate"), "--scope"),
        (("key", "add", "gate", "--scope", "everything"), "--scope"),
        (("key", "revoke"), "KEY"),
        (("user", "add"), "USER"),
        (("run",), "gateway"),
        (("run", "everything"), "everything"),
        (("export",), "openapi"),
        (("demo", "--port", "65536"), "--port"),
        (("demo", "--exit-after", "0"), "--exit-after"),
        (("bench", "engine", "--rounds", "0"), "--rounds"),
        (("bench", "engine", "--observations", "5"), "--observations"),
    ],
    ids=" ".join,
)
def test_what_is_missing_or_out_of_bounds_is_named(door: typer.Typer, arguments: tuple[str, ...], named: str) -> None:
    """Exit 2 before anything begins; the argument at fault is named on stderr, and stdout stays empty."""
    shown = run(door, *arguments)
    assert (shown.exit_code, shown.stdout) == (2, "")
    assert named in shown.stderr
    assert "Traceback" not in shown.stderr
