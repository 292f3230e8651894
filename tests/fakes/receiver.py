"""A receiver of webhooks on loopback that checks signatures, folds repeats by ``webhook-id`` and can be told to misbehave."""

import threading
import time
from collections import Counter
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

import msgspec

from dispatch.notify.signature import objection

Trick = Callable[[int], int | None]
"""Given how many requests came before, the status to answer; ``None`` answers nothing and closes the connection."""


def obliging(_requests: int) -> int | None:
    """Takes everything."""
    return 204


class Receiver:
    """The server, as a context manager.

    Args:
        secret: shared with the sender.
        trick: what to answer.
        headers: added to every answer.
    """

    def __init__(self, secret: str, trick: Trick = obliging, headers: dict[str, str] | None = None) -> None:
        self.requests = 0
        self.refused: list[str] = []
        self.seen: Counter[str] = Counter()
        self.taken: dict[str, Any] = {}
        self.arrived: dict[str, float] = {}
        self._turn = threading.Lock()
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length", "0")))
                given = {name.lower(): value for name, value in self.headers.items()}
                status = receiver._judge(secret, trick, given, body)
                if status is None:
                    self.close_connection = True
                    return
                self.send_response(status)
                for name, value in (headers or {}).items():
                    self.send_header(name, value)
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # The parameter's name is the base class's.
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/hook"

    def _judge(self, secret: str, trick: Trick, given: dict[str, str], body: bytes) -> int | None:
        with self._turn:
            number, self.requests = self.requests, self.requests + 1
        wrong = objection(secret, given, body, round(time.time() * 1_000_000))
        if wrong is not None:
            self.refused.append(wrong)
            return 401
        message = given["webhook-id"]
        with self._turn:
            self.seen[message] += 1
        status = trick(number)
        if status is not None and 200 <= status < 300:
            with self._turn:
                self.taken.setdefault(message, msgspec.json.decode(body))
                self.arrived.setdefault(message, time.time())
        return status

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._server.shutdown()
        self._server.server_close()
