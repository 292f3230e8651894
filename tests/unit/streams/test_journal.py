"""The note of what was sent."""

import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from streams.journal import Journal, Noted, journal_file, read_journal

PROGRAM = """
import os, signal, sys
from pathlib import Path
from streams.journal import Journal
journal = Journal(Path(sys.argv[1]))
for number in range(100):
    journal.note(f"o{number}")
os.kill(os.getpid(), signal.SIGKILL)
"""


def lines(path: Path) -> list[str]:
    """The lines of a file."""
    return path.read_text(encoding="utf-8").splitlines()


def test_ids_come_back_in_their_order_with_repetitions(tmp_path: Path) -> None:
    """A journal says what was noted, as often as it was noted; its folder is made."""
    journal = Journal(path := journal_file(str(tmp_path / "journal"), "cameras"))
    for name in ("b", "a", "b"):
        journal.note(name)
    assert read_journal(path) == Noted(("b", "a", "b"))
    assert path.read_text(encoding="utf-8") == '{"id":"b"}\n{"id":"a"}\n{"id":"b"}\n'
    journal.close()


def test_no_journal_says_nothing(tmp_path: Path) -> None:
    """A process that was never started has noted nothing."""
    assert read_journal(tmp_path / "cameras.ndjson") == Noted((), complete=True)


def test_a_process_that_starts_again_goes_on(tmp_path: Path) -> None:
    """A second journal on the same file appends, and the bound counts both."""
    for names in ("ab", "cd"):
        journal = Journal(tmp_path / "j", bound=3)
        for name in names:
            journal.note(name)
        journal.close()
    assert read_journal(tmp_path / "j") == Noted(("a", "b", "c"), complete=False)


@pytest.mark.parametrize(("notes", "complete"), [(2, True), (3, False), (9, False)])
def test_a_full_journal_says_so_once_and_grows_no_more(tmp_path: Path, notes: int, complete: bool) -> None:
    """Up to its bound a journal is complete; one id more and it says that it is not, in one line that stays its last."""
    journal = Journal(tmp_path / "j", bound=2)
    for number in range(notes):
        journal.note(str(number))
    assert read_journal(tmp_path / "j") == Noted(("0", "1"), complete)
    assert ('{"full":true}' in lines(tmp_path / "j")) == (not complete)
    assert len(lines(tmp_path / "j")) == 2 + (not complete)


def test_a_full_journal_stays_full(tmp_path: Path) -> None:
    """Whoever opens a full journal anew adds nothing to it."""
    for _ in range(2):
        journal = Journal(tmp_path / "j", bound=1)
        for name in "abc":
            journal.note(name)
        journal.close()
    assert lines(tmp_path / "j") == ['{"id":"a"}', '{"full":true}']


def test_a_killed_process_leaves_every_line_whole(tmp_path: Path) -> None:
    """After SIGKILL everything that was noted is there."""
    subprocess.run([sys.executable, "-c", PROGRAM, str(tmp_path / "j")], check=False)
    assert read_journal(tmp_path / "j") == Noted(tuple(f"o{number}" for number in range(100)))


def test_another_file_is_no_journal(tmp_path: Path) -> None:
    """A file that is something else is told, and not added to."""
    (tmp_path / "j").write_text("hello\n", encoding="utf-8")
    with pytest.raises(msgspec.DecodeError):
        Journal(tmp_path / "j")
    assert (tmp_path / "j").read_text(encoding="utf-8") == "hello\n"
