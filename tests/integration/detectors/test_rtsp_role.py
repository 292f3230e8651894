"""The role ``cameras`` on RTSP: a camera that parks a car, is cut, comes back as another; beside addresses that are no cameras."""

import time
from collections.abc import Callable
from pathlib import Path

import httpx
from prometheus_client.parser import text_string_to_metric_families as families

from config.settings import Settings
from detectors.sources.clip import Clip
from streams.broker.process import free_port
from streams.clock import system_clock
from streams.observation import Observation
from streams.provision import provision
from tests.fakes.camerasprocess import start_cameras, stop_cameras
from tests.fakes.footage import bikes, real_model
from tests.fakes.readlog import read_observations
from tests.fakes.wall import WallCamera, film, listener, need_rtsp

PASSWORD = "h0rse+b@ttery"
ZONES = "zones:\n  - {id: lane, scene: illegal_parking, dwell: 5s, polygon: [[0.7, 0.4], [1.0, 0.4], [1.0, 0.7], [0.7, 0.7]]}\n"


def told(address: str, source: str) -> list[Observation]:
    """What a camera has told so far."""
    return [one for one in read_observations(address) if one.source == source]


def until(ready: Callable[[], bool], seconds: float = 60.0) -> None:
    """Wait until something is so."""
    deadline = time.monotonic() + seconds
    while not ready():
        assert time.monotonic() < deadline, "it did not come to that in time"
        time.sleep(0.5)


def judged(port: int, camera: str) -> tuple[float, float]:
    """Now, and how many frames of a camera have been judged."""
    text = httpx.get(f"http://127.0.0.1:{port}/metrics").text
    assert PASSWORD not in text
    samples = (sample for family in families(text) for sample in family.samples if sample.name == "cityloop_camera_frames_total")
    return time.monotonic(), next(one.value for one in samples if one.labels == {"camera": camera, "outcome": "judged"})


def test_a_camera_is_cut_and_comes_back(tmp_path: Path, broker: str) -> None:
    """Its stay is told with its time; cut, it is blind within its time-out; back, it sees; the others are judged at their rate."""
    need_rtsp()
    real_model()
    street = Clip(bikes()).frame(6.52)
    assert street is not None
    pictures = film(tmp_path / "film", street)
    asks = ("digest", "bob", PASSWORD)
    cameras = tmp_path / "cameras"
    cameras.mkdir()
    settings = Settings(broker=f"kafka://{broker}", data=str(tmp_path / "data"), metrics_port=free_port())
    provision(settings)
    log = tmp_path / "said.txt"
    with listener(lambda line: line.sendall(b"\x00garbage\xff" * 999)) as garbage, WallCamera(pictures, (640, 272), asks=asks) as camera:
        for name, url, options in (
            ("gate", camera.url, "{timeout: 4, credentials: 'env:GATE'}"),
            ("garbage", garbage, "{timeout: 4}"),
            ("film", f"file:{bikes()}", "{start: 9.2, hold: 600}"),
        ):
            (cameras / f"{name}.yaml").write_text(
                f"id: camera/{name}\nrate: 2\nurl: '{url}'\noptions: {options}\n{ZONES}", encoding="utf-8"
            )
        process = start_cameras(cameras, settings, log, GATE=f"bob:{PASSWORD}")
        try:
            until(lambda: len(told(broker, "camera/gate")) >= 1)
            began, before = judged(settings.metrics_port, "camera/film")
            camera.off()
            cut = system_clock()
            until(lambda: len(told(broker, "camera/gate")) >= 2)
            with WallCamera(pictures, (320, 136), port=camera.port, asks=asks):
                until(lambda: len(told(broker, "camera/gate")) >= 3)
                ended, after = judged(settings.metrics_port, "camera/film")
                assert process.poll() is None
        finally:
            code = stop_cameras(process)
    stay, blind, back = told(broker, "camera/gate")[:3]
    assert (stay.kind, stay.value, stay.attributes["label"]) == ("illegal_parking", True, "car")
    assert stay.received_at is not None
    assert 0 <= stay.received_at - stay.at < 5_000_000
    assert stay.at < cut
    assert (blind.kind, blind.value) == ("camera_health", "no_frames")
    assert 3e6 < blind.at - cut < 8e6
    assert (back.kind, back.value) == ("camera_health", "ok")
    assert [(one.kind, one.value) for one in told(broker, "camera/garbage")] == [("camera_health", "no_frames")]
    assert told(broker, "camera/film") == []
    assert (after - before) / (ended - began) > 1.6
    said = log.read_text(encoding="utf-8")
    assert code == 0, said
    assert f'"reason": "{garbage}: what answers there does not speak RTSP"' in said
    assert f'"reason": "{camera.url}: the stream ended or no frame came in time"' in said
    assert "Traceback" not in said
    assert PASSWORD not in said
    assert "h0rse" not in said


def test_hanging_cameras_do_not_add_up(tmp_path: Path, broker: str) -> None:
    """A process whose eight cameras all hang in their connection ends as soon as one with a single such camera."""
    real_model()
    cameras = tmp_path / "cameras"
    cameras.mkdir()
    settings = Settings(broker=f"kafka://{broker}", data=str(tmp_path / "data"), metrics_port=free_port())
    provision(settings)
    log = tmp_path / "said.txt"
    with listener(lambda line: time.sleep(40)) as mute:
        for number in range(8):
            text = f"id: camera/mute-{number}\nurl: '{mute}'\noptions: {{timeout: 30}}\n{ZONES}"
            (cameras / f"{number}.yaml").write_text(text, encoding="utf-8")
        process = start_cameras(cameras, settings, log)
        try:
            until(lambda: "cameras.watching" in log.read_text(encoding="utf-8"))
            time.sleep(1.0)
        finally:
            began = time.monotonic()
            code = stop_cameras(process)
    assert code == 0, log.read_text(encoding="utf-8")
    assert time.monotonic() - began < 25.0
