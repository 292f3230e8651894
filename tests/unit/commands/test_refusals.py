"""Bad input to commands: the sentence, exit 2, nothing on stdout, and no traceback."""

from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from cityloop.main import application

ROOT = Path(__file__).parents[3]
RULES = str(ROOT / "tests/data/rules/trials/rules.yaml")


@pytest.fixture(scope="module")
def door() -> typer.Typer:
    """The command line, built once."""
    return application()


def refused(door: typer.Typer, *arguments: str, **environment: str) -> str:
    """What a command says on stderr when it refuses; exit code and stdout are checked."""
    surroundings = {"COLUMNS": "300", "TERM": "dumb", **{f"CITYLOOP_{name}": value for name, value in environment.items()}}
    shown = CliRunner(env=surroundings).invoke(door, arguments)
    assert (shown.exit_code, shown.stdout) == (2, ""), shown.output
    assert "Traceback" not in shown.stderr
    return shown.stderr


NO_CITY = "nowhere: there is no such folder. Name the folder of a city, such as config/city.demo.\n"
OBS = "Name a file with one observation a line, or '-' for stdin."


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("check-config", "nowhere"), NO_CITY),
        (("check-config", "nowhere", "--json"), NO_CITY),
        (("replay", "nowhere.ndjson", "--rules", RULES), f"nowhere.ndjson: there is no such file. {OBS}\n"),
        (("replay", str(ROOT), "--rules", RULES), f"{ROOT}: the file cannot be read: Is a directory. Check its name and its permissions.\n"),
        (("replay", "-", "--rules", RULES, "--city", "nowhere"), NO_CITY),
        (
            ("replay", "-", "--rules", RULES, "--until", "noon"),
            '--until: "noon" is not an RFC 3339 date-time. Write for example 2026-03-02T08:00:00+08:00.\n',
        ),
        (
            ("replay", "-", "--rules", RULES, "--until", "2026-03-02T08:00:00"),
            ('--until: "2026-03-02T08:00:00" has no offset from UTC. '
            "Write 2026-03-02T08:00:00+08:00 for China's time, or 2026-03-02T08:00:00Z for UTC.\n"),
        ),
        (("rules", "explain", "door-left-opn", "--rules", RULES), "door-left-opn: there is no such rule. Did you mean 'door-left-open'?\n"),
        (("rules", "explain", "x", "--city", "nowhere"), NO_CITY),
        (("rules", "test", "nowhere.yaml"), "nowhere.yaml: there is no such file. Name a file of rule tests.\n"),
        (
            ("key", "add", "gate", "--scope", "observations:write", "--expires", "tomorrow"),
            "--expires: 'tomorrow' is not an instant: Invalid isoformat string: 'tomorrow'. Write like 2027-01-31T00:00:00+08:00.\n",
        ),
        (
            ("key", "add", "gate", "--scope", "observations:write", "--expires", "2027-01-31T00:00:00"),
            "--expires: '2027-01-31T00:00:00' is not an instant: 2027-01-31T00:00:00 has no UTC offset. Write like 2027-01-31T00:00:00+08:00.\n",
        ),
        *(
            ((*command, "--broker", "localhost:9092"), "--broker: 'localhost:9092' is no broker: it does not begin with kafka://. Write kafka://host:port.\n")
            for command in (("bench", "engine"), ("bench", "state"), ("bench", "latency"), ("demo",), ("run", "all"), ("run", "engine"), ("record", "x.ndjson"), ("rules", "apply"), ("rules", "shadow"))
        ),
        *(
            ((*command, "--broker", "kafka://127.0.0.1:1"), "kafka://127.0.0.1:1: no broker answers: Connection refused. Check the address, and that the broker runs.\n")
            for command in (("bench", "engine"), ("bench", "latency"), ("demo",), ("rules", "apply"), ("rules", "shadow"))
        ),
        (
            ("rules", "shadow", "--from", "x", "--to", "y"),
            ('--from: "x" is not an RFC 3339 date-time. Write for example 2026-03-02T08:00:00+08:00.\n'
            '--to: "y" is not an RFC 3339 date-time. Write for example 2026-03-02T08:00:00+08:00.\n'),
        ),
        (("record", "x.ndjson"), "CITYLOOP_BROKER: no broker is named. Name the one that the engine uses: --broker kafka://host:port\n"),
        (("weights", "--footage", "x.mp4"), "--footage: it is for --int8. Add --int8, or leave it out.\n"),
        (
            ("user", "add", "mallory"),
            "--password-stdin: there is no terminal on which a password could be typed unseen. Add this option, and write the password to standard input.\n",
        ),
        (
            ("replay", "-", "--rules", "n1.yaml", "--against", "n2.yaml"),
            "n1.yaml: there is no such file. Name a rule file.\nn2.yaml: there is no such file. Name a rule file.\n",
        ),
        (("record", "x.csv"), "x.csv: its name does not say what to write. End it in .parquet or .ndjson, or write '-' for stdout.\n"),
        (("record", "nowhere/x.ndjson"), "nowhere/x.ndjson: there is no such folder. Make it first, or name another one.\n"),
        (("record", "-", "--json"), "--json: stdout takes the observations already. Name a file, or leave --json out.\n"),
        *(
            (
                ("run", role),
                ("CITYLOOP_BROKER: no broker is named, and a single role cannot share an embedded one. "
                "Set it to kafka://host:port (make kafka starts one here), or run all roles together: cityloop run all\n"),
            )
            for role in ("gateway", "cameras", "engine", "dispatch", "console")
        ),
    ],
    ids=lambda value: " ".join(value)[:60].replace(str(ROOT), "") if isinstance(value, tuple) else "",
)  # fmt: skip
def test_each_refusal_in_its_words(door: typer.Typer, arguments: tuple[str, ...], said: str) -> None:
    """What is wrong and what to write instead, in one line on stderr."""
    assert refused(door, *arguments) == said


