"""Every route against everybody who may not use it."""

from typing import Any

import pytest
from litestar import Litestar
from litestar.routes import HTTPRoute

from console.auth.rights import OF_SCOPE, Right
from console.gate.guards import RIGHT
from console.gate.middleware import OPEN
from console.routes.pages import ADDRESSES
from streams.gateway.keys import Scope
from tests.contract.console.conftest import Office
from tests.fakes.town import PARKING, SMOKE, alert

ROUTES = [
    ("DELETE", "/v1/session", Right.SELF),
    ("GET", "/v1/me", Right.SELF),
    ("GET", "/v1/summary", Right.READ_TICKETS),
    ("GET", "/v1/alerts", Right.READ_ALERTS),
    ("GET", "/v1/alerts/{id}", Right.READ_ALERTS),
    ("POST", "/v1/alerts/{id}/acknowledge", Right.ACKNOWLEDGE),
    ("GET", "/v1/tickets", Right.READ_TICKETS),
    ("GET", "/v1/tickets/{id}", Right.READ_TICKETS),
    ("POST", "/v1/tickets/{id}/moves", Right.MOVE),
    ("POST", "/v1/tickets/{id}/facts", Right.ADD_FACTS),
    ("POST", "/v1/evidence", Right.UPLOAD),
    ("GET", "/v1/evidence/{id}", Right.READ_EVIDENCE),
    ("GET", "/v1/evidence/{id}/original", Right.UNBLUR),
    ("GET", "/v1/stream", Right.WATCH),
    ("GET", "/v1/map", Right.READ_TICKETS),
    ("GET", "/v1/silences", Right.READ_ALERTS),
    ("GET", "/v1/silences/{id}", Right.READ_ALERTS),
    ("POST", "/v1/silences", Right.SILENCE),
    ("POST", "/v1/silences/preview", Right.READ_ALERTS),
    ("POST", "/v1/silences/{id}/expire", Right.SILENCE),
    ("GET", "/v1/maintenance", Right.READ_ALERTS),
    ("GET", "/v1/teaching", Right.TEACH),
    ("GET", "/v1/cameras/{id}/zones/{id}/teaching", Right.TEACH),
    ("POST", "/v1/cameras/{id}/zones/{id}/teaching/crops", Right.TEACH),
    ("GET", "/v1/cameras/{id}/zones/{id}/teaching/crops/{id}", Right.TEACH),
    ("POST", "/v1/cameras/{id}/zones/{id}/teaching/crops/{id}/label", Right.TEACH),
    ("POST", "/v1/cameras/{id}/zones/{id}/teaching/teach", Right.TEACH),
    ("POST", "/v1/cameras/{id}/zones/{id}/teaching/roll-back", Right.TEACH),
]
"""Method, path and right of every route that needs a caller."""


def registered(app: Litestar) -> set[tuple[str, str, Any]]:
    found: set[tuple[str, str, Any]] = set()
    for route in app.routes:
        if isinstance(route, HTTPRoute) and route.path.startswith("/v1"):
            for handler in route.route_handlers:
                path = "/".join("{id}" if part.startswith("{") else part for part in route.path.split("/"))
                found |= {
                    (method, path, handler.opt.get(RIGHT)) for method in handler.http_methods - {"OPTIONS"} if not handler.opt.get(OPEN)
                }
    return found


async def test_the_table_of_this_test_is_every_route_of_the_application(office: Office) -> None:
    """A new route must be given its right, and must be tested here."""
    assert registered(office.app) == set(ROUTES)


async def test_what_is_open_to_all_is_known(office: Office) -> None:
    """Without a caller one may log in, load the pages and the description of the API, and ask how the console is: nothing else."""
    opened = {
        (route.path, "POST" in handler.http_methods)
        for route in office.app.routes
        if isinstance(route, HTTPRoute)
        for handler in route.route_handlers
        if handler.opt.get(OPEN)
    }
    assert {path for path, writes in opened if writes} == {"/v1/session"}
    assert {path for path, writes in opened if not writes} - set(ADDRESSES) == {
        "/v1/schema", "/v1/schema/openapi.json", "/v1/schema/{path:str}", "/health/live", "/health/ready", "/metrics", "/icon.svg",
        "/assets/{file_path:path}",
    }  # fmt: skip


