"""What the console measures; every label has a closed set of values."""

import time
from typing import Any

from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram


class ConsoleMetrics:
    """The console's metrics in one registry.

    Args:
        registry: a fresh one for each console, so that tests and several consoles do not meet.
    """

    def __init__(self, registry: CollectorRegistry) -> None:
        self.registry = registry
        self.requests = Counter(
            "cityloop_console_requests",
            "Requests by route pattern, method and status class.",
            ["route", "method", "status"],
            registry=registry,
        )
        self.seconds = Histogram("cityloop_console_request_seconds", "Time to the first byte of the answer.", ["route"], registry=registry)
        self.streams = Gauge("cityloop_console_streams", "Live feeds that are open.", registry=registry)
        self.pushed = Counter("cityloop_console_pushed", "Changes sent over live feeds.", registry=registry)
        self.logins = Counter("cityloop_console_logins", "Attempts to log in.", ["result"], registry=registry)
        self.uploads = Counter("cityloop_console_uploads", "Uploaded pictures.", ["result"], registry=registry)


class Measured:
    """Middleware that counts every request and the time to its first byte."""

    def __init__(self, app: ASGIApp, metrics: ConsoleMetrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, and look at the answer's start."""
        if scope["type"] != ScopeType.HTTP:
            await self._app(scope, receive, send)
            return
        begun = time.perf_counter()
        # The pattern, not the path: a path holds ids, and strangers choose it.
        route = str(scope.get("path_template") or "unmatched")
        method = str(scope["method"]) if scope["method"] in {"GET", "HEAD", "POST", "DELETE", "OPTIONS"} else "other"

        async def watched(message: Message) -> None:
            if message["type"] == "http.response.start":
                status: Any = message["status"]
                self._metrics.requests.labels(route, method, f"{status // 100}xx").inc()
                self._metrics.seconds.labels(route).observe(time.perf_counter() - begun)
            await send(message)

        await self._app(scope, receive, watched)
