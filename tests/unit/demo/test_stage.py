"""Folders and ports of a run."""

import socket
from pathlib import Path

from cityloop.demo.stage import run_folder, usual_port


def test_every_run_has_a_folder_of_its_own(tmp_path: Path) -> None:
    """Two runs below one folder, and two in temporary folders, never share a database."""
    first, second = run_folder(tmp_path), run_folder(tmp_path)
    assert first != second
    assert first.parent == second.parent == tmp_path
    assert run_folder(None) != run_folder(None)


def test_a_taken_port_gives_way_to_a_free_one() -> None:
    """The usual port is taken when it is free, and is no reason to fail when it is not."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        taken = server.getsockname()[1]
        assert usual_port(taken) != taken
    assert usual_port(taken) == taken
