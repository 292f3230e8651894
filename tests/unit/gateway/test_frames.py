"""Frames that are pushed: what is taken, what is refused, and what lies in the spool afterwards."""

import asyncio
import io
import struct
import zlib
from pathlib import Path

import httpx
import pytest
from PIL import Image

from config.moment import SECOND
from streams.gateway.frames import AT_ONCE, MOST_WAITING
from streams.gateway.keys import Scope
from streams.spool import Spool, Spooled
from tests.fakes.gateway import FakeGateway
from tests.fakes.observations import NOON


def jpeg(width: int = 64, height: int = 48, *, progressive: bool = False) -> bytes:
    """A picture with some structure."""
    file = io.BytesIO()
    Image.linear_gradient("L").resize((width, height)).convert("RGB").save(file, "JPEG", progressive=progressive)
    return file.getvalue()


def huge() -> bytes:
    """A small picture whose header says that it has a hundred megapixels."""
    small = bytearray(jpeg())
    frame = small.index(b"\xff\xc0")
    small[frame + 5 : frame + 9] = struct.pack(">HH", 10_000, 10_000)
    return bytes(small)


def bomb() -> bytes:
    """A PNG of a few kilobytes that unpacks to gigabytes."""
    chunks = [(b"IHDR", struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)), (b"IDAT", zlib.compress(bytes(3_000_000))), (b"IEND", b"")]
    packed = [struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data)) for name, data in chunks]
    return b"\x89PNG\r\n\x1a\n" + b"".join(packed)


def scans() -> bytes:
    """A JPEG that asks for thousands of passes over its picture."""
    whole = jpeg(progressive=True)
    start = whole.rindex(b"\xff\xda")
    return whole[:start] + whole[start:-2] * 4000 + b"\xff\xd9"


def left_in(folder: Path) -> list[Path]:
    """What lies in the spool."""
    return list(folder.iterdir())


async def push(gateway: FakeGateway, content: bytes, camera: str = "pole-1", **headers: str) -> httpx.Response:
    """Push a frame with a key that may."""
    sent = {"authorization": f"Bearer {gateway.ring.issue(Scope.FRAMES_WRITE)}", "content-type": "image/jpeg"}
    sent |= {name.replace("_", "-"): value for name, value in headers.items()}
    async with gateway.client() as client:
        return await client.post(f"/v1/frames/{camera}", content=content, headers=sent)


async def test_a_frame_is_taken(tmp_path: Path) -> None:
    """A JPEG is answered with a receipt, lies in the spool byte for byte with its time, and can be taken once."""
    gateway, picture = FakeGateway(spool=tmp_path), jpeg()
    answer = await push(gateway, picture, frame_at="2026-03-02T11:59:58+08:00")
    assert (answer.status_code, answer.json()) == (202, {"camera": "camera/pole-1", "at": "2026-03-02T03:59:58Z", "kept": True})
    spool = Spool(tmp_path)
    assert spool.take("camera/pole-1") == Spooled(NOON - 2 * SECOND, picture)
    assert spool.take("camera/pole-1") is None
    assert left_in(tmp_path) == []


async def test_without_a_time_it_is_now(tmp_path: Path) -> None:
    """The gateway's clock stamps a frame that brings no time."""
    assert (await push(FakeGateway(spool=tmp_path), jpeg())).json()["at"] == "2026-03-02T04:00:00Z"


async def test_only_the_newest_is_kept(tmp_path: Path) -> None:
    """A newer frame takes the place of an older one; an older one is acknowledged and not kept; cameras do not mix."""
    gateway = FakeGateway(spool=tmp_path)
    for second, kept in ((1, True), (5, True), (5, False), (3, False)):
        answer = await push(gateway, jpeg(64 + second), frame_at=f"2026-03-02T11:59:0{second}+08:00")
        assert (answer.status_code, answer.json()["kept"]) == (202, kept)
    await push(gateway, jpeg(200), "pole-2")
    spooled = Spool(tmp_path).take("camera/pole-1")
    assert spooled is not None
    assert Image.open(io.BytesIO(spooled.content)).width == 69


