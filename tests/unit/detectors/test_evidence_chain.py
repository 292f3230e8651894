"""The chain of evidence: what was taken cannot be changed, left out or moved without being noticed; and retention."""

import os
from pathlib import Path

import msgspec
import pytest

from detectors.evidence.archive import examine, open_archive
from detectors.evidence.chain import BEGINNING, ChainStore, Link, Taken, broken, link
from detectors.evidence.originals import OriginalStore
from detectors.evidence.retention import DAY, sweep
from detectors.evidence.store import EvidenceStore

TAKEN = Taken(
    reference="evidence:sha256/" + "a" * 64, frame="b" * 64, camera="camera/a", zone="bay", stay="c" * 16, phase="confirmed", at=7
)


def chain(length: int) -> list[Link]:
    """A chain that holds."""
    links: list[Link] = []
    for number in range(1, length + 1):
        links.append(link(number, links[-1].hash if links else BEGINNING, msgspec.structs.replace(TAKEN, at=number)))
    return links


def test_a_chain_holds() -> None:
    """Nothing, one link and many are whole."""
    assert [broken(chain(length)) for length in (0, 1, 5)] == [None] * 3


def test_a_changed_link_breaks_it() -> None:
    """Another time, picture or zone is not what was hashed."""
    links = chain(5)
    for change in ({"at": 99}, {"reference": "evidence:sha256/" + "d" * 64}, {"zone": "kerb"}):
        forged = [*links]
        forged[2] = msgspec.structs.replace(links[2], taken=msgspec.structs.replace(links[2].taken, **change))
        found = broken(forged)
        assert found is not None
        assert (found.number, found.reason) == (3, "link 3 was changed")


def test_a_link_left_out_or_moved_breaks_it() -> None:
    """Numbers and hashes both tell."""
    links = chain(5)
    missing = broken([*links[:2], *links[3:]])
    assert missing is not None
    assert missing.reason == "link 3 is missing (number 4 comes instead)"
    renumbered = [*links[:2], *(msgspec.structs.replace(one, number=one.number - 1) for one in links[3:])]
    moved = broken(renumbered)
    assert moved is not None
    assert moved.reason == "link 3 does not follow the one before it"


def test_a_forged_link_needs_all_after_it_to_be_forged() -> None:
    """Hashing a forged link anew moves the break to the next one: only who forges the whole rest, and every observation, goes unseen."""
    links = chain(5)
    forged = [*links[:2], link(3, links[1].hash, msgspec.structs.replace(TAKEN, at=99)), *links[3:]]
    found = broken(forged)
    assert found is not None
    assert found.number == 4


def test_a_chain_goes_on_after_a_restart(tmp_path: Path) -> None:
    """Another process continues where the last one ended."""
    first = ChainStore(tmp_path).append(TAKEN)
    second = ChainStore(tmp_path).append(TAKEN)
    assert (second.number, second.before) == (2, first.hash)
    assert broken(ChainStore(tmp_path).links("camera/a")) is None
    assert ChainStore(tmp_path).cameras() == ("camera/a",)


def test_a_line_cut_off_by_a_power_cut_is_cut_away(tmp_path: Path) -> None:
    """What never was whole was never told either; the chain goes on from the last whole link."""
    store = ChainStore(tmp_path)
    store.append(TAKEN)
    with (tmp_path / "a.ndjson").open("ab") as file:
        file.write(b'{"number":2,"bef')
    assert [one.number for one in ChainStore(tmp_path).links("camera/a")] == [1]
    assert ChainStore(tmp_path).append(TAKEN).number == 2
    assert broken(ChainStore(tmp_path).links("camera/a")) is None


def test_a_line_that_is_no_link_is_told(tmp_path: Path) -> None:
    """In the middle of a file it is no power cut: the line is named."""
    (tmp_path / "a.ndjson").write_bytes(b"{}\n" + msgspec.json.encode(chain(1)[0]) + b"\n")
    with pytest.raises(ValueError, match=r"a\.ndjson:1: this is not a link of a chain"):
        list(ChainStore(tmp_path).links("camera/a"))


@pytest.mark.parametrize("camera", ["a", "camera/../x", "camera/", "sensor/a"])
def test_only_cameras_have_chains(tmp_path: Path, camera: str) -> None:
    """A name that could lead elsewhere is refused."""
    with pytest.raises(ValueError, match="is not a camera's id"):
        ChainStore(tmp_path).append(msgspec.structs.replace(TAKEN, camera=camera))


def test_an_archive_is_examined(tmp_path: Path) -> None:
    """Links and pictures are counted; a picture whose retention is over is no fault, a changed one is."""
    archive = open_archive(tmp_path)
    references = [archive.pictures.put(text) for text in (b"one", b"two", b"three")]
    for reference in references:
        archive.chains.append(msgspec.structs.replace(TAKEN, reference=reference))
    assert (examine(archive).links, examine(archive).pictures, examine(archive).broken) == (3, 3, ())
    archive.pictures.path(references[0]).unlink()
    archive.pictures.path(references[1]).write_bytes(b"forged")
    found = examine(archive)
    assert (found.pictures, [(fault.camera, fault.number) for fault in found.broken]) == (1, [("camera/a", 2)])
    assert "was changed after it was kept" in found.broken[0].what


def test_retention_deletes_what_is_too_old_and_nothing_else(tmp_path: Path) -> None:
    """A picture of 31 days goes with its original, one of 29 days stays, and so does one that was kept again; 0 keeps everything; chains stay."""
    archive = open_archive(tmp_path)
    store, originals, now = archive.pictures, OriginalStore(tmp_path, bytes(32)), 40 * DAY
    ages = {store.put(b"old"): 31, store.put(b"young"): 29, store.put(b"again"): 31}
    for reference, days in ages.items():
        at = (now - days * DAY) / 1e6
        os.utime(store.path(reference), (at, at))
        archive.chains.append(msgspec.structs.replace(TAKEN, reference=reference))
        originals.seal(reference, b"png")
        sealed = next((tmp_path / "originals").rglob(f"{reference[-64:]}.sealed"))
        os.utime(sealed, (at, at))
    store.put(b"again")
    originals.seal(next(reversed(ages)), b"png")
    assert sweep(tmp_path, 0, now).deleted == 0
    swept = sweep(tmp_path, 30, now)
    assert (swept.deleted, swept.left, swept.stuck) == (2, 4, 0)
    assert [reference in store for reference in ages] == [False, True, True]
    assert [reference in originals for reference in ages] == [False, True, True]
    assert examine(archive).links == 3


def test_an_empty_folder_has_nothing_to_sweep(tmp_path: Path) -> None:
    """Before anything was kept there is no folder at all."""
    assert sweep(tmp_path / "none", 30, DAY).left == 0
    assert EvidenceStore(tmp_path / "none").path("evidence:sha256/" + "0" * 64).exists() is False
