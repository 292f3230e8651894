"""Python, disk, ports and programs."""

import socket
from pathlib import Path

import pytest

from cityloop.doctor.finding import State
from cityloop.doctor.machine import examine_disk, examine_port, examine_programs, examine_python


@pytest.mark.parametrize(("version", "state"), [((3, 10, 12), State.BAD), ((3, 11, 0), State.GOOD), ((4, 0, 0), State.GOOD)])
def test_python_is_old_enough_to_be_told(version: tuple[int, int, int], state: State) -> None:
    """Everything before 3.11 is too old."""
    assert examine_python(version).state is state


def test_a_full_disk_is_bad(tmp_path: Path) -> None:
    """Less than two gibibytes is too little, and the nearest folder that exists is looked at."""
    finding = examine_disk(tmp_path / "not" / "yet", free=lambda _: 1024**3)
    assert finding.state is State.BAD
    assert finding.what == f"Only 1.0 GiB free at {tmp_path}."
    assert examine_disk(tmp_path, free=lambda _: 3 * 1024**3).state is State.GOOD


def test_a_free_port_is_good() -> None:
    """Port 0 and a port nobody listens on can be had."""
    assert examine_port("console", "127.0.0.1", 0).state is State.GOOD
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    assert examine_port("console", "127.0.0.1", port).state is State.GOOD


def test_a_taken_port_may_be_our_own() -> None:
    """A port in use is told but is no fault: the installation may be running."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        finding = examine_port("cityloop_console_port", "127.0.0.1", server.getsockname()[1])
    assert finding.state is State.OPTIONAL
    assert finding.fix.endswith("set another CITYLOOP_CONSOLE_PORT.")


def test_an_address_of_another_machine_is_bad() -> None:
    """An address that is not this machine's cannot be listened on."""
    assert examine_port("console", "192.0.2.1", 8080).state is State.BAD


def test_missing_programs_are_optional() -> None:
    """Without a browser, an MQTT broker and Java the rest still runs."""
    assert {finding.state for finding in examine_programs(lambda _: None)} == {State.OPTIONAL}


def test_servers_are_found_where_only_root_looks() -> None:
    """Debian's mosquitto lies in /usr/sbin."""
    found = {finding.name: finding for finding in examine_programs(lambda name: name if name == "/usr/sbin/mosquitto" else None)}
    assert found["mosquitto"].what == "/usr/sbin/mosquitto."
    assert found["chromium"].state is State.OPTIONAL
