"""Ports for servers that start in a moment."""

import socket

from cityloop.ports import HIGHEST, LOWEST, is_free, server_port, usual_port


def test_ports_are_distinct_and_outside_the_clients_range() -> None:
    """No outgoing connection of the machine can take one meanwhile, and no two servers get the same."""
    ports = [server_port() for _ in range(50)]
    assert len(set(ports)) == 50
    assert all(LOWEST <= port <= HIGHEST < 32_768 for port in ports)


def test_a_port_with_a_server_is_not_free() -> None:
    """A listening server is noticed, and its port is free again when it has gone."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        taken = server.getsockname()[1]
        assert not is_free(taken)
    assert is_free(taken)


def test_a_taken_port_gives_way_to_a_free_one() -> None:
    """The usual port is taken when it is free, and is no reason to fail when it is not."""
    port = server_port()
    assert usual_port(port) == port
    with socket.create_server(("127.0.0.1", port)):
        assert usual_port(port) != port
