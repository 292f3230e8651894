"""Free ports that stay free until their server comes: none from the range that the system gives to clients.

A port that the system picks (``bind`` to 0) may be taken a moment later by any outgoing connection of the machine, and
a demo makes hundreds of those. Linux gives 32768 to 60999 to clients, macOS and Windows 49152 and above.
"""

import random
import socket

LOWEST, HIGHEST = 20_000, 31_999
TRIES = 200
_given: set[int] = set()


def is_free(port: int, host: str = "127.0.0.1") -> bool:
    """Whether a server could listen on a port now."""
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, port))
        except OSError:
            return False
    return True


def server_port(host: str = "127.0.0.1") -> int:
    """A port for a server that will start soon; this process gives none twice.

    Raises:
        OSError: hardly any port is free.
    """
    for _ in range(TRIES):
        port = random.randint(LOWEST, HIGHEST)  # noqa: S311  # Spread out, so that two demos hardly meet; nothing secret.
        if port not in _given and is_free(port, host):
            _given.add(port)
            return port
    msg = f"No free port was found between {LOWEST} and {HIGHEST} in {TRIES} tries."
    raise OSError(msg)


def usual_port(port: int, host: str = "127.0.0.1") -> int:
    """The usual port when it is free, else another one."""
    return port if is_free(port, host) else server_port(host)
