"""Pictures through the API, good and bad."""

import hashlib

import pytest

from console.pictures import LARGEST
from tests.contract.console.conftest import Office
from tests.fakes.pictures import jpeg, truncated_jpeg, vast_jpeg


async def test_a_picture_comes_back_as_it_was_sent(office: Office) -> None:
    """Its reference is the hash of its content, and it may be kept by the browser for ever, but by nobody in between."""
    content = jpeg()
    sent = await office.ask("sue", "POST", "/v1/evidence", content=content)
    digest = hashlib.sha256(content).hexdigest()
    assert sent.status_code == 201
    assert sent.json() == {"reference": f"evidence:sha256/{digest}", "width": 64, "height": 48, "bytes": len(content)}
    got = await office.ask("sam", "GET", f"/v1/evidence/{digest}")
    assert (got.content, got.headers["content-type"]) == (content, "image/jpeg")
    assert got.headers["cache-control"] == "private, max-age=31536000, immutable"
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
