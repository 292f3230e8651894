"""RTMP against nginx's stream server on loopback: cameras that publish, stop, change their picture; servers that hang, go and come."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.cameraoptions import Decode
from detectors.sources.frame import SourceError
from detectors.sources.place import with_credentials
from detectors.sources.quiet import quiet_decoders
from detectors.sources.stream import StreamReader
from streams.broker.process import free_port
from tests.fakes.painting import paint
from tests.fakes.rtmpserver import RtmpServer, need_rtmp, publishing
from tests.fakes.wall import listener
from tests.fakes.watching import next_frame, until, watching

SMALL, LARGE = paint(size=(320, 136)), paint(size=(640, 272))
ABSENT = "the server is there, but no stream of that name came in time (does the camera send? else check stream name and credentials)"


def to_the_end(reader: StreamReader) -> None:
    """Read until the reader says that nothing comes."""
    while True:
        reader.read()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[RtmpServer]:
    """A stream server to which nobody publishes yet."""
    need_rtmp()
    quiet_decoders()
    with RtmpServer(tmp_path / "nginx") as started:
        yield started


@pytest.mark.parametrize("decode", list(Decode))
def test_a_published_stream_is_watched(server: RtmpServer, decode: Decode) -> None:
    """Frames, or key frames alone, come as they are published and are stamped in their order; to connect takes no longer than three seconds."""
    with publishing(server.url, SMALL), watching(server.url, decode=decode) as source:
        began = time.monotonic()
        seen = [next_frame(source) for _ in range(3 if decode is Decode.KEYFRAMES else 12)]
        took = time.monotonic() - began
        assert (source.fault, source.connections) == (None, 1)
    assert seen[0].picture.shape == (136, 320, 3)
    assert [frame.at for frame in seen] == sorted({frame.at for frame in seen})
    assert took < 8.0


def test_a_camera_that_changes_its_picture_is_seen_on(server: RtmpServer) -> None:
    """Who stops publishing is lost, and who begins again with another size is seen; the server was there all the time."""
    with watching(server.url, timeout=2.0) as source:
        with publishing(server.url, SMALL):
            assert next_frame(source).picture.shape == (136, 320, 3)
        assert until(lambda: source.fault is not None)
        with publishing(server.url, LARGE):
            assert until(lambda: source.fault is None)
            assert next_frame(source).picture.shape == (272, 640, 3)


def test_a_server_that_is_started_anew_is_connected_to(server: RtmpServer, tmp_path: Path) -> None:
    """A server that goes is a fault at once; one that comes in its place is connected to."""
    with watching(server.url) as source:
        with publishing(server.url, SMALL):
            next_frame(source)
            server.off()
            assert until(lambda: str(source.fault).endswith("no connection (ConnectionRefusedError)"))
        with RtmpServer(tmp_path / "again", server.port), publishing(server.url, SMALL):
            assert until(lambda: source.fault is None)
        assert source.connections == 2


def test_a_server_that_hangs_is_given_up_in_time(server: RtmpServer) -> None:
    """When nothing comes any more, the time-out is kept."""
    with publishing(server.url, SMALL):
        reader = StreamReader(server.url, server.url, 2.0)
        reader.read()
        server.stick()
        stuck = time.monotonic()
        with pytest.raises(SourceError, match=r"the stream ended or no frame came in time|the stream broke off"):
            to_the_end(reader)
        assert time.monotonic() - stuck < 10
        reader.close()


def test_a_stream_that_nobody_sends_is_told_without_its_password(server: RtmpServer) -> None:
    """A server without the stream never says so: it is waited for in vain, and told as what is to be looked after."""
    with pytest.raises(SourceError) as told:
        StreamReader(server.url, with_credentials(server.url, ("bob", "s3cret")), 1.0)
    assert str(told.value) == f"{server.url}: {ABSENT}"


def test_what_speaks_no_rtmp_is_told() -> None:
    """Garbage in place of a handshake, and an address where nobody listens, are one sentence each."""
    quiet_decoders()
    with listener(lambda line: line.sendall(b"\x00garbage\xff" * 999)) as rtsp:
        url = rtsp.replace("rtsp:", "rtmp:")
        with pytest.raises(SourceError, match="the server is there, but no stream of that name came in time"):
            StreamReader(url, url, 1.0)
    url = f"rtmp://127.0.0.1:{free_port()}/live/gate"
    with pytest.raises(SourceError) as told:
        StreamReader(url, with_credentials(url, ("bob", "s3cret")), 1.0)
    assert str(told.value) == f"{url}: no connection (ConnectionRefusedError)"
