"""The door itself: exit codes, one sentence for what nobody foresaw, and a traceback for those who ask."""

import importlib.metadata
import io
import sys

import msgspec
import pytest

from cityloop import main as door
from cityloop.terminal import Exit, emit, refuse, talk
from config.problem import Problem, ProblemsError
from tests.fakes.brokencommand import SECRET_FREE


def entered(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    """What the process would end with."""
    monkeypatch.setattr(door, "COMMANDS", ("tests.fakes.brokencommand",))
    monkeypatch.setattr(sys, "argv", ["cityloop", *arguments])
    with pytest.raises(SystemExit) as ended:
        door.main()
    assert isinstance(ended.value.code, int)
    return ended.value.code


def test_the_unforeseen_is_one_line(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    """Name and text of the error, how to see more, exit 1, nothing on stdout and no traceback."""
    assert entered(monkeypatch, "jam") == 1
    out, err = capfd.readouterr()
    assert out == ""
    assert err == f"cityloop: LookupError: {SECRET_FREE} (run again with --debug for the whole story)\n"


@pytest.mark.parametrize("arguments", [("--debug", "jam"), ("jam", "--debug")])
def test_with_debug_the_error_itself_comes_out(monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...]) -> None:
    """Before or behind the command, ``--debug`` lets the error through with its traceback."""
    monkeypatch.setattr(door, "COMMANDS", ("tests.fakes.brokencommand",))
    monkeypatch.setattr(sys, "argv", ["cityloop", *arguments])
    with pytest.raises(LookupError, match="jammed"):
        door.main()


def test_debug_changes_nothing_for_a_command_that_works(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    """The flag is taken out before the command sees its arguments."""
    assert entered(monkeypatch, "work", "--debug") == 0
    assert capfd.readouterr().out == "embedded\n"


def test_what_a_character_set_lacks_is_an_escape(monkeypatch: pytest.MonkeyPatch) -> None:
    """Chinese on a Latin 1 terminal is written as escapes; the command works all the same."""
    written = io.BytesIO()
    monkeypatch.setattr(door, "COMMANDS", ("cityloop.commands.rules", "cityloop.commands.key"))
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(written, encoding="latin-1"))
    monkeypatch.setattr(sys, "argv", ["cityloop", "rules", "explain", "smoke", "--lang", "zh"])
    with pytest.raises(SystemExit) as ended:
        door.main()
    sys.stdout.flush()
    assert (ended.value.code, written.getvalue().splitlines()[0]) == (0, rb"smoke: {place}\u70df\u96fe\u62a5\u8b66")


def test_an_unknown_command_is_wrong_use(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    """Exit 2, and the word is named."""
    assert entered(monkeypatch, "wrok") == 2
    out, err = capfd.readouterr()
    assert out == ""
    assert "No such command 'wrok'" in err


def test_a_refusal_that_nobody_caught_is_told_whole(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    """Even then file, line and cure reach the user, as wrong use and without the word of an error's class."""
    assert entered(monkeypatch, "refuse") == 2
    assert capfd.readouterr().err == "x.yaml:3: it is wrong. Mend it.\n"


def test_a_file_that_cannot_be_used_is_named(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    """What the system says of a file that no command has foreseen is wrong use, told with the file's name."""
    assert entered(monkeypatch, "miss") == 2
    assert capfd.readouterr().err == "gone/x.db: it cannot be used: No such file or directory. Check the name and its permissions.\n"


def test_what_the_system_says_of_no_file_is_unforeseen(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    """Without a file's name there is nothing that the user could correct."""
    assert entered(monkeypatch, "drop") == 1
    assert "ConnectionResetError" in capfd.readouterr().err


def test_the_version_is_told(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    """``--version`` prints the distribution's and ends well."""
    assert entered(monkeypatch, "--version") == 0
    assert capfd.readouterr().out == f"cityloop {importlib.metadata.version('cityloop')}\n"


def test_help_explains_debug(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    """The option that every error's sentence names stands in the help."""
    monkeypatch.setenv("COLUMNS", "200")
    assert entered(monkeypatch, "--help") == 0
    assert "--debug" in capfd.readouterr().out


def test_every_command_of_the_table_registers() -> None:
    """Each module of the table exists, has a docstring that names its command, and no module comes twice."""
    assert len(set(door.COMMANDS)) == len(door.COMMANDS)
    for module in door.COMMANDS:
        found = sys.modules.get(module) or __import__(module, fromlist=["register"])
        assert callable(found.register)
        assert (found.__doc__ or "").startswith("``cityloop ")


def test_the_exit_codes_are_three() -> None:
    """0 good, 1 found problems, 2 wrong use: scripts rely on them."""
    assert {code.name: code.value for code in Exit} == {"GOOD": 0, "FOUND_PROBLEMS": 1, "WRONG_USE": 2}


@pytest.mark.parametrize(
    ("problem", "line"),
    [
        (Problem(file="a.yaml", line=3, column=7, what="it is wrong.", fix="Mend it."), "a.yaml:3:7: it is wrong. Mend it."),
        (Problem(file="a.yaml", line=3, what="it is wrong.", fix=""), "a.yaml:3: it is wrong."),
        (
            Problem(file="--start", what="[bold]x[/bold] is no time.", fix="Write 08:00."),
            "--start: [bold]x[/bold] is no time. Write 08:00.",
        ),
        (Problem(file="a.yaml", line=100, column=8, what="x:smile:y.", fix=":x:"), "a.yaml:100:8: x:smile:y. :x:"),
        (Problem(file="城/x.csv", line=1, what="长" * 100 + ".", fix=""), "城/x.csv:1: " + "长" * 100 + "."),
    ],
    ids=["place", "no-cure", "markup", "no-emoji", "long"],
)
def test_a_problem_is_one_line_on_stderr(problem: Problem, line: str, capfd: pytest.CaptureFixture[str]) -> None:
    """Never wrapped, never read as markup, and the exit is that of wrong use."""
    assert refuse(problem).exit_code == 2
    out, err = capfd.readouterr()
    assert (out, err) == ("", f"{line}\n")


def test_every_problem_of_a_refusal_is_told(capfd: pytest.CaptureFixture[str]) -> None:
    """One line each, in their order."""
    refuse(ProblemsError([Problem(file=name, what="wrong.", fix="") for name in ("a", "b", "c")]))
    assert capfd.readouterr().err.splitlines() == ["a: wrong.", "b: wrong.", "c: wrong."]


def test_data_is_one_line_of_utf8(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    """Whatever the locale, a value is JSON in UTF-8 with one line break, on stdout alone."""
    emit({"name": "北门", "at": None})
    emit(Problem(file="x", what="w", fix="f"))
    out, err = capfdbinary.readouterr()
    assert err == b""
    first, second = out.splitlines()
    assert first == '{"name":"北门","at":null}'.encode()
    assert msgspec.json.decode(second) == {"file": "x", "what": "w", "fix": "f", "line": None, "column": None}


def test_talk_goes_to_stderr() -> None:
    """Words for people never mix with data."""
    assert talk.stderr


def test_closed_streams_are_streams(monkeypatch: pytest.MonkeyPatch) -> None:
    """A command whose output nobody takes works all the same, and what it reads is empty."""
    for name in ("stdin", "stdout", "stderr"):
        monkeypatch.setattr(sys, name, None)
    assert entered(monkeypatch, "work") == 0
    assert sys.stdin.read() == ""
