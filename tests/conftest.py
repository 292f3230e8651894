"""What all tests share: how far Hypothesis looks, and that no test logs where another one did."""

import logging
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

# `make laws` asks for it by name. A law that names its own number of examples keeps it.
settings.register_profile("laws", max_examples=2000, deadline=None, print_blob=True, suppress_health_check=[HealthCheck.too_slow])


@pytest.fixture(autouse=True)
def logging_of_its_own() -> Iterator[None]:
    """Put the root logger back: a command that ran inside a test leaves a handler whose stream is closed with the test."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