@pytest.mark.parametrize("command", ["doctor", "run gateway", "user list", "key list"])
def test_a_wrong_variable_stops_each_command_that_reads_settings(door: typer.Typer, command: str) -> None:
    """A setting that does not fit is told before anything is opened or started."""
    assert refused(door, *command.split(), WORKERS="many") == (
        "CITYLOOP_WORKERS: 'many' does not fit: Expected `int`, got `str`. Write a value like 1.\n"
    )


def test_a_file_of_another_encoding_is_named_as_what_it_is(door: typer.Typer, tmp_path: Path) -> None:
    """A recording that some editor saved as UTF-16 is not rejected line by line."""
    path = tmp_path / "obs.ndjson"
    path.write_text('{"source": "sensor/1"}\n', encoding="utf-16")
    assert refused(door, "replay", str(path), "--rules", RULES) == f"{path}: the file is UTF-16. Save it with the encoding UTF-8.\n"


def test_rules_that_are_wrong_are_told_with_line_and_column(door: typer.Typer, tmp_path: Path) -> None:
    """A rule file with a typing error stops a replay with the place of the mistake."""
    path = tmp_path / "rules.yaml"
    path.write_text(Path(RULES).read_text(encoding="utf-8").replace("lateness:", "latenes:", 1), encoding="utf-8")
    said = refused(door, "replay", "-", "--rules", str(path))
    assert said.startswith(f"{path}:")
    assert "Did you mean 'lateness'?" in said


def test_a_database_that_cannot_be_used_is_told_without_its_password(door: typer.Typer) -> None:
    """The setting is named, the secret in it is not."""
    said = refused(door, "user", "list", DATABASE="postgresql://city:hush-hush@127.0.0.1:9/x")
    assert said.startswith("CITYLOOP_DATABASE: the database cannot be used: ")
    assert "hush-hush" not in said


def test_a_camera_file_that_is_not_there(door: typer.Typer) -> None:
    """``detect`` says which file it misses."""
    said = refused(door, "detect", "film.mp4", "--camera", "nowhere.yaml")
    assert said.startswith("nowhere.yaml: ")
    assert "exist" in said or "no such file" in said


def test_a_user_who_is_nobody_of_the_city(door: typer.Typer, tmp_path: Path) -> None:
    """A login needs a person in the city's table."""
    said = refused(door, "user", "disable", "mallory", DATA=str(tmp_path))
    assert "mallory" in said
