"""The broker that a benchmark runs on: one that is there, or one that is started for it."""

import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from streams.broker.apache import start_kafka
from streams.broker.embedded import start_embedded
from streams.broker.process import BrokerProcess

EMBEDDED, APACHE = "embedded", "apache"
_STARTED: Mapping[str, Callable[[Path], BrokerProcess]] = {
    EMBEDDED: lambda folder: start_embedded(log=folder / "broker.log"),
    APACHE: lambda folder: start_kafka(folder=folder),
}


@contextmanager
def broker_at(given: str) -> Iterator[str]:
    """The address ``kafka://host:port`` of a broker for as long as it is needed.

    Args:
        given: such an address, or the name of one to start and to stop.

    Raises:
        BrokerError: it does not start.
    """
    if given not in _STARTED:
        yield given
        return
    with tempfile.TemporaryDirectory(prefix="cityloop-bench-") as folder:
        handle = _STARTED[given](Path(folder))
        try:
            yield f"kafka://{handle.address}"
        finally:
            handle.stop()
