"""A real Chromium, as a person at a desk or with a phone has one."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.e2e.stage import CHROMIUM, Stage, password_of

DESK = {"width": 1366, "height": 768}
PHONE = {"width": 390, "height": 844}
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--disable-default-apps", "--disable-domain-reliability", "--no-pings",
]  # fmt: skip
"""Without the background flags Chromium calls hosts on the internet, which a closed network refuses by the hundred."""


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start Debian's Chromium, headless."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        try:
            yield browser
        finally:
            browser.close()


def visitor(browser: Browser, stage: Stage, viewport: dict[str, int], **options: Any) -> BrowserContext:
    """Somebody's browser: nothing kept from anybody else's."""
    phone = viewport == PHONE
    settings: dict[str, Any] = {"locale": "en-GB", "timezone_id": "Asia/Shanghai", "has_touch": phone, "is_mobile": phone} | options
    return browser.new_context(base_url=stage.url, viewport={"width": viewport["width"], "height": viewport["height"]}, **settings)


def log_in(page: Page, person: str, at: str = "/") -> None:
    """Log in by the form."""
    page.goto(at)
    page.locator("#user").fill(person)
    page.locator("#password").fill(password_of(person))
    page.locator("form button").click()
    page.locator("#password").wait_for(state="detached")


def overflowing(page: Page) -> list[str]:
    """Elements whose text runs out of them sideways, and the page itself when it can be scrolled sideways."""
    found: list[str] = page.evaluate(
        """() => {
          const wide = [...document.querySelectorAll('body *')].filter((element) => {
            const style = getComputedStyle(element)
            return element.clientWidth > 0 && element.scrollWidth > element.clientWidth + 1
              && style.overflowX === 'visible' && style.display !== 'inline'
          })
          const out = document.documentElement.scrollWidth > innerWidth ? ['the page'] : []
          return [...out, ...wide.map((element) => `${element.tagName.toLowerCase()}.${element.className}: ${element.textContent.slice(0, 60)}`)]
        }"""
    )
    return found


def photo_file(folder: Path, content: bytes) -> Path:
    """A photo on the phone."""
    path = folder / "photo.jpg"
    path.write_bytes(content)
    return path
