"""Evidence store: content names, atomic writes, nothing from input becomes a path."""

import hashlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from detectors.evidence.store import EvidenceChangedError, EvidenceStore, digest_of

JPEG = b"\xff\xd8picture\xff\xd9"


def test_reference_names_the_content(tmp_path: Path) -> None:
    """A picture's reference is evidence:sha256/ and the SHA-256 of its bytes, and gives the bytes back."""
    store = EvidenceStore(tmp_path)
    reference = store.put(JPEG)
    assert reference == "evidence:sha256/" + hashlib.sha256(JPEG).hexdigest()
    assert store.get(reference) == JPEG
    assert reference in store


def test_same_picture_is_kept_once(tmp_path: Path) -> None:
    """Putting the same bytes again gives the same reference and leaves one file, no partial ones."""
    store = EvidenceStore(tmp_path)
    assert store.put(JPEG) == store.put(JPEG)
    assert len([path for path in tmp_path.rglob("*") if path.is_file()]) == 1


def test_many_writers_of_one_picture(tmp_path: Path) -> None:
    """Writers that race for one picture all succeed and leave exactly one complete file."""
    with ThreadPoolExecutor(8) as pool:
        references = set(pool.map(lambda _: EvidenceStore(tmp_path).put(JPEG * 1000), range(32)))
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(references) == len(files) == 1
    assert files[0].read_bytes() == JPEG * 1000


@pytest.mark.parametrize(
    "reference",
    [
        "",
        "evidence:sha256/",
        "evidence:sha256/../../etc/passwd",
        "evidence:sha256/" + "A" * 64,
        "evidence:sha256/" + "a" * 63,
        "evidence:sha256/" + "a" * 64 + "\n",
        "file:///etc/passwd",
    ],
)
def test_what_is_no_reference_never_becomes_a_path(tmp_path: Path, reference: str) -> None:
    """Anything but 64 lower-case hex digits behind the scheme is refused before a path is made of it."""
    with pytest.raises(ValueError, match="is not an evidence reference: write evidence:sha256/ and 64 lower-case hex digits"):
        EvidenceStore(tmp_path).path(reference)
    with pytest.raises(ValueError, match="is not an evidence reference"):
        digest_of(reference)


def test_missing_picture(tmp_path: Path) -> None:
    """A reference under which nothing is kept raises FileNotFoundError and is not in the store."""
    reference = "evidence:sha256/" + "0" * 64
    store = EvidenceStore(tmp_path)
    assert reference not in store
    with pytest.raises(FileNotFoundError):
        store.get(reference)


def test_changed_picture_is_noticed(tmp_path: Path) -> None:
    """A file that was changed on disk is not handed out as evidence."""
    store = EvidenceStore(tmp_path)
    reference = store.put(JPEG)
    store.path(reference).write_bytes(JPEG + b"x")
    with pytest.raises(EvidenceChangedError, match="was changed after it was kept"):
        store.get(reference)


def test_a_failed_write_leaves_nothing(tmp_path: Path) -> None:
    """When the folder cannot be made, the error reaches the caller and no half-written file stays."""
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    with pytest.raises(OSError, match=r"file"):
        EvidenceStore(blocked).put(JPEG)
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
