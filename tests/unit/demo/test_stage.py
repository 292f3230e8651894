"""Folders of a run."""

from pathlib import Path

from cityloop.demo.stage import run_folder


def test_every_run_has_a_folder_of_its_own(tmp_path: Path) -> None:
    """Two runs below one folder, and two in temporary folders, never share a database."""
    first, second = run_folder(tmp_path), run_folder(tmp_path)
    assert first != second
    assert first.parent == second.parent == tmp_path
    assert run_folder(None) != run_folder(None)
