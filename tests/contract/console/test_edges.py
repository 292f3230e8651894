"""Problems, headers, pages, the map and telemetry."""

from typing import cast

import msgspec
import pytest
from litestar.testing import AsyncTestClient

from console.app import create_app, gather
from console.gate.headers import SECURITY_HEADERS
from console.parts import Parts
from console.routes.pages import ADDRESSES
from dispatch.actor import Actor
from dispatch.ports import CaseBook
from dispatch.query import Summary
from tests.contract.console.conftest import OWN, Office
from tests.fakes.town import CELLS, town


def anew(office: Office, book: CaseBook) -> Parts:
    """The same accounts and evidence with a feed of its own: a hub belongs to one application."""
    return gather(
        book, office.accounts, office.evidence, town(), noise=office.parts.noise, schooling=office.parts.schooling, clock=office.watch,
        passwords=office.parts.passwords,
    )  # fmt: skip


async def test_an_unknown_path_is_a_problem(office: Office) -> None:
    """404 is a problem document too, and names the path."""
    answer = await office.client.get("/v1/nothing")
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json() == {
        "type": "/problems/unknown", "title": "Unknown, or not yours to see", "status": 404, "detail": "Not Found: GET /v1/nothing. Not Found",
    }  # fmt: skip


async def test_a_wrong_method_is_a_problem_that_names_the_right_ones(office: Office) -> None:
    """405 comes with Allow."""
    answer = await office.client.put("/v1/tickets")
    assert (answer.status_code, answer.headers["content-type"]) == (405, "application/problem+json")
    assert "GET" in answer.headers["allow"]


async def test_what_is_not_json_is_400(office: Office) -> None:
    """A body that cannot be read is told so, and nothing happens."""
    answer = await office.client.post("/v1/session", content=b"{user: sam", headers=OWN | {"Content-Type": "application/json"})
    assert (answer.status_code, answer.headers["content-type"]) == (400, "application/problem+json")


async def test_a_body_beyond_the_bound_is_413(office: Office) -> None:
    """JSON is bounded far below pictures."""
    answer = await office.client.post("/v1/session", json={"user": "sam", "password": "x" * 300_000}, headers=OWN)
    assert (answer.status_code, answer.json()["type"]) == (413, "/problems/too-large")


async def test_an_error_that_nobody_foresaw_tells_the_caller_nothing_of_the_inside(office: Office) -> None:
    """The answer is a problem with a sentence; the story is in the log only."""

    class Broken:
        async def summary(self, _actor: Actor) -> Summary:
            msg = "postgresql://user:password@db refused"
            raise RuntimeError(msg)

        async def feed_head(self) -> int:
            return 0

    parts = anew(office, cast("CaseBook", Broken()))
    await office.log_in("dora")
    async with AsyncTestClient(create_app(parts), base_url="http://console.test", raise_server_exceptions=False) as client:
        answer = await client.get("/v1/summary", headers={"Cookie": f"cityloop_session={office.cookies['dora']}"})
    assert (answer.status_code, answer.json()["type"]) == (500, "/problems/failed")
    assert "password" not in answer.text


@pytest.mark.parametrize("path", ["/", "/m", "/v1/me", "/v1/nothing", "/metrics", "/assets/main-abc123.js", "/assets/none.js"])
async def test_every_answer_protects_the_browser(office: Office, path: str) -> None:
    """Pages, errors, assets and the API carry the same security headers."""
    answer = await office.client.get(path)
    for name, value in SECURITY_HEADERS.items():
        assert answer.headers[name] == value
    assert "unsafe" not in answer.headers["content-security-policy"]
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]


@pytest.mark.parametrize("address", [address.replace("{page:path}", "7/8") for address in ADDRESSES])
async def test_every_address_of_a_page_gives_the_document(office: Office, address: str) -> None:
    """A page can be loaded anew, and linked to, wherever one is; the document is asked for each time."""
    answer = await office.client.get(address)
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-cache")
    assert answer.text.startswith("<!doctype html>")


async def test_an_unknown_address_is_not_a_page(office: Office) -> None:
    """A wrong address is 404, not a page that says so with 200."""
    assert (await office.client.get("/admin")).status_code == 404


async def test_an_asset_may_be_kept_for_ever(office: Office) -> None:
    """Its name carries the hash of its content."""
    answer = await office.client.get("/assets/main-abc123.js")
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "public, max-age=31536000, immutable")
    assert "javascript" in answer.headers["content-type"]


async def test_a_missing_asset_is_not_kept(office: Office) -> None:
    """A 404 must not stay in caches when the asset comes with the next version."""
    answer = await office.client.get("/assets/none.js")
    assert (answer.status_code, answer.headers["cache-control"]) == (404, "no-store")


async def test_without_a_build_the_page_says_how_to_make_one(office: Office, tmp_path_factory: pytest.TempPathFactory) -> None:
    """The API works without pages, and the page tells what is missing."""
    async with AsyncTestClient(create_app(anew(office, office.book), dist=tmp_path_factory.mktemp("none"))) as client:
        answer = await client.get("/")
        assert answer.status_code == 503
        assert "npm run build" in answer.text
        assert (await client.get("/icon.svg")).status_code == 404


async def test_the_map_is_geojson_with_every_cell(office: Office) -> None:
    """A feature for each cell, with what the page needs to draw and name it."""
    answer = await office.ask("sue", "GET", "/v1/map")
    features = msgspec.json.decode(answer.content)["features"]
    assert answer.headers["content-type"] == "application/geo+json"
    assert {feature["properties"]["code"]: feature["geometry"] for feature in features} == {
        code: cell.geometry for code, cell in CELLS.items()
    }


async def test_health_tells_why_the_console_is_not_ready(office: Office) -> None:
    """Ready while the feed can be read; 503 with the reason when not."""
    assert (await office.client.get("/health/live")).json() == {"ok": True}
    assert (await office.client.get("/health/ready")).json() == {"ok": True, "reasons": {}}
    office.parts.health.add("feed", lambda: "The case book does not answer: no")
    answer = await office.client.get("/health/ready")
    assert (answer.status_code, answer.json()["reasons"]) == (503, {"feed": "The case book does not answer: no"})


async def test_metrics_have_patterns_for_routes_and_never_paths(office: Office) -> None:
    """A stranger cannot fill the registry by asking for many paths."""
    await office.ask("dora", "GET", "/v1/tickets/some-id")
    for number in range(5):
        await office.client.get(f"/made-up/{number}")
    text = (await office.client.get("/metrics")).text
    assert 'route="/v1/tickets/{ticket_id:str}"' in text or 'route="/v1/tickets/{ticket_id}"' in text
    assert "some-id" not in text
    assert "made-up" not in text
    assert 'cityloop_console_logins_total{result="right"} 1.0' in text
