"""The role ``cameras`` with every bad source at once: each is told, the process lives, and the camera beside them is judged at its rate."""

import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families as families

from config.settings import Settings
from streams.broker.process import free_port
from streams.clock import system_clock
from streams.provision import provision
from streams.spool import Spool
from tests.fakes.badpictures import cut, endless_sides, hundred_megapixels, write_film_without_frames, zipped_text
from tests.fakes.camerasprocess import start_cameras, stop_cameras
from tests.fakes.footage import bikes, real_model
from tests.fakes.readlog import read_observations
from tests.fakes.wall import listener

pytestmark = pytest.mark.slow  # A broker and the judging process have to start, and then to run for a while.
ZONES = "zones:\n  - {id: bay, scene: illegal_parking, dwell: 3s, polygon: [[0.02, 0.55], [0.66, 0.55], [0.66, 1.0], [0.02, 1.0]]}\n"
PICTURES: dict[str, Callable[[], bytes]] = {
    "cut": cut,
    "hundred": hundred_megapixels,
    "endless": endless_sides,
    "zipped": zipped_text,
    "nothing": bytes,
}
REASONS = (
    "100 megapixels",
    "its megapixels are more",
    "damaged or cut off",
    "not a picture that is known here",
    "this is not a video",
    "the file is empty",
    "there is no such file",
    "no answer in time",
    "the server is there, but no stream",
    "no camera can be opened there",
)
RATE = 2.0


class _Snapshots(BaseHTTPRequestHandler):
    """Gives the bad picture that is asked for by its name."""

    def do_GET(self) -> None:  # The library's name.
        content = PICTURES[self.path.strip("/")]()
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: Any) -> None:
        """Nothing is said."""


@contextlib.contextmanager
def snapshots() -> Iterator[str]:
    """Cameras that give bad pictures."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Snapshots) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


def bad_sources(folder: Path, snapshot: str, mute: str) -> dict[str, str]:
    """Name and address of every bad camera: files, snapshots, streams, a device, and one whose frames are pushed."""
    folder.mkdir()
    sources = {f"file-{name}": f"file:{folder / name}.jpg" for name in PICTURES}
    for name, content in PICTURES.items():
        (folder / f"{name}.jpg").write_bytes(content())
    (folder / "empty.mp4").touch()
    (folder / "text.mp4").write_text("no video " * 999, encoding="utf-8")
    write_film_without_frames(folder / "frameless.mp4")
    sources |= {f"film-{name}": f"file:{folder / name}.mp4" for name in ("empty", "text", "frameless", "absent")}
    sources |= {f"snapshot-{name}": f"{snapshot}/{name}" for name in PICTURES}
    return {**sources, "stream": mute, "server": mute.replace("rtsp:", "rtmp:"), "device": "v4l2:/dev/video99", "pushed": "push:"}


def judged(port: int, camera: str) -> tuple[float, float]:
    """Now, and how many frames of a camera have been judged."""
    text = httpx.get(f"http://127.0.0.1:{port}/metrics").text
    samples = (sample for family in families(text) for sample in family.samples if sample.name == "cityloop_camera_frames_total")
    return time.monotonic(), next(one.value for one in samples if one.labels == {"camera": f"camera/{camera}", "outcome": "judged"})


def until(ready: Callable[[], bool], seconds: float = 60.0) -> None:
    """Wait until something is so."""
    deadline = time.monotonic() + seconds
    while not ready():
        assert time.monotonic() < deadline, "it did not come to that in time"
        time.sleep(0.2)


def test_bad_cameras_harm_no_other(tmp_path: Path, broker: str) -> None:
    """Each of eighteen bad cameras is blind with its reason, none ends the process, and the good one is judged as often as it asks."""
    real_model()
    cameras = tmp_path / "cameras"
    cameras.mkdir()
    settings = Settings(broker=f"kafka://{broker}", data=str(tmp_path / "data"), metrics_port=free_port())
    provision(settings)
    log = tmp_path / "said.txt"
    with snapshots() as snapshot, listener(lambda line: time.sleep(30)) as mute:
        bad = bad_sources(tmp_path / "bad", snapshot, mute)
        good = f"id: camera/good\nrate: {RATE}\nurl: 'file:{bikes()}'\noptions: {{start: 9.2, hold: 600}}\n{ZONES}"
        (cameras / "good.yaml").write_text(good, encoding="utf-8")
        for name, url in bad.items():
            timeout = "options: {timeout: 2}\n" if "file:" not in url else ""
            (cameras / f"{name}.yaml").write_text(f"id: camera/{name}\nrate: 2\nurl: '{url}'\n{timeout}{ZONES}", encoding="utf-8")
        process = start_cameras(cameras, settings, log)
        try:
            until(lambda: "cameras.watching" in log.read_text(encoding="utf-8"))
            began, before = judged(settings.metrics_port, "good")
            for content in PICTURES.values():
                Spool(settings.frames_folder).put("camera/pushed", system_clock(), content())
                time.sleep(0.5)
            until(lambda: {one.source for one in read_observations(broker)} == {f"camera/{name}" for name in bad})
            until(lambda: all(reason in log.read_text(encoding="utf-8") for reason in REASONS))
            ended, after = judged(settings.metrics_port, "good")
            assert process.poll() is None
        finally:
            code = stop_cameras(process)
    said = log.read_text(encoding="utf-8")
    assert code == 0, said
    assert (after - before) / (ended - began) > 0.8 * RATE
    assert {(one.kind, one.value) for one in read_observations(broker)} == {("camera_health", "no_frames")}
    assert [name for name in bad if f'"camera": "camera/{name}", "reason": ' not in said] == []
    assert "Traceback" not in said


@pytest.mark.parametrize(
    ("variable", "content", "message"),
    [
        ("CITYLOOP_MODEL", b"\x89PNG no model", "this is not an ONNX model"),
        ("CITYLOOP_LABELS", b"bin\nbag\n", "it knows 80 classes at stride 8, the label map has 2"),
    ],
)
def test_a_process_does_not_begin_with_a_wrong_model(tmp_path: Path, variable: str, content: bytes, message: str) -> None:
    """A wrong model file, or a label map that does not fit, is told before any camera is connected to."""
    real_model()
    (tmp_path / "cameras").mkdir()
    wrong = tmp_path / "wrong.onnx"
    wrong.write_bytes(content)
    settings = Settings(broker="kafka://127.0.0.1:9", data=str(tmp_path / "data"), metrics_port=free_port())
    process = start_cameras(tmp_path / "cameras", settings, tmp_path / "said.txt", **{variable: str(wrong)})
    assert process.wait(60) != 0
    assert message in (tmp_path / "said.txt").read_text(encoding="utf-8")