@pytest.mark.parametrize(
    ("content", "status", "detail"),
    [
        (b"", 422, "The body is empty. Send one JPEG."),
        (b"GIF89a and so on", 422, "The body is not a JPEG."),
        (b"\xff\xd8\xff\xe0 and nothing more", 422, "The JPEG is damaged or cut off"),
        (jpeg()[:-200], 422, "The JPEG is damaged or cut off"),
        (jpeg(640, 480, progressive=True)[:3000], 422, "The JPEG is damaged or cut off"),
        (huge(), 422, "10000 x 10000 are 100 megapixels, more than the 40 that are judged. Send a smaller picture."),
        (bomb(), 422, "The body is not a JPEG."),
        (scans(), 422, "The JPEG has more than 64 scans. Send a baseline JPEG."),
        (bytes(10_000_001), 413, "Send at most 10,000,000 bytes"),
    ],
    ids=["empty", "no-picture", "no-header", "cut", "cut-progressive", "megapixels", "png-bomb", "scans", "long"],
)
async def test_bad_pictures_are_refused(tmp_path: Path, content: bytes, status: int, detail: str) -> None:
    """What cannot be judged is a problem for its sender, nothing of it is kept, and the next good frame is taken."""
    gateway = FakeGateway(spool=tmp_path)
    answer = await push(gateway, content)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert answer.json()["detail"].startswith(detail)
    assert left_in(tmp_path) == []
    assert (await push(gateway, jpeg())).status_code == 202


@pytest.mark.parametrize(
    ("camera", "headers", "status", "detail"),
    [
        ("gate-9", {}, 404, "No camera of that name waits for frames. Its file has url: 'push:'."),
        ("..%2F..%2Fetc", {}, 404, ""),
        ("pole-1", {"content_type": "image/png"}, 415, "Send the picture as it is, with Content-Type: image/jpeg."),
        ("pole-1", {"content_encoding": "gzip"}, 415, "Content-Encoding gzip is not taken. Send the body as it is."),
        ("pole-1", {"frame_at": "yesterday"}, 400, "Frame-At: "),
        ("pole-1", {"frame_at": "2026-03-02T12:05:01+08:00"}, 400, "Frame-At: 2026-03-02T12:05:01+08:00 is more than five minutes ahead"),
        ("pole-1", {"authorization": ""}, 401, "Send the header"),
    ],
)
async def test_bad_requests_are_refused(tmp_path: Path, camera: str, headers: dict[str, str], status: int, detail: str) -> None:
    """Cameras that wait for nothing, other types, times that cannot be, and nobody's frames are told as such."""
    answer = await push(FakeGateway(spool=tmp_path), jpeg(), camera, **headers)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert answer.json()["detail"].startswith(detail)
    assert left_in(tmp_path) == []


async def test_a_key_for_observations_pushes_no_frames(tmp_path: Path) -> None:
    """Frames need a scope of their own."""
    gateway = FakeGateway(spool=tmp_path)
    answer = await push(gateway, jpeg(), authorization=f"Bearer {gateway.key}")
    assert (answer.status_code, "frames:write" in answer.json()["detail"]) == (403, True)


async def test_a_spool_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    """Nothing is promised when the disk takes nothing, and the same frame is taken when it does again."""
    (tmp_path / "spool").write_text("a file where the folder should be")
    gateway = FakeGateway(spool=tmp_path / "spool")
    answer = await push(gateway, jpeg())
    assert (answer.status_code, answer.json()["detail"]) == (503, "The frame could not be kept (File exists). Send the next one.")
    (tmp_path / "spool").unlink()
    assert (await push(gateway, jpeg())).json()["kept"]


async def test_too_many_at_once_are_sent_away(tmp_path: Path) -> None:
    """Frames beyond those that may wait are told to come back; those that waited are taken."""
    gateway = FakeGateway(spool=tmp_path)
    answers = await asyncio.gather(
        *(push(gateway, jpeg(), frame_at=f"2026-03-02T11:00:{n % 60:02}+08:00") for n in range(MOST_WAITING + AT_ONCE + 10))
    )
    assert {answer.status_code for answer in answers} <= {202, 429}
    assert sum(answer.status_code == 202 for answer in answers) >= MOST_WAITING
