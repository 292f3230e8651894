"""Logs, metrics and health of a process: structlog JSON on stderr, and one small HTTP server for the rest."""

import logging
import sys
import threading
from collections.abc import Callable, Iterable
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import msgspec
import structlog
from prometheus_client import REGISTRY, CollectorRegistry, make_wsgi_app

Check = Callable[[], str | None]
"""Returns why the process is not ready, or ``None`` when this part of it is."""

CHATTY = ("httpx", "httpcore")
"""Libraries that log every request with its address, in whose path or query a webhook's secret may be."""


def configure_logging(level: str, role: str) -> None:
    """Send structlog's and the standard library's records to stderr, one JSON object a line, stamped with the role."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(processors=[*_without_meta(), structlog.processors.JSONRenderer()], foreign_pre_chain=shared)
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for name in CHATTY:
        logging.getLogger(name).setLevel(logging.WARNING)
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    structlog.contextvars.bind_contextvars(role=role)


def _without_meta() -> Iterable[structlog.typing.Processor]:
    return (structlog.stdlib.ProcessorFormatter.remove_processors_meta,)


class Health:
    """What a process must have before it is ready; a name with its check each."""

    def __init__(self) -> None:
        self._checks: dict[str, Check] = {}

    def add(self, name: str, check: Check) -> None:
        """Register a check; a second one of the same name replaces the first."""
        self._checks[name] = check

    def reasons(self) -> dict[str, str]:
        """Why the process is not ready, by check; empty when it is."""
        found = {name: check() for name, check in self._checks.items()}
        return {name: reason for name, reason in found.items() if reason is not None}


class _Quiet(WSGIRequestHandler):
    """Says nothing on stderr for each scrape."""

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # The parameter's name is the base class's.
        """Drop the line."""


def telemetry_application(health: Health, registry: CollectorRegistry = REGISTRY) -> Callable[..., Iterable[bytes]]:
    """The WSGI application behind ``/metrics``, ``/health/live`` and ``/health/ready`` (503 with reasons)."""
    metrics = make_wsgi_app(registry)

    def answer(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        if path == "/metrics":
            found: Iterable[bytes] = metrics(environ, start_response)
            return found
        bodies = {"/health/live": dict[str, str], "/health/ready": health.reasons}
        if path not in bodies:
            start_response("404 Not Found", [("Content-Type", "text/plain")])
            return [b"Known: /metrics, /health/live, /health/ready\n"]
        reasons = bodies[path]()
        start_response("503 Service Unavailable" if reasons else "200 OK", [("Content-Type", "application/json")])
        return [msgspec.json.encode({"ok": not reasons, "reasons": reasons})]

    return answer


def serve_telemetry(health: Health, host: str, port: int, registry: CollectorRegistry = REGISTRY) -> WSGIServer | None:
    """Serve metrics and health from a daemon thread; port 0 turns it off. ``shutdown()`` the result to stop it."""
    if port == 0:
        return None
    server = make_server(host, port, telemetry_application(health, registry), handler_class=_Quiet)
    threading.Thread(target=server.serve_forever, name="telemetry", daemon=True).start()
    return server
