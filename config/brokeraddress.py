"""The form of a Kafka broker's address, as settings, options and recordings name it."""

from urllib.parse import urlsplit

SCHEME = "kafka://"
FORM = "kafka://host:port"


def bootstrap_of(address: str) -> str:
    """``host:port``, or several with commas, as Kafka clients want them.

    Args:
        address: ``kafka://host:port``, ``kafka://a:9092,b:9092``, ``kafka://[::1]:9092``; a path behind it is left out.

    Raises:
        ValueError: it is not of this form; the message says in what.
    """
    if not address.startswith(SCHEME):
        msg = f"it does not begin with {SCHEME}"
        raise ValueError(msg)
    servers = address.removeprefix(SCHEME).partition("/")[0]
    for server in servers.split(","):
        _check(server)
    return servers


def _check(server: str) -> None:
    try:
        parts = urlsplit(f"//{server}")
        host, port = parts.hostname, parts.port
    except ValueError:
        msg = f"{server!r} has no port from 1 to 65535"
        raise ValueError(msg) from None
    if not host:
        msg = "it names no host"
        raise ValueError(msg)
    if not port:
        msg = f"{server!r} has no port from 1 to 65535"
        raise ValueError(msg)
    if parts.username is not None or any(character.isspace() for character in server):
        msg = f"{parts.hostname!r} is not all that stands before the port"
        raise ValueError(msg)
