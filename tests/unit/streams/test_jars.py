"""Finding a Java that is new enough, and what is said when there is no Java or no Maven."""

from pathlib import Path

import pytest

from streams.broker.jars import jars, java, java_version
from streams.broker.process import BrokerError


def program(folder: Path, name: str, told: str) -> Path:
    """A program that prints something to stderr, as Java does with its version."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text(f"#!/bin/sh\necho '{told}' >&2\n")
    path.chmod(0o755)
    return path


@pytest.mark.parametrize(
    ("told", "version"),
    [
        ('openjdk version "17.0.15" 2025-04-15', 17),
        ('java version "1.8.0_202"', 8),
        ('openjdk version "25" 2025-09-16 LTS', 25),
        ("no version here", 0),
    ],
)
def test_versions_are_read_as_java_tells_them(tmp_path: Path, told: str, version: int) -> None:
    """Both ways in which Java has told its version are understood; something else is no Java."""
    assert java_version(str(program(tmp_path, "java", told))) == version


def test_a_program_that_does_not_run_is_no_java(tmp_path: Path) -> None:
    """A path without a program has version 0 instead of an error."""
    assert java_version(str(tmp_path / "nothing")) == 0


def test_java_home_comes_before_the_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The Java of JAVA_HOME is taken when it is new enough, and passed over for the path's when it is old."""
    home = program(tmp_path / "home" / "bin", "java", 'openjdk version "21"')
    found = program(tmp_path / "path", "java", 'openjdk version "17.0.1"')
    monkeypatch.setenv("JAVA_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("PATH", f"{tmp_path / 'path'}:/bin:/usr/bin")
    assert java() == str(home)
    program(tmp_path / "home" / "bin", "java", 'java version "11.0.2"')
    assert java() == str(found)


def test_jars_that_are_there_are_not_fetched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A filled cache needs no Maven."""
    monkeypatch.setenv("PATH", str(tmp_path))
    (tmp_path / "4.1.0").mkdir()
    assert jars(tmp_path) == tmp_path / "4.1.0"


def test_without_maven(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without Maven the message says what to install."""
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(BrokerError, match=r"Install it \(Debian: apt-get install maven\)\."):
        jars(tmp_path)


def test_maven_that_fails_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A failed download is told in Maven's words, and the next try begins afresh."""
    failing = program(tmp_path / "bin", "mvn", "Could not resolve artifact")
    failing.write_text(failing.read_text() + "exit 1\n")
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:/bin:/usr/bin")
    with pytest.raises(BrokerError, match=r"Maven could not fetch Apache Kafka 4\.1\.0:\nCould not resolve artifact"):
        jars(tmp_path / "cache")
    assert list((tmp_path / "cache").iterdir()) == []
