"""Takes webhooks on a loopback port and keeps what it was told."""

import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

import msgspec

from cityloop.demo.hooks.signature import objection
from config.moment import Micros
from streams.clock import Clock, system_clock

LONGEST_BODY = 1_000_000


class Call(msgspec.Struct, frozen=True, kw_only=True):
    """One webhook that came.

    Attributes:
        id: its ``webhook-id``.
        at: when it came, by the receiver's clock.
        ticket: id of the ticket that it tells of, where the body names one.
        objection: why it was refused; ``None`` when it is genuine.
    """

    id: str
    at: Micros
    ticket: str | None
    objection: str | None


class Receiver:
    """Listens from construction until it is closed.

    Args:
        secret: what genuine webhooks are signed with.
        clock: stamps what comes.
        host: address to listen on; the port is a free one.
    """

    def __init__(self, secret: str, clock: Clock = system_clock, host: str = "127.0.0.1") -> None:
        self._secret, self._clock = secret, clock
        self._calls: list[Call] = []
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer((host, 0), self._handler())
        threading.Thread(target=self._server.serve_forever, name="webhooks", daemon=True).start()

    @property
    def url(self) -> str:
        """Where webhooks go."""
        host, port = self._server.server_address[:2]
        return f"http://{host!s}:{port}/hooks"

    @property
    def calls(self) -> tuple[Call, ...]:
        """Everything that came, in order."""
        with self._lock:
            return tuple(self._calls)

    def close(self) -> None:
        """Listen no more."""
        self._server.shutdown()
        self._server.server_close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def take(self, headers: dict[str, str], body: bytes) -> int:
        """Judge and keep one webhook; returns the HTTP status to answer with."""
        refused = objection(self._secret, headers, body, time.time())
        call = Call(id=headers.get("webhook-id", ""), at=self._clock(), ticket=_ticket(body), objection=refused)
        with self._lock:
            self._calls.append(call)
        return 204 if refused is None else 401

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            """Answers ``POST`` and says nothing on stderr."""

            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:  # The name is the base class's.
                """Take one webhook."""
                length = int(self.headers.get("Content-Length") or 0)
                if length > LONGEST_BODY:
                    self.send_error(413)
                    return
                status = receiver.take({name.lower(): value for name, value in self.headers.items()}, self.rfile.read(length))
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # The parameter's name is the base class's.
                """Drop the line."""

        return Handler


class _Data(msgspec.Struct):
    ticket: str | None = None


class _Body(msgspec.Struct):
    data: _Data = msgspec.field(default_factory=_Data)


def _ticket(body: bytes) -> str | None:
    try:
        return msgspec.json.decode(body, type=_Body).data.ticket
    except msgspec.DecodeError:
        return None
