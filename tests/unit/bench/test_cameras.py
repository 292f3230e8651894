"""The benchmark of cameras: its sums, its stream, and both of its runs on painted models."""

from pathlib import Path

import numpy as np
import pytest

from bench.cameras.clip import HEIGHT, RATE, WIDTH, ClipFeed, drawn, write_clip
from bench.cameras.endurance import Part, summed
from bench.cameras.measure import run_policy
from bench.cameras.policy import POLICIES, Policy, Used, report_of
from bench.cameras.soak import Task, snapshots_of, watch
from tests.fakes.painting import PaintedDetector

NOWHERE = Path("/nowhere/clip.avi")


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Six seconds of drawn pictures."""
    path = tmp_path_factory.mktemp("clip") / "clip.mp4"
    assert write_clip(path, NOWHERE, 6.0) == "drawn pictures, H.264, 640 x 360, 10 frames a second, a keyframe every 2 s"
    return path


def test_the_sums() -> None:
    """At 70 % of a core: 5 ms a second are 140 cameras; 0.1 inferences of 40 ms in them are four fifths of all."""
    used = Used(camera_seconds=100, cpu_seconds=0.5, model_seconds=0.45, looks=20, asked=10, inputs=10)
    report = report_of(POLICIES[3], used, 0.040)
    assert (report.cameras_per_core, report.of_ceiling, report.ceiling_cameras_per_core) == (140.0, 0.8, 175.0)
    assert report.busy_cameras_per_core == pytest.approx(0.7 / (0.005 + 10 * 0.045 / 100), abs=0.1)
    assert (report.looks_per_camera_second, report.asked, report.inputs_per_camera_second) == (0.2, 0.5, 0.1)


def test_a_run_that_asked_nothing_has_no_ceiling() -> None:
    """Without inferences the ceiling is no number, and busy cameras are reckoned with the raw inference."""
    report = report_of(POLICIES[3], Used(camera_seconds=10, cpu_seconds=0.1, model_seconds=0, looks=10, asked=0, inputs=0), 0.04)
    assert (report.ceiling_cameras_per_core, report.of_ceiling, report.asked) == (None, 0.0, 0.0)
    assert report.busy_cameras_per_core == 14.0


def test_the_policies_go_from_the_dearest_to_the_cheapest() -> None:
    """Five, each with a name of its own; the first decodes all, the last packs."""
    assert len({policy.name for policy in POLICIES}) == 5
    assert [policy.rate for policy in POLICIES] == sorted((policy.rate for policy in POLICIES), reverse=True)
    assert [policy.mosaic for policy in POLICIES] == [False] * 4 + [True]


def test_a_feed_shows_the_newest_frame_and_plays_on(clip: Path) -> None:
    """Nothing twice, sizes as promised, keyframes two seconds apart, and after the end it begins anew."""
    now = [0.0]
    whole = ClipFeed(clip, 0.0, lambda: now[0], keyframes=False)
    keys = ClipFeed(clip, 0.0, lambda: now[0], keyframes=True)
    shown: list[tuple[bool, bool]] = []
    for tenth in range(0, 150, 5):
        now[0] = tenth / RATE
        frames = whole.newest(), keys.newest()
        shown.append((frames[0] is not None, frames[1] is not None))
        assert all(frame is None or frame.picture.shape == (HEIGHT, WIDTH, 3) for frame in frames)
    assert all(one for one, _ in shown)
    assert 7 <= sum(key for _, key in shown) <= 9
    assert (whole.fault(), whole.silent(), whole.replaced()) == (None, False, 0)
    whole.stop()
    keys.stop()


def test_drawn_pictures_move() -> None:
    """No two are the same."""
    one, other = drawn(2)
    assert one.shape == (HEIGHT, WIDTH, 3)
    assert not np.array_equal(one, other)


@pytest.mark.parametrize("mosaic", [False, True])
def test_a_policy_is_run_on_the_fleets_own_rounds(clip: Path, *, mosaic: bool) -> None:
    """Looks come at the policy's rate; packed, the model is given fewer inputs than it is asked questions."""
    policy = Policy(name="x", rate=1.0, keyframes=False, mosaic=mosaic, cameras=4)
    used = run_policy(policy, clip, 6.0, PaintedDetector(), 3.0)
    assert used.camera_seconds == 12
    assert 10 <= used.looks <= 15
    assert used.cpu_seconds > used.model_seconds > 0
    assert 0 < used.asked <= used.looks
    assert used.inputs < used.asked if mosaic else used.inputs == used.asked


def test_an_endurance_run_says_what_grew_and_who_was_forgotten() -> None:
    """Rates over all processes, growth from the middle third to the last, the worst stretch."""
    part = Part(rates=(0.1, 0.09), looks=20, failed=1, stretch=1.0, cpu_seconds=30, seconds=60, rss_mb=(90, 92, 100, 100, 104, 104))
    other = Part(rates=(0.0, 0.1), looks=10, failed=0, stretch=1.5, cpu_seconds=15, seconds=60, rss_mb=(90,) * 6)
    report = summed([part, other], 0.1)
    assert (report.feeds, report.processes, report.unpublished, report.slowest_hertz) == (4, 2, 1, 0.0)
    assert (report.looks, report.failed, report.stretch, report.cores) == (30, 1, 1.5, 0.75)
    assert report.rss_mb == (181.0, 190.0, 194.0)
    assert report.growth_mb_per_hour == pytest.approx(4 / 20 * 3600)


@pytest.mark.parametrize("rss", [(), (100.0,), (100.0, 101.0)])
def test_a_run_too_short_for_thirds_still_reports(rss: tuple[float, ...]) -> None:
    """With fewer than three samples some thirds share one, and with none it is 0."""
    report = summed([Part(rates=(0.1,), looks=1, failed=0, stretch=1.0, cpu_seconds=1, seconds=6, rss_mb=rss)], 0.1)
    assert len(report.rss_mb) == 3
    assert set(report.rss_mb) <= {0.0, 100.0, 100.5, 101.0}


def test_every_feed_is_watched_and_publishes_its_rate() -> None:
    """Two seconds of four cameras at 5 Hz, on however busy a machine: each has a published rate, none fails."""
    snapshots = snapshots_of(NOWHERE, 3)
    assert len(snapshots) == 3
    part = watch(Task(feeds=4, every=0.2, seconds=2.0, model=""), PaintedDetector(), snapshots)
    assert len(part.rates) == 4
    assert min(part.rates) > 0
    assert part.failed == 0
    assert part.looks >= 8
    assert part.rss_mb
