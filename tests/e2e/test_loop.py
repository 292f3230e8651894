"""What people do at the desk and on the phone, in a real browser on the real console and store."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from cityloop.demo.crew.photo import photo
from tests.e2e.browser import DESK, PHONE, chromium, log_in, overflowing, photo_file, visitor
from tests.e2e.stage import DOOR, PARKING, SMOKE, Stage, frame, missing, started
from tests.fakes.pictures import truncated_jpeg

pytestmark = [pytest.mark.slow, pytest.mark.skipif(missing() is not None, reason=str(missing()))]
AXE = Path(__file__).parents[2] / "console" / "web" / "node_modules" / "axe-core" / "axe.min.js"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as one:
        yield one


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with started(tmp_path) as one:
        yield one


def page_of(browser: Browser, stage: Stage, viewport: dict[str, int], person: str, at: str = "/") -> Page:
    page = visitor(browser, stage, viewport).new_page()
    log_in(page, person, at)
    return page


def test_an_alert_appears_without_reload(browser: Browser, stage: Stage) -> None:
    """The desk is open, nothing is touched, and a new alert stands on top with its count in the head."""
    page = page_of(browser, stage, DESK, "centre-dispatcher-1")
    expect(page.get_by_text("No alerts match.")).to_be_visible()
    page.evaluate("window.mark = 'not reloaded'")
    stage.alert(SMOKE, "sensor/smoke-004")
    expect(page.get_by_role("link", name="Smoke alarm at")).to_be_visible(timeout=5000)
    expect(page.get_by_role("link", name="Alerts 1")).to_be_visible()
    assert page.evaluate("window.mark") == "not reloaded"


def test_a_ticket_is_walked_from_the_phone_to_closed(browser: Browser, stage: Stage, tmp_path: Path) -> None:
    """Accept, arrive, photograph and submit on the phone; confirm at the desk; pass by a collector: everybody sees it move."""
    phone = page_of(browser, stage, PHONE, "order-staff-1", "/m")
    desk = page_of(browser, stage, DESK, "order-leader-1")
    expect(phone.get_by_text("No task for you now.")).to_be_visible()
    case = stage.alert(PARKING, "camera/gate-3", evidence=frame("gate-3"))
    phone.get_by_role("link", name="Vehicle parked illegally").click()
    desk.goto(f"/tickets/{case.ticket}")
    phone.get_by_role("button", name="Accept the task").click()
    expect(desk.locator(".detail").get_by_text("In hand", exact=True)).to_be_visible()
    phone.get_by_role("button", name="I have arrived").click()
    expect(phone.get_by_text("Arrived", exact=False).first).to_be_visible()
    expect(phone.get_by_role("button", name="Submit result")).to_be_disabled()
    phone.locator("input[type=file]").set_input_files(photo_file(tmp_path, photo(str(case.ticket), "now")))
    expect(phone.get_by_alt_text("Photo 1")).to_be_visible()
    phone.get_by_label("Note").fill("Owner called; the vehicle has left.")
    phone.get_by_role("button", name="Submit result").click()
    expect(phone.get_by_text("Submitted. The unit confirms it next.")).to_be_visible()
    desk.get_by_role("button", name="Confirm result").click()
    desk.locator("form").get_by_role("button", name="Confirm result").click()
    collector = page_of(browser, stage, PHONE, "inspection-collector-1", "/m/verify")
    collector.get_by_role("link", name="Vehicle parked illegally").click()
    expect(collector.get_by_text("Owner called; the vehicle has left.").first).to_be_visible()
    collector.get_by_role("button", name="Trouble is gone: pass").click()
    collector.get_by_label("Note").fill("Bay is free.")
    collector.locator("form").get_by_role("button", name="Trouble is gone: pass").click()
    expect(collector.get_by_text("Closed").first).to_be_visible()
    expect(desk.locator(".detail").get_by_text("Closed", exact=True)).to_be_visible()
    expect(desk.locator(".detail").get_by_text("Bay is free.")).to_be_visible()


def test_the_feed_goes_on_after_the_console_was_restarted(browser: Browser, stage: Stage) -> None:
    """The page says that the connection is lost, comes back by itself, and shows what happened meanwhile."""
    page = page_of(browser, stage, DESK, "centre-dispatcher-1")
    stage.alert(SMOKE, "sensor/smoke-004")
    expect(page.get_by_role("link", name="Smoke alarm at")).to_have_count(1)
    page.evaluate("window.mark = 'not reloaded'")
    stage.stop()
    expect(page.get_by_text("No connection, retrying")).to_be_visible(timeout=10_000)
    stage.alert(DOOR, "sensor/door-005")
    stage.start()
    expect(page.get_by_role("link", name="Door left open at")).to_be_visible(timeout=30_000)
    expect(page.get_by_text("Live", exact=True)).to_be_visible()
    stage.alert(SMOKE, "sensor/smoke-040")
    expect(page.get_by_role("link", name="Smoke alarm at")).to_have_count(2)
    assert page.evaluate("window.mark") == "not reloaded"


def test_two_who_act_at_once_are_told_of_each_other(browser: Browser, stage: Stage) -> None:
    """A move on an old version is refused with the name of who was faster, and what was typed stays."""
    desk = page_of(browser, stage, DESK, "order-leader-1")
    case = stage.alert(PARKING, "camera/gate-3")
    desk.goto(f"/tickets/{case.ticket}")
    desk.get_by_role("button", name="Return").click()
    desk.get_by_label("Reason").fill("not ours")
    desk.route("**/v1/stream*", lambda route: route.abort())
    # The desk's move is held back on its way, until somebody else was faster.
    desk.evaluate(
        "() => { const send = window.fetch; window.fetch = async (...what) => {"
        " if (what[1].method === 'POST') await new Promise((go) => { window.release = () => { window.fetch = send; go() } }); return send(...what) } }"
    )
    desk.locator("form").get_by_role("button", name="Return").click()
    phone = page_of(browser, stage, PHONE, "order-staff-1", f"/m/{case.ticket}")
    phone.get_by_role("button", name="Accept the task").click()
    expect(phone.get_by_role("button", name="I have arrived")).to_be_visible()
    desk.evaluate("() => window.release()")
    expect(desk.get_by_role("alert")).to_contain_text("has meanwhile done this: Taken in hand")


def test_a_broken_photo_is_told_and_another_can_be_taken(browser: Browser, stage: Stage, tmp_path: Path) -> None:
    """A truncated picture gets a sentence on the phone; the form keeps what was typed."""
    case = stage.alert(PARKING, "camera/gate-3")
    phone = page_of(browser, stage, PHONE, "order-staff-1", f"/m/{case.ticket}")
    phone.get_by_role("button", name="Accept the task").click()
    phone.get_by_label("Note").fill("typed before")
    phone.locator("input[type=file]").set_input_files(photo_file(tmp_path, truncated_jpeg()[:700]))
    expect(phone.get_by_role("alert")).to_contain_text("This picture could not be used")
    phone.locator("input[type=file]").set_input_files(photo_file(tmp_path, photo("x", "now")))
    expect(phone.get_by_alt_text("Photo 1")).to_be_visible()
    expect(phone.get_by_role("alert")).to_have_count(0)
    expect(phone.get_by_label("Note")).to_have_value("typed before")


def test_a_wrong_password_is_told_in_the_form(browser: Browser, stage: Stage) -> None:
    """The form says so, keeps the name and empties the password."""
    page = visitor(browser, stage, PHONE).new_page()
    page.goto("/m")
    page.get_by_label("User name").fill("order-staff-1")
    page.get_by_label("Password").fill("a wrong password")
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("alert")).to_contain_text("User name or password is wrong.")
    expect(page.get_by_label("Password")).to_have_value("")


def test_the_list_is_worked_by_keyboard(browser: Browser, stage: Stage) -> None:
    """Arrow keys move, Enter opens, and the focus is always seen."""
    for number in (4, 40):
        stage.alert(SMOKE, f"sensor/smoke-{number:03}")
    page = page_of(browser, stage, DESK, "centre-dispatcher-1")
    rows = page.locator(".list ul a")
    expect(rows).to_have_count(2)
    rows.first.focus()
    page.keyboard.press("ArrowDown")
    expect(rows.nth(1)).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(".detail h1")).to_contain_text("Smoke alarm")
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"


def test_an_alert_is_silenced_from_its_page_and_the_next_one_is_shown_as_suppressed(browser: Browser, stage: Stage) -> None:
    """The form is filled in from the alert, a preview shows what would be quiet, the reason stands on the next episode, and it can be ended."""
    case = stage.alert(PARKING, "camera/gate-3")
    page = page_of(browser, stage, DESK, "centre-dispatcher-1", f"/alerts/{case.id}")
    expect(page.locator(".detail")).to_contain_text("There was no ticket at this place.")
    page.get_by_role("link", name="Silence…").click()
    expect(page.get_by_label("Value").first).to_have_value("illegal-parking")
    page.get_by_role("button", name="Preview").click()
    expect(page.get_by_text("Would be silent now: 1")).to_be_visible()
    page.get_by_label("Why").fill("The gate is dug up.")
    page.get_by_role("button", name="Make silence").click()
    expect(page.locator(".detail h1")).to_have_text("The gate is dug up.")
    quiet = stage.alert(PARKING, "camera/gate-3", ago=-1)
    page.get_by_role("link", name="Alerts").first.click()
    page.get_by_label("State").select_option("suppressed")
    page.locator(f"a[href='/alerts/{quiet.id}']").click()
    expect(page.locator(".detail")).to_contain_text("Suppressed: no ticket, no notice")
    expect(page.locator(".detail")).to_contain_text("The gate is dug up.")
    page.locator(".detail").get_by_role("link", name=stage.city.people["centre-dispatcher-1"].name).click()
    page.get_by_role("button", name="End now").click()
    expect(page.locator(".detail .tags")).to_contain_text("Over")


def test_language_and_theme_are_kept(browser: Browser, stage: Stage) -> None:
    """What was chosen holds after a reload."""
    page = page_of(browser, stage, DESK, "centre-dispatcher-1")
    page.get_by_role("button", name="中文").click()
    page.get_by_label("主题").click()
    page.get_by_label("主题").click()
    page.reload()
    expect(page.get_by_role("link", name="告警", exact=False).first).to_be_visible()
    assert page.evaluate("[document.documentElement.lang, document.documentElement.dataset.theme]") == ["zh-CN", "dark"]


PAGES = (
    (DESK, "centre-dispatcher-1", "/"), (DESK, "order-leader-1", "/tickets"), (DESK, "centre-dispatcher-1", "alert"),
    (DESK, "order-leader-1", "ticket"), (DESK, "centre-dispatcher-1", "/silences"), (DESK, "centre-dispatcher-1", "silence"),
    (PHONE, "centre-dispatcher-1", "silence"), (PHONE, "order-staff-1", "/m"), (PHONE, "order-staff-1", "task"),
    (PHONE, "inspection-collector-1", "/m/verify"), (PHONE, "centre-dispatcher-1", "/"), (PHONE, "order-leader-1", "ticket"),
    (DESK, "centre-admin-1", "/teaching"), (DESK, "sanitation-leader-1", "/teaching/bin-1:bin"), (PHONE, "sanitation-leader-1", "/teaching/bin-1:bin"),
)  # fmt: skip


@pytest.mark.skipif(not AXE.is_file(), reason="axe-core is not installed (npm ci in console/web)")
@pytest.mark.parametrize(("language", "scheme"), [("en", "light"), ("zh", "dark")])
def test_every_page_is_accessible_and_nothing_runs_out_of_it(browser: Browser, stage: Stage, language: str, scheme: str) -> None:
    """Axe finds no violation on any page in either language and scheme, no text overflows, and controls are at least 44 pixels high."""
    case = stage.alert(PARKING, "camera/gate-3", evidence=frame("gate-3"))
    stage.alert(SMOKE, "sensor/smoke-004")
    stage.crops(1, 1)
    wrong: list[str] = []
    for viewport, person, at in PAGES:
        path = {
            "alert": f"/alerts/{case.id}",
            "ticket": f"/tickets/{case.ticket}",
            "task": f"/m/{case.ticket}",
            "silence": f"/silences/new-{case.id}",
        }.get(at, at)
        context = visitor(browser, stage, viewport, locale="zh-CN" if language == "zh" else "en-GB", color_scheme=scheme, bypass_csp=True)
        page = context.new_page()
        log_in(page, person, path)
        page.wait_for_timeout(700)  # A live page is never idle: its feed stays open.
        page.add_script_tag(path=str(AXE))
        found = page.evaluate("async () => (await axe.run()).violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target).join(' ')}`)")
        low = page.evaluate(
            "() => [...document.querySelectorAll('button, select, input:not(.hidden), .button')].filter((e) => e.clientHeight && e.offsetHeight < 44)"
            ".map((e) => e.outerHTML.slice(0, 90))"
        )
        wrong += [f"{at} {viewport['width']}: {one}" for one in (*found, *low, *overflowing(page))]
        context.close()
    assert not wrong, "\n".join(wrong)
