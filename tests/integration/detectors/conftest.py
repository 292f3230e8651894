"""A broker for the detectors' processes."""

from collections.abc import Iterator

import pytest

from streams.broker.embedded import start_embedded
from streams.broker.process import BrokerError


@pytest.fixture
def broker() -> Iterator[str]:
    """The address of an embedded broker; the test is skipped where there is none."""
    try:
        started = start_embedded()
    except BrokerError as error:
        pytest.skip(str(error))
    yield started.address
    started.stop()
