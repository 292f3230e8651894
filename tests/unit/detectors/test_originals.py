"""Originals of evidence: sealed, opened with the right key only, and never looked at without a trace."""

import base64
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import cv2
import msgspec
import numpy as np
import pytest

from config.problem import ProblemsError
from detectors.evidence.archive import examine, open_archive
from detectors.evidence.originals import OriginalLockedError, OriginalStore, open_originals
from detectors.evidence.picture import frame_digest, lossless
from detectors.evidence.viewings import FILE, Viewing, ViewingLog, broken_viewing
from tests.fakes.painting import paint

KEY = bytes(range(32))
ONE, OTHER = (f"evidence:sha256/{digit * 64}" for digit in "ab")
VIEWING = Viewing(reference=ONE, by="root", reason="a hit-and-run, police file 17", at=1_000_000)


def file_of(folder: Path, reference: str) -> Path:
    """Where an original lies."""
    return next(folder.rglob(f"{reference[-64:]}.sealed"))


def test_a_sealed_original_opens_with_its_key(tmp_path: Path) -> None:
    """What comes out is what went in, nothing of it lies on disk in the clear, and two seals of one picture differ."""
    store = OriginalStore(tmp_path, KEY)
    store.seal(ONE, b"the picture itself")
    first = file_of(tmp_path, ONE).read_bytes()
    store.seal(ONE, b"the picture itself")
    assert store.unseal(ONE) == b"the picture itself"
    assert ONE in store
    assert b"picture" not in first
    assert file_of(tmp_path, ONE).read_bytes() != first
    assert len([path for path in tmp_path.rglob("*") if path.is_file()]) == 1


@pytest.mark.parametrize("harm", ["key", "content", "form", "cut", "empty", "moved"])
def test_what_was_not_sealed_so_does_not_open(tmp_path: Path, harm: str) -> None:
    """Another key, a changed byte, a cut file and one moved to another name are all refused with the variable to look at."""
    store = OriginalStore(tmp_path, KEY)
    store.seal(ONE, b"the picture itself")
    store.seal(OTHER, b"another")
    file = file_of(tmp_path, ONE)
    raw = file.read_bytes()
    changed = {
        "key": raw, "content": raw[:-1] + bytes([raw[-1] ^ 1]), "form": b"\x02" + raw[1:], "cut": raw[:20], "empty": b"",
        "moved": file_of(tmp_path, OTHER).read_bytes(),
    }  # fmt: skip
    file.write_bytes(changed[harm])
    opener = OriginalStore(tmp_path, bytes(32)) if harm == "key" else store
    with pytest.raises(OriginalLockedError, match="CITYLOOP_EVIDENCE_KEY is not the key that sealed it, or the file was changed"):
        opener.unseal(ONE)


def test_no_other_text_becomes_a_path(tmp_path: Path) -> None:
    """Only references name originals; and one that is not kept is not found."""
    store = OriginalStore(tmp_path, KEY)
    with pytest.raises(ValueError, match="is not an evidence reference"):
        store.unseal("evidence:sha256/../../etc/passwd")
    with pytest.raises(FileNotFoundError):
        store.unseal(ONE)


def test_without_a_key_nothing_is_kept_and_a_wrong_one_is_told_without_it(tmp_path: Path) -> None:
    """Empty turns originals off; what is not 32 bytes in base64 is a problem that does not repeat the secret."""
    assert open_originals(tmp_path, "") is None
    assert open_originals(tmp_path, base64.b64encode(KEY).decode()) is not None
    for wrong in ("secret!", base64.b64encode(b"short").decode()):
        with pytest.raises(ProblemsError) as caught:
            open_originals(tmp_path, wrong)
        assert str(caught.value) == "CITYLOOP_EVIDENCE_KEY: this is not 32 bytes in base64. Make one with: openssl rand -base64 32"


def test_an_original_is_the_frame_pixel_for_pixel() -> None:
    """The hash that stands on the evidence and in its chain is the original's: so one proves the other."""
    picture = np.random.default_rng(1).integers(0, 256, paint().shape, dtype=np.uint8)
    decoded = cv2.imdecode(np.frombuffer(lossless(picture), np.uint8), cv2.IMREAD_COLOR)
    assert decoded is not None
    assert frame_digest(np.asarray(decoded, np.uint8)) == frame_digest(picture)


def test_viewings_are_a_chain(tmp_path: Path) -> None:
    """Each is numbered and names the one before; a changed one, one left out and two exchanged are found."""
    log = ViewingLog(tmp_path)
    for number in range(3):
        log.append(msgspec.structs.replace(VIEWING, at=number))
    entries = list(ViewingLog(tmp_path).entries())
    assert [one.number for one in entries] == [1, 2, 3]
    assert broken_viewing(entries) is None
    forged = msgspec.structs.replace(entries[1], viewing=msgspec.structs.replace(VIEWING, by="nobody"))
    for chain, at in (([entries[0], forged, entries[2]], 2), ([entries[0], entries[2]], 2), ([entries[1], entries[0]], 1)):
        found = broken_viewing(chain)
        assert found is not None
        assert found.number == at


def test_many_who_look_at_once_make_one_chain(tmp_path: Path) -> None:
    """Consoles that run side by side never write the same number twice."""
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: ViewingLog(tmp_path).append(msgspec.structs.replace(VIEWING, at=number)), range(24)))
    entries = list(ViewingLog(tmp_path).entries())
    assert (len(entries), broken_viewing(entries)) == (24, None)


def test_a_line_that_was_cut_off_is_written_over(tmp_path: Path) -> None:
    """A power cut while writing leaves half a line, for which nothing was shown; the chain goes on behind the last whole one."""
    log = ViewingLog(tmp_path)
    log.append(VIEWING)
    with (tmp_path / FILE).open("ab") as file:
        file.write(b'[2,"')
    assert len(list(log.entries())) == 1
    assert log.append(VIEWING).number == 2
    assert broken_viewing(log.entries()) is None


def test_the_audit_of_evidence_follows_viewings(tmp_path: Path) -> None:
    """They are counted; a forged one and an unreadable one are faults, and nothing more can be looked at behind the latter."""
    archive = open_archive(tmp_path)
    assert examine(archive).viewings == 0
    archive.viewings.append(VIEWING)
    assert (examine(archive).viewings, examine(archive).broken) == (1, ())
    file = tmp_path / FILE
    file.write_bytes(file.read_bytes().replace(b"root", b"toor"))
    assert [(fault.camera, fault.number) for fault in examine(archive).broken] == [("viewings", 1)]
    file.write_bytes(b"nonsense\n")
    assert f"{file}:1: this is not a viewing" in examine(archive).broken[0].what
    with pytest.raises(ValueError, match="this is not a viewing"):
        archive.viewings.append(VIEWING)
