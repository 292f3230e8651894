"""Pictures and their chains, side by side in one folder."""

from pathlib import Path

import msgspec

from detectors.evidence.chain import ChainStore, broken
from detectors.evidence.store import EvidenceChangedError, EvidenceStore
from detectors.evidence.viewings import Entry, ViewingLog, broken_viewing

CHAINS, VIEWINGS = "chains", "viewings"


class Archive(msgspec.Struct, frozen=True):
    """Where evidence goes.

    Attributes:
        pictures: by content.
        chains: what was kept, in order, by camera.
        viewings: who was shown an original.
    """

    pictures: EvidenceStore
    chains: ChainStore
    viewings: ViewingLog


class Fault(msgspec.Struct, frozen=True):
    """Something of a camera's evidence that is not what was kept."""

    camera: str
    number: int
    what: str


class Examined(msgspec.Struct, frozen=True):
    """What an examination found.

    Attributes:
        links: in all chains.
        pictures: of them still kept; the others' retention is over.
        broken: what is not as it was written.
        viewings: of originals.
    """

    links: int
    pictures: int
    broken: tuple[Fault, ...]
    viewings: int = 0


def examine(archive: Archive) -> Examined:
    """Follow every chain, and hold every kept picture against its name."""
    links = pictures = 0
    faults: list[Fault] = []
    for camera in archive.chains.cameras():
        try:
            chain = list(archive.chains.links(camera))
        except ValueError as error:
            faults.append(Fault(camera, 0, str(error)))
            continue
        if (at := broken(chain)) is not None:
            faults.append(Fault(camera, at.number, at.reason))
        links += len(chain)
        for one in chain:
            try:
                archive.pictures.get(one.taken.reference)
                pictures += 1
            except FileNotFoundError:
                continue
            except (EvidenceChangedError, ValueError) as error:
                faults.append(Fault(camera, one.number, str(error)))
    viewings: list[Entry] = []
    try:
        viewings = list(archive.viewings.entries())
    except ValueError as error:
        faults.append(Fault(VIEWINGS, 0, str(error)))
    if (gap := broken_viewing(viewings)) is not None:
        faults.append(Fault(VIEWINGS, gap.number, gap.reason))
    return Examined(links, pictures, tuple(faults), len(viewings))


def open_archive(folder: Path) -> Archive:
    """The archive in a folder; nothing is made before something is kept."""
    return Archive(EvidenceStore(folder), ChainStore(folder / CHAINS), ViewingLog(folder))
