"""Takes a picture of every page for the documents: ``make screens`` writes docs/screens/*.png.

The console, the store and the moves are real; the cases are put in by this script, and the pictures in them are drawn.
"""

import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Browser, Page

from cityloop.demo.crew.photo import photo
from tests.e2e.browser import DESK, PHONE, chromium, log_in, overflowing, photo_file, visitor
from tests.e2e.stage import DOOR, PARKING, SMOKE, Stage, frame, missing, started

FOLDER = Path(__file__).parents[2] / "docs" / "screens"
SETTLE_MILLISECONDS = 900


class Album:
    """Pictures of pages; complains when text runs out of one."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.faults: list[str] = []

    def take(self, page: Page, name: str, *, whole: bool = False) -> None:
        """Keep a picture of a page as it is now."""
        page.wait_for_timeout(SETTLE_MILLISECONDS)
        page.screenshot(path=self._folder / f"{name}.png", full_page=whole)
        self.faults += [f"{name}: {fault}" for fault in overflowing(page)]


def desk(browser: Browser, stage: Stage, album: Album) -> None:
    """The operations centre at 1366 x 768, in both languages and both schemes."""
    page = visitor(browser, stage, DESK).new_page()
    page.goto("/")
    album.take(page, "login")
    case = stage.alert(PARKING, "camera/gate-3", ago=1500, evidence=frame("gate-3"))
    stage.alert(SMOKE, "sensor/smoke-004", ago=240)
    stage.alert(DOOR, "sensor/door-005", ago=5400)
    stage.alert(PARKING, "camera/gate-7", ago=60, evidence=frame("gate-7"))
    log_in(page, "centre-dispatcher-1")
    album.take(page, "operations-alerts")
    page.goto(f"/alerts/{case.id}")
    album.take(page, "operations-alert")
    page.locator(".detail").evaluate("(panel) => panel.scrollTo(0, 420)")
    album.take(page, "operations-alert-why")
    leader = visitor(browser, stage, DESK, locale="zh-CN", color_scheme="dark").new_page()
    log_in(leader, "order-leader-1", f"/tickets/{case.ticket}")
    album.take(leader, "operations-ticket-zh-dark")
    leader.get_by_role("button", name="退回").click()
    album.take(leader, "operations-move-zh-dark")


def teaching(browser: Browser, stage: Stage, album: Album) -> None:
    """A zone that is taught: at the desk with a head in force, on the phone with a crop to label. The crops are drawn."""
    stage.crops(10, 6)
    page = visitor(browser, stage, DESK).new_page()
    log_in(page, "sanitation-leader-1", "/teaching/bin-1:bin")
    page.get_by_role("button", name="Train").click()
    page.get_by_text("Version 1 is in force.").wait_for()
    page.locator(".detail section img").wait_for()
    album.take(page, "operations-teaching")
    phone = visitor(browser, stage, PHONE, locale="zh-CN", color_scheme="dark").new_page()
    log_in(phone, "sanitation-leader-1", "/teaching/bin-1:bin")
    phone.locator(".detail section img").wait_for()
    album.take(phone, "teaching-phone-zh-dark")


def phones(browser: Browser, stage: Stage, album: Album, folder: Path) -> None:
    """A ticket on the phones of the person on duty and of the collector, at 390 x 844."""
    case = stage.alert(PARKING, "camera/gate-8", evidence=frame("gate-8"))
    first = visitor(browser, stage, PHONE).new_page()
    handler = str(_assignee(stage, str(case.ticket)))
    log_in(first, handler, "/m")
    album.take(first, "staff-tasks")
    first.goto(f"/m/{case.ticket}")
    album.take(first, "staff-task")
    first.get_by_role("button", name="Accept the task").click()
    first.get_by_role("button", name="I have arrived").click()
    first.locator("input[type=file]").set_input_files(photo_file(folder, photo(str(case.ticket), "10:42")))
    first.get_by_alt_text("Photo 1").wait_for()
    first.get_by_label("Note").fill("Owner called; the vehicle has left.")
    album.take(first, "staff-submit", whole=True)
    first.get_by_role("button", name="Submit result").click()
    album.take(first, "staff-done", whole=True)
    leader = visitor(browser, stage, DESK).new_page()
    log_in(leader, "order-leader-1", f"/tickets/{case.ticket}")
    leader.get_by_role("button", name="Confirm result").click()
    album.take(leader, "operations-confirm")
    leader.locator("form").get_by_role("button", name="Confirm result").click()
    second = visitor(browser, stage, PHONE, locale="zh-CN").new_page()
    log_in(second, "inspection-collector-1", "/m/verify")
    album.take(second, "verify-tasks-zh")
    second.goto(f"/m/verify/{case.ticket}")
    album.take(second, "verify-task-zh", whole=True)
    second.get_by_role("button", name="问题已消除").click()
    second.locator("form").get_by_role("button", name="问题已消除").click()
    album.take(second, "verify-done-zh", whole=True)
    leader.reload()
    album.take(leader, "operations-closed")


def _assignee(stage: Stage, ticket: str) -> str | None:
    return stage.ticket(ticket).assignee


def main(tell: Callable[[str], object] = print) -> int:
    """Take all pictures; 1 when a page has a fault, 2 when no browser can look."""
    why = missing()
    if why is not None:
        tell(f"screens: {why}")
        return 2
    FOLDER.mkdir(parents=True, exist_ok=True)
    album = Album(FOLDER)
    with tempfile.TemporaryDirectory() as folder, started(Path(folder)) as stage, chromium() as browser:
        desk(browser, stage, album)
        teaching(browser, stage, album)
        phones(browser, stage, album, Path(folder))
    for fault in album.faults:
        tell(f"screens: {fault}")
    return 1 if album.faults else 0


if __name__ == "__main__":
    sys.exit(main())
