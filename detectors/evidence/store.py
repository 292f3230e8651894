"""Evidence on disk, named by its content: the same picture is kept once, and a changed one is noticed."""

import hashlib
import os
import re
import secrets
from pathlib import Path

SCHEME = "evidence:sha256/"
_REFERENCE = re.compile(r"evidence:sha256/([0-9a-f]{64})")


class EvidenceChangedError(Exception):
    """The bytes on disk are no longer those that the reference names."""


def digest_of(reference: str) -> str:
    """The SHA-256 (64 lower-case hex digits) that a reference names.

    Raises:
        ValueError: not of the form ``evidence:sha256/<64 lower-case hex digits>``. No other text ever becomes part of a path.
    """
    match = _REFERENCE.fullmatch(reference)
    if match is None:
        msg = f"{reference[:100]!r} is not an evidence reference: write evidence:sha256/ and 64 lower-case hex digits"
        raise ValueError(msg)
    return match[1]


class EvidenceStore:
    """A folder of JPEG files named by their SHA-256, two digits of it as subfolder.

    Safe for many writers at once: a file appears complete or not at all, and two writers of one picture write the same name.

    Args:
        folder: made on the first :meth:`put`.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, jpeg: bytes) -> str:
        """Keep a picture; the same bytes a second time change nothing.

        Returns:
            Its reference, ``evidence:sha256/<hex>``.

        Raises:
            OSError: the folder cannot be written.
        """
        digest = hashlib.sha256(jpeg).hexdigest()
        final = self._place(digest)
        if final.exists():
            final.touch()  # Its retention begins anew.
        else:
            final.parent.mkdir(parents=True, exist_ok=True)
            partial = final.with_suffix(f".{secrets.token_hex(6)}.partial")
            try:
                with partial.open("xb") as file:
                    file.write(jpeg)
                    file.flush()
                    # What a ticket refers to must outlive a power cut that comes right after.
                    os.fsync(file.fileno())
                partial.replace(final)
            finally:
                partial.unlink(missing_ok=True)
        return SCHEME + digest

    def path(self, reference: str) -> Path:
        """Where the picture lies; the file need not exist.

        Raises:
            ValueError: not a reference.
        """
        return self._place(digest_of(reference))

    def get(self, reference: str) -> bytes:
        """Read a picture and check that it is still the one that was put.

        Raises:
            ValueError: not a reference.
            FileNotFoundError: nothing is kept under it (never was, or its retention is over).
            EvidenceChangedError: the file was changed after it was kept.
        """
        digest = digest_of(reference)
        content = self._place(digest).read_bytes()
        if hashlib.sha256(content).hexdigest() != digest:
            msg = f"{reference}: the file on disk was changed after it was kept; restore it from a backup"
            raise EvidenceChangedError(msg)
        return content

    def __contains__(self, reference: str) -> bool:
        """Whether a picture is kept under the reference."""
        return self.path(reference).is_file()

    def _place(self, digest: str) -> Path:
        return self._folder / digest[:2] / f"{digest}.jpg"
