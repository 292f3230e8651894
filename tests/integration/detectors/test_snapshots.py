"""HTTP snapshots from a camera on loopback that behaves and misbehaves."""

import base64
import contextlib
import gzip
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import cv2
import pytest

from detectors.sources.frame import SourceError
from detectors.sources.snapshot import SnapshotReader
from tests.fakes.painting import paint

JPEG = cv2.imencode(".jpg", paint(size=(64, 48)))[1].tobytes()
BASIC = "Basic " + base64.b64encode(b"bob:s3cret").decode()


class Camera(BaseHTTPRequestHandler):
    """Answers by path: a picture, half of one, a page, an error, a flood, slowly, never, or only to the right password."""

    def do_GET(self) -> None:  # The name is the base class's.
        """Answer; who hangs up meanwhile is let go."""
        with contextlib.suppress(OSError):
            self._slowly() if self.path in {"/drip", "/never", "/endless"} else self._at_once()

    def _slowly(self) -> None:
        if self.path == "/never":
            self.rfile.read(1)
        self.send_response(200)
        self.end_headers()
        while True:
            self.wfile.write(JPEG + bytes(1_000_000) if self.path == "/endless" else b"\xff")
            time.sleep(0 if self.path == "/endless" else 0.1)

    def _at_once(self) -> None:
        authorization = self.headers.get("Authorization", "")
        scheme = {"/basic": "Basic", "/digest": "Digest"}.get(self.path)
        if scheme and not authorization.startswith(scheme):
            self.send_response(401)
            self.send_header("WWW-Authenticate", f'{scheme} realm="cam", nonce="n1", qop="auth"')
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        good = authorization == BASIC if scheme == "Basic" else "s3cret" not in authorization
        bodies = {
            "/packed": gzip.compress(bytes(100_000_000), 1),
            "/empty": b"",
            "/half": JPEG[:300],
            "/page": b"<html>log in</html>",
            "/flood": JPEG + bytes(33_000_000),
        }
        body = bodies.get(self.path, JPEG)
        statuses = {"/error": 500, "/missing": 404, "/elsewhere": 302}
        self.send_response(statuses.get(self.path, 200 if good else 403))
        if self.path == "/elsewhere":
            self.send_header("Location", "/snap.jpg")
        if self.path == "/packed":
            self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # The name is the base class's.
        """Say nothing."""


@pytest.fixture
def camera() -> Iterator[str]:
    """The address of a camera on a free loopback port."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Camera)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def reader(url: str, credentials: tuple[str, str] | None = None) -> SnapshotReader:
    """A reader that waits for nothing."""
    return SnapshotReader(url, credentials, 5.0, 0.0, threading.Event())


def test_a_picture_at_each_request(camera: str) -> None:
    """Each read is one request and one picture."""
    source = reader(f"{camera}/snap.jpg")
    assert [source.read().shape for _ in range(3)] == [(48, 64, 3)] * 3
    source.close()


@pytest.mark.parametrize("path", ["/basic", "/digest"])
def test_cameras_that_ask_for_a_password(camera: str, path: str) -> None:
    """Basic and Digest are answered as the camera asks; Digest never sends the password itself."""
    source = reader(camera + path, ("bob", "s3cret"))
    assert [source.read().shape for _ in range(2)] == [(48, 64, 3)] * 2


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("/half", "the picture is damaged or cut off"),
        ("/page", "this is not a picture that is known here"),
        ("/empty", "this is not a picture that is known here"),
        ("/packed", "this is not a picture that is known here"),
        ("/missing", "the camera answered 404 Not Found"),
        ("/elsewhere", "the camera answered 302 Found"),
        ("/error", "the camera answered 500 Internal Server Error"),
        ("/basic", "the camera answered 401 Unauthorized"),
        ("/flood", "the answer is longer than a picture may be"),
        ("/endless", "the answer is longer than a picture may be"),
    ],
)
def test_cameras_that_misbehave(camera: str, path: str, message: str) -> None:
    """Whatever a camera answers instead of a picture is one sentence with its address."""
    with pytest.raises(SourceError, match=message) as refused:
        reader(camera + path).read()
    assert str(refused.value).startswith(camera + path)


@pytest.mark.parametrize(
    ("path", "message"), [("/drip", r"the picture was not there after 0\.5 s"), ("/never", r"no picture \(ReadTimeout\)")]
)
def test_slow_cameras_are_given_up(camera: str, path: str, message: str) -> None:
    """The time-out is for the whole picture: neither silence nor a byte now and then keeps a camera's thread for longer."""
    began = time.monotonic()
    with pytest.raises(SourceError, match=message):
        SnapshotReader(camera + path, None, 0.5, 0.0, threading.Event()).read()
    assert 0.4 < time.monotonic() - began < 8.0


def test_nobody_listens() -> None:
    """A refused connection is a fault like another, and the next read tries again."""
    source = reader("http://127.0.0.1:9/snap.jpg", ("bob", "s3cret"))
    for _ in range(2):
        with pytest.raises(SourceError, match=r"http://127\.0\.0\.1:9/snap\.jpg: no picture \(ConnectError\)"):
            source.read()
