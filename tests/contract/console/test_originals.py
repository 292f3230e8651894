"""Originals of blurred evidence through the API: for few, with a reason, and never without a trace."""

import hashlib
from dataclasses import replace
from urllib.parse import quote

import pytest
from httpx import Response

from console.app import create_app
from detectors.evidence.viewings import broken_viewing
from tests.contract.console.conftest import OWN, Office
from tests.fakes.pictures import jpeg
from tests.fakes.town import NOON, PARKING, alert

DIGEST = hashlib.sha256(jpeg()).hexdigest()
REFERENCE = f"evidence:sha256/{DIGEST}"
REASON = "Police asked for it, file 17."
PNG = b"\x89PNG the frame as it was"


async def look(office: Office, person: str, reason: str | None = REASON, digest: str = DIGEST) -> Response:
    """Ask for an original."""
    await office.log_in(person)
    headers = OWN | {"Cookie": f"cityloop_session={office.cookies[person]}"} | ({} if reason is None else {"X-Reason": reason})
    return await office.client.get(f"/v1/evidence/{digest}/original", headers=headers)


async def keep(office: Office, *, original: bool = True) -> None:
    """Keep a picture that an alert names, and its original."""
    office.evidence.put(jpeg())
    await office.book.take_alert(alert(PARKING, evidence=(REFERENCE,)))
    if original:
        assert office.parts.originals is not None
        office.parts.originals.store.seal(REFERENCE, PNG)


def viewings(office: Office) -> list[tuple[str, str, str, int]]:
    """Who looked at what, why and when."""
    assert office.parts.originals is not None
    entries = list(office.parts.originals.viewings.entries())
    assert broken_viewing(entries) is None
    return [(one.viewing.by, one.viewing.reference, one.viewing.reason, one.viewing.at) for one in entries]


@pytest.mark.parametrize(("reason", "told"), [(REASON, REASON), (quote("警方要求调取原图，案卷十七号"), "警方要求调取原图，案卷十七号")])
async def test_an_original_is_given_out_and_written_down(office: Office, reason: str, told: str) -> None:
    """The administrator sees the frame; who, what, why and when stands in the chain; no browser keeps it."""
    await keep(office)
    answer = await look(office, "root", reason)
    assert (answer.status_code, answer.content, answer.headers["content-type"]) == (200, PNG, "image/png")
    assert answer.headers["cache-control"] == "private, no-store"
    assert viewings(office) == [("root", REFERENCE, told, NOON)]


@pytest.mark.parametrize("person", ["lee", "dora", "ann", "sam", "cora"])
async def test_nobody_else_sees_it(office: Office, person: str) -> None:
    """Who may see the blurred picture may not see the original by that alone, and nothing is written for it."""
    await keep(office)
    answer = await look(office, person)
    assert (answer.status_code, "'unblur'" in answer.json()["detail"]) == (403, True)
    assert viewings(office) == []


@pytest.mark.parametrize("reason", [None, "", "test", "          .        ", "x" * 501, quote("two\nlines of a reason")])
async def test_a_reason_must_be_given(office: Office, reason: str | None) -> None:
    """None, too short, too long or more than a line is refused, and nothing is shown."""
    await keep(office)
    answer = await look(office, "root", reason)
    assert (answer.status_code, answer.json()["detail"]) == (
        422, "X-Reason: is no reason. Write why the original must be seen, in 10 to 500 characters on one line.",
    )  # fmt: skip
    assert viewings(office) == []


async def test_what_is_not_there_is_unknown(office: Office) -> None:
    """A picture without an original, and an original of a picture that nobody names, are as ones that never were."""
    await keep(office, original=False)
    assert (await look(office, "root")).status_code == 404
    assert office.parts.originals is not None
    office.parts.originals.store.seal("evidence:sha256/" + "0" * 64, PNG)
    assert (await look(office, "root", digest="0" * 64)).status_code == 404
    assert viewings(office) == []


async def test_what_does_not_open_says_so(office: Office) -> None:
    """A changed file or another key: 409 with whom to ask, and no viewing, since nothing was seen."""
    await keep(office)
    assert office.parts.originals is not None
    file = next((office.parts.originals.store._folder).rglob("*.sealed"))  # Harm is done where it lies.
    file.write_bytes(file.read_bytes()[:-1])
    answer = await look(office, "root")
    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/illegal-move")
    assert "CITYLOOP_EVIDENCE_KEY is not the key" in answer.json()["detail"]
    assert viewings(office) == []


async def test_what_cannot_be_written_down_is_not_shown(office: Office) -> None:
    """A viewing that cannot be noted is no viewing: the answer is the failure."""
    await keep(office)
    assert office.parts.originals is not None
    office.parts.originals.viewings._file.mkdir()  # A folder in its place cannot be written to.
    answer = await look(office, "root")
    assert (answer.status_code, answer.content.startswith(b"\x89PNG")) == (500, False)


def test_an_installation_without_a_key_has_the_route_all_the_same(office: Office) -> None:
    """So the API's description does not depend on a secret."""
    paths = create_app(replace(office.parts, originals=None)).openapi_schema.paths or {}
    assert "/v1/evidence/{digest}/original" in paths
