"""The HTTP server of a process that minds its signals itself."""

import contextlib
import socket
from collections.abc import Iterator
from typing import Any

import uvicorn

from config.problem import Problem, ProblemsError

DRAIN_SECONDS = 15
"""How long requests may take to end after a stop: longer than the log may take to acknowledge."""


class Server(uvicorn.Server):
    """uvicorn, stopped by :meth:`stop` instead of by signals."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave the signals to the role: one process stops several things in order."""
        yield

    def stop(self) -> None:
        """Accept no more connections; ``serve`` returns when the requests that came in are answered."""
        self.should_exit = True


def server_for(app: Any) -> Server:
    """A server of an ASGI application. Requests are counted, not logged: an address may hold what is nobody's business."""
    config = uvicorn.Config(
        app,
        loop="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=DRAIN_SECONDS,
        timeout_keep_alive=75,
    )
    return Server(config)


def listen(host: str, port: int) -> socket.socket:
    """A listening socket; port 0 takes a free one.

    Raises:
        ProblemsError: the address is taken, or is not this machine's.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=2048, reuse_port=False)
    except OSError as error:
        what = f"the gateway cannot listen on {host}:{port}: {error.strerror or error}."
        fix = "Stop what listens there, or choose another CITYLOOP_HOST or CITYLOOP_GATEWAY_PORT (0 takes a free port)."
        raise ProblemsError([Problem(file="CITYLOOP_GATEWAY_PORT", what=what, fix=fix)]) from error
