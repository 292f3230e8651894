"""How roles are started, and what is told when one does not work."""

import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cityloop.bootstrap import Role
from cityloop.commands.run import with_broker
from cityloop.installation import Installation, child_of, last_lines
from cityloop.main import application
from config.problem import ProblemsError
from config.settings import Settings, read_settings

SETTINGS = Settings(broker="kafka://127.0.0.1:9092", topic_suffix=".x")


@pytest.mark.parametrize("role", list(Role))
def test_a_role_is_this_interpreter_with_the_settings_in_its_environment(role: Role) -> None:
    """The child runs the same installation, and reads the same settings with a metrics port of its own."""
    child = child_of(role, SETTINGS, 21_000, None)
    assert child.argv == (sys.executable, "-m", "cityloop", "run", role.value)
    assert child.ready == "http://127.0.0.1:21000/health/ready"
    assert child.environment is not None
    read = read_settings(child.environment)
    assert (read.broker, read.topic_suffix, read.metrics_port) == (SETTINGS.broker, ".x", 21_000)


def test_secrets_travel_in_the_environment_only() -> None:
    """A command line is for everybody on the machine to see."""
    child = child_of(Role.DISPATCH, Settings(webhook_secret="whsec_c2VjcmV0"), 21_000, None)
    assert not any("c2VjcmV0" in word for word in child.argv)


def test_every_role_has_its_own_metrics_page_and_log(tmp_path: Path) -> None:
    """Five roles have five ports and five files."""
    installation = Installation(SETTINGS, tmp_path)
    assert len({installation.metrics_url(role) for role in Role}) == 5
    assert {installation.log_of(role) for role in Role} == {tmp_path / f"{role.value}.log" for role in Role}


def test_trouble_names_the_log_and_its_last_lines(tmp_path: Path) -> None:
    """Whoever reads the message knows where to look, and sees the end of it at once."""
    installation = Installation(SETTINGS, tmp_path)
    (tmp_path / "engine.log").write_text("\n".join(f"line {number}" for number in range(20)), encoding="utf-8")
    told = installation.trouble(Role.ENGINE)
    assert told.startswith(f"The role engine is waiting. Its log is {tmp_path / 'engine.log'}; the last lines:\nline 15\n")
    assert told.endswith("line 19")


def test_a_missing_log_has_no_lines(tmp_path: Path) -> None:
    """A role that never wrote anything is told all the same."""
    assert last_lines(tmp_path / "none.log") == ""


def test_a_single_role_needs_a_named_broker() -> None:
    """One role alone with an embedded broker would talk to nobody: it is told how to go on."""
    assert with_broker(SETTINGS) is SETTINGS
    with pytest.raises(ProblemsError, match="cityloop run all"):
        with_broker(Settings())


@pytest.mark.parametrize("words", [["engine"], ["nobody"]])
def test_wrong_use_is_exit_2(words: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """A role without a broker, and a role that there is not, end at once with the code for wrong use."""
    monkeypatch.delenv("CITYLOOP_BROKER", raising=False)
    assert CliRunner().invoke(application(), ["run", *words]).exit_code == 2
