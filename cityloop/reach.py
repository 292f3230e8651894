"""Whether a broker that somebody named answers: told in a sentence, before a client of it tells it in many lines."""

import socket
from urllib.parse import urlsplit

from config.brokeraddress import FORM, bootstrap_of
from config.problem import Problem, ProblemsError

TIMEOUT_SECONDS = 5.0


def check_broker(address: str, name: str | None = None) -> None:
    """See that one of the servers of an address takes a connection.

    Args:
        address: ``kafka://host:port``, or several servers with commas.
        name: what the address was given as, such as ``--broker``; left out, the address itself.

    Raises:
        ProblemsError: it is no address, or none of them does.
    """
    try:
        servers = bootstrap_of(address).split(",")
    except ValueError as error:
        raise ProblemsError([Problem(file=name or "--broker", what=f"{address!r} is no broker: {error}.", fix=f"Write {FORM}.")]) from None
    reasons = [reason for server in servers if (reason := _silence(server)) is not None]
    if len(reasons) == len(servers):
        what = f"no broker answers: {'; '.join(dict.fromkeys(reasons))}."
        raise ProblemsError([Problem(file=address, what=what, fix="Check the address, and that the broker runs.")])


def _silence(server: str) -> str | None:
    """Why a server takes no connection; ``None`` when it does."""
    parts = urlsplit(f"//{server}")
    try:
        socket.create_connection((str(parts.hostname), int(parts.port or 0)), timeout=TIMEOUT_SECONDS).close()
    except OSError as error:
        return error.strerror or str(error)
    return None
