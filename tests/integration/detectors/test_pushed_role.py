"""Frames that are pushed, all the way: over HTTP to the gateway, through the spool to the role ``cameras``, as an observation on the broker."""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import cv2
import httpx
import numpy as np
import pytest

from config.moment import SECOND, Micros, render
from config.settings import Settings
from detectors.inference.port import Picture
from detectors.sources.clip import Clip
from streams.broker.process import free_port
from streams.clock import system_clock
from streams.observation import Observation
from streams.provision import provision
from tests.fakes.camerasprocess import start_cameras, stop_cameras
from tests.fakes.footage import bikes, real_model
from tests.fakes.gatewayprocess import CAMERAS, FRAMES_KEY, KEY, GatewayProcess
from tests.fakes.readlog import read_observations

FILE = """
id: camera/pole-1
rate: 10
url: 'push:'
options: {timeout: 5}
zones:
  - {id: lane, scene: illegal_parking, dwell: 5s, polygon: [[0.7, 0.4], [1.0, 0.4], [1.0, 0.7], [0.7, 0.7]]}
"""


pytestmark = pytest.mark.slow  # A broker, the gateway and the judging process have to start.


def until(ready: Callable[[], bool], seconds: float = 60.0) -> None:
    """Wait until something is so."""
    deadline = time.monotonic() + seconds
    while not ready():
        assert time.monotonic() < deadline, "it did not come to that in time"
        time.sleep(0.05)


def jpeg(picture: Picture, number: int) -> bytes:
    """A frame that differs from the one before, as a camera's do."""
    shown = np.array(picture)
    shown[:16, :16] = 25 * (number % 10)
    return cv2.imencode(".jpg", shown)[1].tobytes()


def push(gateway: GatewayProcess, content: bytes, at: Micros, key: str = FRAMES_KEY) -> httpx.Response:
    """Send one frame, as docs/cameras.md says."""
    headers = {"Content-Type": "image/jpeg", "Frame-At": render(at), "Authorization": f"Bearer {key}"}
    return httpx.post(f"{gateway.url}/v1/frames/pole-1", content=content, headers=headers)


def told(address: str) -> list[Observation]:
    """What is on the broker, in the order in which it was told; the camera is blind before its first frame, where processes start slowly."""
    return sorted(read_observations(address), key=lambda one: one.received_at or 0)


def bomb() -> bytes:
    """A JPEG whose header promises a hundred megapixels."""
    content = bytearray(cv2.imencode(".jpg", np.zeros((16, 16, 3), np.uint8))[1].tobytes())
    place = content.index(b"\xff\xc0") + 5
    content[place : place + 4] = (10_000).to_bytes(2, "big") * 2
    return bytes(content)


def test_a_pushed_car_is_an_observation(tmp_path: Path, broker: str) -> None:
    """A stay in pushed frames is told with its sender's times; bad frames are refused and cost nothing; silence is ``no_frames``."""
    real_model()
    street = Clip(bikes()).frame(6.52)
    assert street is not None
    cameras = tmp_path / "cameras"
    cameras.mkdir()
    (cameras / "pole.yaml").write_text(FILE, encoding="utf-8")
    settings = Settings(broker=f"kafka://{broker}", data=str(tmp_path / "data"), metrics_port=free_port())
    provision(settings)
    gateway = GatewayProcess(broker, "", tmp_path / "gateway.txt", CITYLOOP_DATA=settings.data, **{CAMERAS: str(cameras)})
    log = tmp_path / "said.txt"
    process = start_cameras(cameras, settings, log)
    began = system_clock() // SECOND * SECOND - 3600 * SECOND  # An hour ago: the times are the sender's.
    try:
        gateway.start()
        until(lambda: "cameras.watching" in log.read_text(encoding="utf-8"))
        receipts = []
        for number in range(9):
            receipts.append(push(gateway, jpeg(street, number), began + number * SECOND))
            until(lambda: not [file for file in settings.frames_folder.iterdir() if file.suffix != ".part"])
            time.sleep(0.15)  # Taken away; with ten turns a second it is judged by now.
        refused = {
            "cut": push(gateway, jpeg(street, 0)[:-500], began + 20 * SECOND),
            "bomb": push(gateway, bomb(), began + 20 * SECOND),
            "empty": push(gateway, b"", began + 20 * SECOND),
            "key": push(gateway, jpeg(street, 0), began + 20 * SECOND, KEY),
        }
        older = push(gateway, jpeg(street, 0), began)
        until(lambda: [one.value for one in told(broker)][-2:] == [True, "no_frames"])
    finally:
        codes = gateway.stop(), stop_cameras(process)
    said = log.read_text(encoding="utf-8")
    assert codes == (0, 0), said
    assert [receipt.status_code for receipt in receipts] == [202] * 9
    assert receipts[3].json() == {"camera": "camera/pole-1", "at": render(began + 3 * SECOND), "kept": True}
    assert older.json()["kept"] is False
    assert {name: answer.status_code for name, answer in refused.items()} == {"cut": 422, "bomb": 422, "empty": 422, "key": 403}
    assert "100 megapixels" in refused["bomb"].json()["detail"]
    stay, silent = told(broker)[-2:]
    check_stay(stay, began)
    assert (silent.source, silent.kind, silent.value) == ("camera/pole-1", "camera_health", "no_frames")
    assert [one.kind for one in told(broker)].count("illegal_parking") == 1
    assert [file for file in settings.frames_folder.iterdir() if file.suffix != ".part"] == []
    assert "Traceback" not in said


def check_stay(stay: Observation, began: Micros) -> None:
    """It was told once, five seconds or hardly more of the sender's time after the first frame that showed it."""
    assert (stay.source, stay.kind, stay.zone, stay.value) == ("camera/pole-1", "illegal_parking", "lane", True)
    since = datetime.fromisoformat(str(stay.attributes["since"])).astimezone(UTC)
    assert round(since.timestamp()) * SECOND in range(began, began + 3 * SECOND)
    assert 5 * SECOND <= stay.at - round(since.timestamp()) * SECOND <= 7 * SECOND
    assert len(stay.evidence) >= 1
