"""Teaching a zone in the console, and seeing evidence without blur, in a real browser on the real console, store and model."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from cityloop.demo.crew.photo import photo
from detectors.evidence.viewings import ViewingLog
from detectors.heads.store import HeadStore
from detectors.weights.cache import cache_folder, installed
from tests.e2e.browser import DESK, PHONE, chromium, log_in, visitor
from tests.e2e.stage import PARKING, Stage, bin_crop, frame, missing, started

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(missing() is not None, reason=str(missing())),
    pytest.mark.skipif(not installed(cache_folder(os.environ)), reason="the model's weights are not here (make weights)"),
]
SIDE = "/teaching/bin-1:side"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as one:
        yield one


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """One for all: each test has a zone or an alert of its own."""
    with started(tmp_path_factory.mktemp("stage")) as one:
        yield one


def page_of(browser: Browser, stage: Stage, viewport: dict[str, int], person: str, at: str) -> Page:
    page = visitor(browser, stage, viewport).new_page()
    log_in(page, person, at)
    return page


def labels(stage: Stage, zone: str = "bin") -> list[str]:
    """Labels of the kept crops."""
    return sorted(HeadStore(stage.data / "heads").examples("camera/bin-1", zone).values())


def test_a_zone_is_taught_by_keyboard_and_rolled_back(browser: Browser, stage: Stage) -> None:
    """Untaught and with too few crops it is refused with the reason; labels given by keys teach it; a second version is taken back."""
    stage.crops(4, 3)
    page = page_of(browser, stage, DESK, "sanitation-leader-1", "/teaching")
    row = page.locator("a[href='/teaching/bin-1%3Abin']")
    expect(row).to_contain_text("Untaught")
    row.click()
    page.get_by_role("button", name="Train").click()
    expect(page.get_by_role("alert")).to_contain_text("4 crops show it and 4 do not; each needs 5 at least. The zone stays untaught.")
    expect(page.get_by_alt_text("Crop to label, 1 of 3")).to_be_visible(timeout=30_000)  # The model is loaded for the first suggestion.
    page.keyboard.press("2")
    expect(page.get_by_text("Labelled: OK.")).to_be_visible()
    page.keyboard.press("z")
    expect(page.get_by_text("Labelled: OK.")).to_have_count(0)
    assert labels(stage).count("unlabelled") == 3
    for key, done in (("1", "Labelled: Full."), ("2", "Labelled: OK.")):
        page.keyboard.press(key)
        expect(page.get_by_text(done)).to_be_visible()
    page.keyboard.press("3")
    expect(page.get_by_text("No crop waits for a label.")).to_be_visible()
    expect(page.get_by_role("button", name="Show the skipped ones again (1)")).to_be_visible()
    assert labels(stage) == ["full"] * 5 + ["ok"] * 5 + ["unlabelled"]
    stage.crops(8, 0)
    for version in (1, 2):
        page.get_by_role("button", name="Train").click()
        expect(page.get_by_text(f"Version {version} is in force.")).to_be_visible()
    expect(page.locator(".detail")).to_contain_text("Balanced accuracy")
    page.get_by_role("button", name="Put version 1 in force").click()
    expect(page.get_by_text("Version 1 is in force again.")).to_be_visible()
    expect(row).to_contain_text("Version 1")
    head = HeadStore(stage.data / "heads").current("camera/bin-1", "bin")
    assert head is not None
    assert head.card.version == 1


def test_pictures_are_added_and_labelled_on_the_phone(browser: Browser, stage: Stage, tmp_path: Path) -> None:
    """A whole picture of the camera is cut to the zone, waits for a label, and gets one by a tap."""
    page = page_of(browser, stage, PHONE, "sanitation-leader-1", SIDE)
    whole = tmp_path / "whole.jpg"
    whole.write_bytes(bin_crop(7, there=True))
    page.locator("input[type=file]").set_input_files(whole)
    expect(page.get_by_text("Pictures added: 1.")).to_be_visible()
    expect(page.get_by_alt_text("Crop to label, 1 of 1")).to_be_visible(timeout=30_000)
    page.get_by_role("button", name="Full").tap()
    expect(page.get_by_text("Labelled: Full.")).to_be_visible()
    assert labels(stage, "side") == ["full"]
    assert page.evaluate("document.querySelector('.detail img')") is None


def test_teaching_is_for_those_who_lead(browser: Browser, stage: Stage) -> None:
    """The dispatcher has no such page: its address leads home, and the head of the page does not name it."""
    page = page_of(browser, stage, DESK, "centre-dispatcher-1", SIDE)
    expect(page.get_by_role("link", name="Alerts")).to_be_visible()
    expect(page.get_by_role("link", name="Teaching")).to_have_count(0)
    assert page.evaluate("location.pathname") == "/"


def test_evidence_is_seen_without_blur_after_a_reason_was_written_down(browser: Browser, stage: Stage) -> None:
    """The administrator is asked why; a word is no reason; the original is shown, and who, what and why stands in the chain."""
    blurred = frame("gate-3")
    case = stage.alert(PARKING, "camera/gate-3", evidence=blurred)
    stage.seal(blurred, photo("original", "now"))
    page = page_of(browser, stage, DESK, "centre-admin-1", f"/alerts/{case.id}")
    page.locator(".pictures button").first.click()
    page.get_by_role("button", name="Show without blur…").click()
    page.get_by_label("Why must it be seen").fill("curious")
    expect(page.get_by_role("button", name="Write down and show")).to_be_disabled()
    page.get_by_label("Why must it be seen").fill("警方要求调取原图 file 17")
    page.get_by_role("button", name="Write down and show").click()
    expect(page.get_by_text("Without blur. Written down: 警方要求调取原图 file 17")).to_be_visible()
    assert page.evaluate("[...document.querySelectorAll('dialog img')].at(-1).naturalWidth") > 0
    (entry,) = ViewingLog(stage.data / "evidence").entries()
    assert (entry.viewing.by, entry.viewing.reason) == ("centre-admin-1", "警方要求调取原图 file 17")
    leader = page_of(browser, stage, DESK, "order-leader-1", f"/alerts/{case.id}")
    leader.locator(".pictures button").first.click()
    expect(leader.get_by_role("dialog").get_by_role("img")).to_be_visible()
    expect(leader.get_by_role("button", name="Show without blur…")).to_have_count(0)
