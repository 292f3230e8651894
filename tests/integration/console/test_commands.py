"""``cityloop user`` and ``cityloop key``, as an administrator types them."""

import os
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from streams.gateway.keys import parse_key

PERSON = "order-staff-1"


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    return os.environ | {"CITYLOOP_DATA": str(tmp_path / "data")}


def cityloop(environment: dict[str, str], *arguments: str, typed: str = "") -> subprocess.CompletedProcess[str]:
    program = [sys.executable, "-c", "from cityloop.main import main; main()", *arguments]
    return subprocess.run(program, env=environment, input=typed, capture_output=True, text=True, timeout=60, check=False)


def test_a_login_is_added_listed_changed_and_disabled(environment: dict[str, str]) -> None:
    """The whole life of a login; the password goes in by standard input and never comes out."""
    added = cityloop(environment, "user", "add", PERSON, "--password-stdin", typed="a long password\n")
    assert (added.returncode, added.stdout, added.stderr) == (0, "", f"{PERSON} may log in.\n")
    again = cityloop(environment, "user", "add", PERSON, "--password-stdin", typed="a long password\n")
    assert again.returncode == 2
    assert "has a login already" in again.stderr
    assert cityloop(environment, "user", "password", PERSON, "--password-stdin", typed="another password\n").returncode == 0
    assert cityloop(environment, "user", "disable", PERSON).returncode == 0
    listed = cityloop(environment, "user", "list", "--json")
    row = msgspec.json.decode(listed.stdout)
    assert (row["user"], row["state"]) == (PERSON, "disabled")
    assert "password" not in listed.stdout
    assert cityloop(environment, "user", "enable", PERSON).returncode == 0
    assert "\tactive\t" in cityloop(environment, "user", "list").stdout


def test_a_person_that_the_city_does_not_know_is_told_with_the_nearest(environment: dict[str, str]) -> None:
    """A typing error is exit 2 and a sentence, without a traceback."""
    told = cityloop(environment, "user", "add", "order-staff-l", "--password-stdin", typed="a long password\n")
    assert told.returncode == 2
    assert "'order-staff-l' is not a person of" in told.stderr
    assert "Did you mean 'order-staff-" in told.stderr
    assert "Traceback" not in told.stderr


def test_a_short_password_is_refused(environment: dict[str, str]) -> None:
    """The sentence says how long it must be."""
    told = cityloop(environment, "user", "add", PERSON, "--password-stdin", typed="short\n")
    assert (told.returncode, "8 to 256 characters" in told.stderr) == (2, True)


def test_a_password_cannot_be_given_on_the_command_line(environment: dict[str, str]) -> None:
    """Arguments are seen by everybody on the machine, so there is no such argument."""
    assert cityloop(environment, "user", "add", PERSON, "--password", "a long password").returncode == 2
    assert cityloop(environment, "user", "add", PERSON, "a long password").returncode == 2


def test_a_key_is_shown_once_listed_without_its_secret_and_revoked(environment: dict[str, str]) -> None:
    """The whole life of a key."""
    made = cityloop(environment, "key", "add", "gate cameras", "--scope", "frames:write", "--expires", "2099-01-01T00:00:00+08:00")
    key = parse_key(made.stdout.strip())
    assert made.returncode == 0
    assert key is not None
    assert "only time" in made.stderr
    listed = cityloop(environment, "key", "list", "--json")
    row = msgspec.json.decode(listed.stdout)
    assert (row["id"], row["name"], row["scopes"], row["expires_at"]) == (key.id, "gate cameras", ["frames:write"], "2098-12-31T16:00:00Z")
    assert key.secret not in listed.stdout
    assert cityloop(environment, "key", "revoke", key.id).returncode == 0
    assert "revoked" in cityloop(environment, "key", "list").stdout


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("add", "x", "--scope", "frames:writ"), "frames:writ"),
        (("add", "x"), "--scope"),
        (("add", "x", "--scope", "frames:write", "--expires", "2099-01-01"), "has no UTC offset"),
        (("add", "x", "--scope", "frames:write", "--expires", "2001-01-01T00:00:00Z"), "expired already"),
        (("revoke", "nothing"), "there is no key 'nothing'"),
    ],
)
def test_a_wrong_use_of_key_is_exit_2_and_says_what_to_write(environment: dict[str, str], arguments: tuple[str, ...], told: str) -> None:
    """Each mistake has its sentence."""
    answer = cityloop(environment, "key", *arguments)
    assert answer.returncode == 2
    assert told in answer.stderr
    assert "Traceback" not in answer.stderr


def test_a_database_that_does_not_answer_is_told(environment: dict[str, str]) -> None:
    """The sentence names the setting."""
    broken = environment | {"CITYLOOP_DATABASE": "postgresql+psycopg://nobody@127.0.0.1:1/none"}
    told = cityloop(broken, "user", "list")
    assert told.returncode == 2
    assert "CITYLOOP_DATABASE: the database cannot be used" in told.stderr
