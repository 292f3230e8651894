"""Pictures through the API, good and bad."""

import hashlib

import pytest

from console.pictures import LARGEST
from streams.gateway.keys import Scope
from tests.contract.console.conftest import Office
from tests.fakes.pictures import jpeg, truncated_jpeg, vast_jpeg
from tests.fakes.town import PARKING, SMOKE, alert


def digest_of(content: bytes) -> str:
    """The end of a picture's address."""
    return hashlib.sha256(content).hexdigest()


async def test_a_picture_comes_back_as_it_was_sent(office: Office) -> None:
    """Its reference is the hash of its content, and it may be kept by the browser for ever, but by nobody in between."""
    content = jpeg()
    sent = await office.ask("sue", "POST", "/v1/evidence", content=content)
    digest = hashlib.sha256(content).hexdigest()
    assert sent.status_code == 201
    assert sent.json() == {"reference": f"evidence:sha256/{digest}", "width": 64, "height": 48, "bytes": len(content)}
    got = await office.ask("sue", "GET", f"/v1/evidence/{digest}")
    assert (got.content, got.headers["content-type"]) == (content, "image/jpeg")
    assert got.headers["cache-control"] == "private, max-age=31536000, immutable"
    assert got.headers["vary"] == "Cookie, Authorization"
    assert got.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "The body does not begin like a JPEG picture. Send the JPEG file itself, with content type image/jpeg."),
        (b"\x89PNG\r\n", "The body does not begin like a JPEG picture. Send the JPEG file itself, with content type image/jpeg."),
        (
            b"<svg onload='alert(1)'/>",
            "The body does not begin like a JPEG picture. Send the JPEG file itself, with content type image/jpeg.",
        ),
        (b"\xff\xd8\xff\xe0", "The JPEG picture is truncated or broken"),
        (truncated_jpeg(), "The JPEG picture is truncated or broken (image file is truncated"),
        (vast_jpeg(12_000, 9_000), "The picture is 12000 x 9000 pixels; at most 50 megapixels are taken. Send a smaller picture."),
    ],
    ids=["empty", "png", "svg", "only a beginning", "truncated", "108 megapixels"],
)
async def test_what_is_not_a_whole_picture_is_refused_and_not_kept(office: Office, content: bytes, told: str) -> None:
    """Each bad picture gets a 422 that says what is wrong, and leaves nothing behind."""
    answer = await office.ask("sue", "POST", "/v1/evidence", content=content)
    assert answer.status_code == 422
    assert answer.json()["type"] == "/problems/bad-picture"
    assert answer.json()["detail"].startswith(told)
    assert f"evidence:sha256/{hashlib.sha256(content).hexdigest()}" not in office.evidence
    assert (await office.ask("sue", "GET", "/v1/me")).status_code == 200


async def test_too_many_bytes_are_413(office: Office) -> None:
    """An upload is cut off at its bound, before anything looks at it."""
    answer = await office.ask("sue", "POST", "/v1/evidence", content=b"\xff\xd8\xff" + bytes(LARGEST))
    assert (answer.status_code, answer.json()["type"]) == (413, "/problems/too-large")


@pytest.mark.parametrize(("person", "status"), [("sue", 200), ("sam", 404), ("lee", 404), ("finn", 404), ("dora", 404), ("root", 404)])
async def test_before_it_is_attached_a_picture_is_its_uploaders_alone(office: Office, person: str, status: int) -> None:
    """Whoever uploaded a picture can look at it before attaching it; nobody else can, of whatever role."""
    await office.ask("sue", "POST", "/v1/evidence", content=jpeg())
    assert (await office.ask(person, "GET", f"/v1/evidence/{digest_of(jpeg())}")).status_code == status


@pytest.mark.parametrize(("person", "status"), [("sue", 200), ("sam", 200), ("lee", 200), ("cora", 200), ("dora", 200), ("finn", 404)])
async def test_a_picture_is_for_those_who_see_its_case(office: Office, person: str, status: int) -> None:
    """An alert's picture goes to the unit that answers for it and to those who serve the whole city, and to no other unit."""
    reference = office.evidence.put(jpeg())
    await office.book.take_alert(alert(PARKING, evidence=(reference,)))
    assert (await office.ask(person, "GET", f"/v1/evidence/{digest_of(jpeg())}")).status_code == status


async def test_a_picture_out_of_scope_is_as_one_that_does_not_exist(office: Office) -> None:
    """The answer to a picture of another unit differs from the answer to an unknown one in nothing but the address."""
    reference = office.evidence.put(jpeg())
    await office.book.take_alert(alert(PARKING, evidence=(reference,)))
    digest, never = digest_of(jpeg()), "0" * 64
    hidden, unknown = [await office.ask("finn", "GET", f"/v1/evidence/{name}") for name in (digest, never)]
    assert hidden.status_code == unknown.status_code == 404
    assert hidden.text.replace(digest, never) == unknown.text


async def test_a_key_sees_the_pictures_of_cases_and_no_loose_uploads(office: Office) -> None:
    """A key that reads tickets is given what a ticket names, and not what somebody uploaded and never attached."""
    await office.book.take_alert(alert(PARKING, evidence=(office.evidence.put(jpeg(shade=1)),)))
    await office.ask("sue", "POST", "/v1/evidence", content=jpeg(shade=2))
    key = await office.key(Scope.TICKETS_READ)
    answers = [await office.ask(None, "GET", f"/v1/evidence/{digest_of(jpeg(shade=shade))}", key=key) for shade in (1, 2)]
    assert [answer.status_code for answer in answers] == [200, 404]


async def test_a_picture_out_of_scope_cannot_be_attached_into_sight(office: Office) -> None:
    """Who knows the address of another unit's picture cannot bring it into a ticket of their own, and is told no more than of an unknown one."""
    secret = office.evidence.put(jpeg())
    await office.book.take_alert(alert(SMOKE, evidence=(secret,)))
    case = await office.book.take_alert(alert(PARKING))
    for path, body in (
        ("facts", {"fact": "photographed", "photos": [secret]}),
        ("moves", {"move": "assign", "version": 3, "person": "sue", "photos": [secret]}),
    ):
        answer = await office.ask("sue", "POST", f"/v1/tickets/{case.ticket}/{path}", body=body)
        assert (answer.status_code, answer.json()["errors"][0]["what"]) == (422, f"{secret} is not kept here.")
    assert (await office.ask("sue", "GET", f"/v1/evidence/{digest_of(jpeg())}")).status_code == 404


async def test_an_unknown_picture_is_404(office: Office) -> None:
    """A hash under which nothing is kept."""
    assert (await office.ask("sue", "GET", f"/v1/evidence/{'0' * 64}")).status_code == 404


@pytest.mark.parametrize("name", ["..%2F..%2Fetc%2Fpasswd", "ABC", "0" * 63, "g" * 64])
async def test_what_is_no_hash_never_becomes_a_path(office: Office, name: str) -> None:
    """Only 64 hex digits are looked up."""
    assert (await office.ask("sue", "GET", f"/v1/evidence/{name}")).status_code in {404, 422}


async def test_uploads_are_counted(office: Office) -> None:
    """Kept and refused pictures are metrics of their own."""
    await office.ask("sue", "POST", "/v1/evidence", content=jpeg())
    await office.ask("sue", "POST", "/v1/evidence", content=truncated_jpeg())
    text = (await office.client.get("/metrics")).text
    assert 'cityloop_console_uploads_total{result="kept"} 1.0' in text
    assert 'cityloop_console_uploads_total{result="refused"} 1.0' in text
