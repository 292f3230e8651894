"""The role ``cameras`` as a process: from files on disk to envelopes on a broker, and a clean end."""

import time
from pathlib import Path

import httpx
import msgspec

from config.feeds import Door, Feed
from config.kinds import Text
from config.settings import Settings
from detectors.evidence.store import EvidenceStore
from streams.broker.process import free_port
from streams.journal import journal_file, read_journal
from streams.observation import Observation
from streams.provision import provision
from tests.fakes.camerasprocess import start_cameras, stop_cameras
from tests.fakes.footage import bikes, real_model
from tests.fakes.readlog import read_envelopes, read_observations

ZONES = "zones:\n  - {id: bay, scene: illegal_parking, dwell: 3s, polygon: [[0.02, 0.55], [0.66, 0.55], [0.66, 1.0], [0.02, 1.0]]}\n"
TAXI = "id: camera/taxi\nrate: 2\noptions: {start: 2.28, end: 9.2, hold_at: 2.28, hold: 60}\n" + ZONES
MISSING = "id: camera/missing\nrate: 2\nurl: file:/no/such/file.mp4\n" + ZONES

FEEDS = (("north", "camera/missing"), ("south", "camera/south"))


def until(address: str, wanted: int, seconds: float = 60.0) -> list[Observation]:
    """Wait until so many observations are in the log."""
    deadline = time.monotonic() + seconds
    while True:
        found = read_observations(address)
        if len(found) >= wanted or time.monotonic() > deadline:
            return found
        time.sleep(1.0)


def test_cameras_are_watched_and_told(tmp_path: Path, broker: str) -> None:
    """A taxi in a file is told with its evidence, a file that is missing makes its camera blind, and SIGTERM ends it all cleanly."""
    real_model()
    cameras = tmp_path / "cameras"
    cameras.mkdir()
    (cameras / "taxi.yaml").write_text(TAXI + f"url: 'file:{bikes()}'\n", encoding="utf-8")
    (cameras / "missing.yaml").write_text(MISSING, encoding="utf-8")
    settings = Settings(broker=f"kafka://{broker}", data=str(tmp_path / "data"), metrics_port=free_port())
    provision(settings)
    process = start_cameras(cameras, settings, tmp_path / "said.txt")
    try:
        told = until(broker, 2)
        metrics = httpx.get(f"http://127.0.0.1:{settings.metrics_port}/metrics").text
        ready = httpx.get(f"http://127.0.0.1:{settings.metrics_port}/health/ready")
    finally:
        code = stop_cameras(process)
    said = (tmp_path / "said.txt").read_text(encoding="utf-8")
    assert code == 0, said
    values = {one.source: (one.kind, one.value) for one in told}
    assert values == {"camera/taxi": ("illegal_parking", True), "camera/missing": ("camera_health", "no_frames")}
    assert sorted(read_journal(journal_file(settings.data, "cameras")).ids) == sorted(one.id for one in told)
    stay = next(one for one in told if one.source == "camera/taxi")
    assert stay.received_at is not None
    assert 0 <= stay.received_at - stay.at < 10_000_000
    assert EvidenceStore(settings.evidence_folder).get(stay.evidence[0])[:2] == b"\xff\xd8"
    assert 'cityloop_camera_blind{camera="camera/missing"} 1.0' in metrics
    assert 'cityloop_camera_blind{camera="camera/taxi"} 0.0' in metrics
    assert ready.status_code == 200, ready.text
    assert '"reason": "/no/such/file.mp4: there is no such file"' in said


def test_a_process_that_sees_nothing_is_not_ready(tmp_path: Path, broker: str) -> None:
    """When every camera of its feeds is blind, the process says so with the reasons, and lives on; others' cameras and feeds it leaves alone."""
    real_model()
    cameras = tmp_path / "cameras"
    cameras.mkdir()
    (cameras / "missing.yaml").write_text(MISSING, encoding="utf-8")
    (cameras / "south.yaml").write_text(MISSING.replace("missing", "south"), encoding="utf-8")
    feeds = [Feed(name=name, door=Door.CAMERAS, label=Text(name, name), sources=(pattern,)) for name, pattern in FEEDS]
    share = {"CITYLOOP_CAMERAS": "north", "TEST_FEEDS": msgspec.json.encode(feeds).decode()}
    settings = Settings(broker=f"kafka://{broker}", data=str(tmp_path / "data"), metrics_port=free_port())
    provision(settings)
    process = start_cameras(cameras, settings, tmp_path / "said.txt", **share)
    try:
        assert len(until(broker, 1)) == 1
        ready = httpx.get(f"http://127.0.0.1:{settings.metrics_port}/health/ready")
        assert process.poll() is None
    finally:
        stop_cameras(process)
    assert ready.status_code == 503
    assert "there is no such file" in ready.json()["reasons"]["cameras"]
    envelopes = [envelope for _, _, envelope in read_envelopes(broker)]
    assert {one.source for envelope in envelopes for one in envelope.observations} == {"camera/missing"}
    assert {feed.name for envelope in envelopes for feed in envelope.feeds} == {"north"}
    assert journal_file(settings.data, "cameras-north").exists()