@pytest.mark.parametrize(("method", "path", "right"), ROUTES)
async def test_nobody_gets_nothing(office: Office, method: str, path: str, right: Right) -> None:
    """Without a caller every route answers 401 with a problem, whatever it would need."""
    answer = await office.ask(None, method, path.replace("{id}", "0" * 64), body={} if method == "POST" else None)
    assert (right, answer.status_code) == (right, 401)
    assert answer.json()["type"] == "/problems/not-logged-in"
    assert answer.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize(("method", "path", "right"), ROUTES)
@pytest.mark.parametrize("scope", list(Scope))
async def test_a_key_opens_what_its_scope_says_and_nothing_else(office: Office, method: str, path: str, right: Right, scope: Scope) -> None:
    """Each scope against each route: 403 where the scope does not give the right, never 403 for lack of it where it does."""
    if path == "/v1/stream" and right in OF_SCOPE[scope]:
        pytest.skip("a stream has no end; it is watched in tests/integration/console")
    answer = await office.ask(
        None, method, path.replace("{id}", "0" * 64), key=await office.key(scope), body={} if method == "POST" else None
    )
    allowed = right in OF_SCOPE[scope]
    assert (answer.status_code == 403) == (not allowed), answer.text
    if not allowed:
        assert (
            answer.json()["detail"]
            == f"This needs the right {right.value!r}, which this key's scopes does not give. Ask the administrator."
        )


@pytest.mark.parametrize("person", ["sam", "cora"])
@pytest.mark.parametrize(("method", "path"), [("GET", "/v1/alerts"), ("GET", "/v1/alerts/x"), ("POST", "/v1/alerts/x/acknowledge")])
async def test_alerts_are_for_the_desk(office: Office, person: str, method: str, path: str) -> None:
    """Staff and collectors work with tickets; alerts are refused to them with who they are."""
    answer = await office.ask(person, method, path)
    assert answer.status_code == 403
    assert answer.json()["type"] == "/problems/not-allowed"


@pytest.mark.parametrize(("method", "path", "right"), [row for row in ROUTES if row[0] != "GET"])
async def test_a_write_with_a_session_needs_our_own_header(office: Office, method: str, path: str, right: Right) -> None:
    """A page of another site cannot make a browser write, since it cannot send the header."""
    answer = await office.ask("root", method, path.replace("{id}", "x"), own=False, body={} if method == "POST" else None)
    assert (right, answer.status_code, answer.json()["type"]) == (right, 403, "/problems/foreign-site")


async def test_a_key_needs_no_header_of_ours(office: Office) -> None:
    """A key does not ride on a browser, so nothing can be forged with it."""
    key = await office.key(Scope.TICKETS_WRITE)
    assert (await office.ask(None, "POST", "/v1/evidence", own=False, key=key, content=b"no picture")).status_code == 422


async def test_rows_of_other_units_are_unknown(office: Office) -> None:
    """A leader sees the tickets and alerts of the own unit; another unit's are 404 in every way of asking."""
    ours, theirs = await office.book.take_alert(alert(PARKING)), await office.book.take_alert(alert(SMOKE))
    listed = (await office.ask("lee", "GET", "/v1/tickets")).json()["items"]
    assert [row["id"] for row in listed] == [ours.ticket]
    assert [row["id"] for row in (await office.ask("lee", "GET", "/v1/alerts")).json()["items"]] == [ours.id]
    for method, path, body in (
        ("GET", f"/v1/tickets/{theirs.ticket}", None),
        ("GET", f"/v1/alerts/{theirs.id}", None),
        ("POST", f"/v1/alerts/{theirs.id}/acknowledge", None),
        ("POST", f"/v1/tickets/{theirs.ticket}/moves", {"move": "assign", "version": 3}),
        ("POST", f"/v1/tickets/{theirs.ticket}/facts", {"fact": "arrived"}),
    ):
        assert (await office.ask("lee", method, path, body=body)).status_code == 404, path


async def test_the_summary_is_of_ones_own_rows(office: Office) -> None:
    """Counts leak nothing about other units either."""
    await office.book.take_alert(alert(PARKING))
    await office.book.take_alert(alert(SMOKE))
    assert [(await office.ask(person, "GET", "/v1/summary")).json()["open"] for person in ("lee", "finn", "dora")] == [1, 1, 2]
