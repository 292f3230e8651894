"""RTSP, RTMP and snapshots with TLS: a camera's own certificate is checked where it is named, and a false one is told."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import cv2
import pytest

from detectors.sources.frame import SourceError
from detectors.sources.place import with_credentials
from detectors.sources.quiet import quiet_decoders
from detectors.sources.snapshot import SnapshotReader
from detectors.sources.stream import StreamReader
from tests.fakes.painting import paint
from tests.fakes.rtmpserver import RtmpServer, need_rtmp, publishing
from tests.fakes.tlsfront import certificate, tls_front
from tests.fakes.wall import WallCamera, film, listener, need_rtsp

PICTURE = paint(size=(320, 136))
UNTRUSTED = "its certificate is not trusted by options.certificate"


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """The camera's certificate."""
    quiet_decoders()
    return certificate(tmp_path)


@pytest.fixture
def other(tmp_path: Path) -> Path:
    """Another camera's."""
    return certificate(tmp_path, "other")


def test_a_stream_with_tls(tmp_path: Path, own: Path, other: Path) -> None:
    """It is watched with its own certificate and with none named; with another's it is refused, and so are wrong users, with the reason."""
    need_rtsp()
    asks = ("basic", "bob", "s3cret")
    with WallCamera(film(tmp_path / "film", PICTURE), asks=asks) as camera, tls_front(camera.port, own) as port:
        name = f"rtsps://127.0.0.1:{port}/live"
        url = with_credentials(name, ("bob", "s3cret"))
        for trusted in (str(own), None):
            reader = StreamReader(name, url, 4.0, certificate=trusted)
            assert reader.read().shape == (136, 320, 3)
            reader.close()
        with pytest.raises(SourceError, match=f"^{name}: {UNTRUSTED}"):
            StreamReader(name, url, 4.0, certificate=str(other))
        with pytest.raises(SourceError, match=f"^{name}: the camera asks for a user: name options.credentials$"):
            StreamReader(name, name, 4.0, certificate=str(own))


def test_a_stream_server_with_tls(tmp_path: Path, own: Path, other: Path) -> None:
    """RTMP likewise."""
    need_rtmp()
    with RtmpServer(tmp_path / "nginx") as server, tls_front(server.port, own) as port, publishing(server.url, PICTURE):
        name = f"rtmps://127.0.0.1:{port}/live/gate"
        reader = StreamReader(name, name, 4.0, certificate=str(own))
        assert reader.read().shape == (136, 320, 3)
        reader.close()
        with pytest.raises(SourceError, match=f"^{name}: {UNTRUSTED}"):
            StreamReader(name, name, 4.0, certificate=str(other))


class _Camera(BaseHTTPRequestHandler):
    """Gives a picture."""

    def do_GET(self) -> None:  # The library's name.
        content = cv2.imencode(".jpg", PICTURE)[1].tobytes()
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: Any) -> None:
        """Nothing is said."""


@pytest.fixture
def snapshots() -> Iterator[int]:
    """A camera that gives snapshots, without TLS."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Camera) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


def test_snapshots_with_tls(snapshots: int, own: Path, other: Path) -> None:
    """A certificate that is named is believed; another's, and one that no authority of the web knows, are not."""
    with tls_front(snapshots, own) as port:
        name = f"https://127.0.0.1:{port}/snap.jpg"
        reader = SnapshotReader(name, None, 4.0, 1.0, threading.Event(), certificate=str(own))
        assert reader.read().shape == (136, 320, 3)
        reader.close()
        for trusted in (str(other), None):
            reader = SnapshotReader(name, None, 4.0, 1.0, threading.Event(), certificate=trusted)
            with pytest.raises(SourceError, match=r"no picture \(ConnectError\)"):
                reader.read()
            reader.close()


@pytest.mark.parametrize("scheme", ["rtsps", "rtmps"])
def test_who_speaks_no_tls_is_told(scheme: str) -> None:
    """A plain listener at an address with TLS is one sentence."""
    quiet_decoders()
    with listener(lambda line: line.sendall(b"RTSP/1.0 200 OK\r\n\r\n" * 99)) as plain:
        url = plain.replace("rtsp:", f"{scheme}:")
        with pytest.raises(SourceError, match=f"^{url}: what answers there does not speak TLS$"):
            StreamReader(url, url, 1.0)


@pytest.mark.parametrize(
    ("content", "message"), [(None, "there is no such file"), ("no certificate", "the file holds no certificate in PEM")]
)
def test_a_certificate_that_cannot_be_read_is_told(tmp_path: Path, content: str | None, message: str) -> None:
    """Before anything is connected to."""
    path = tmp_path / "camera.pem"
    if content is not None:
        path.write_text(content, encoding="utf-8")
    with pytest.raises(SourceError, match=f"^options.certificate {path}: {message}$"):
        StreamReader("rtsps://127.0.0.1:9/live", "rtsps://127.0.0.1:9/live", 1.0, certificate=str(path))
