"""What a process writes to its log."""

import logging
from collections.abc import Iterator

import httpx
import pytest
import structlog

from streams.telemetry import configure_logging


@pytest.fixture
def loggers() -> Iterator[None]:
    """What structlog was told is forgotten afterwards."""
    yield
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()


@pytest.mark.usefixtures("loggers")
@pytest.mark.parametrize("level", ["info", "debug"])
def test_requests_are_not_logged_with_their_addresses(level: str, capsys: pytest.CaptureFixture[str]) -> None:
    """An address may hold a webhook's secret, and a camera is asked every second: the HTTP client says nothing of its requests."""
    configure_logging(level, "cameras")
    with httpx.Client(transport=httpx.MockTransport(lambda _: httpx.Response(200))) as client:
        client.get("http://127.0.0.1/hooks/s3cret")
    logging.getLogger("cityloop").info("something else")
    said = capsys.readouterr().err
    assert "s3cret" not in said
    assert '"event": "something else"' in said
