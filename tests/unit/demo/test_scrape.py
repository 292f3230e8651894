"""Sums of counters from a Prometheus page."""

from prometheus_client import CollectorRegistry, Counter, generate_latest

from cityloop.demo.scrape import page_of, summed


def test_samples_are_summed_over_the_labels_left_open() -> None:
    """Labels that are given must fit, the others are summed over."""
    registry = CollectorRegistry()
    frames = Counter("cityloop_camera_frames", "Frames.", ["camera", "outcome"], registry=registry)
    for camera, outcome, number in (("a", "judged", 3), ("b", "judged", 4), ("a", "skipped", 9)):
        frames.labels(camera, outcome).inc(number)
    page = generate_latest(registry).decode()
    assert summed(page, "cityloop_camera_frames_total", {"outcome": "judged"}) == 7
    assert summed(page, "cityloop_camera_frames_total", {}) == 16
    assert summed(page, "cityloop_nothing_total", {}) == 0


async def test_a_silent_process_has_an_empty_page() -> None:
    """A process that is gone is no reason to fail: its figures are zero."""
    assert summed(await page_of("http://127.0.0.1:9/metrics"), "cityloop_camera_frames_total", {}) == 0
