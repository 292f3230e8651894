"""Frames as cameras sent them, kept encrypted beside the blurred evidence, where the installation has a key; without one none are kept."""

import base64
import binascii
import os
import secrets
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from config.problem import Problem, ProblemsError
from detectors.evidence.store import digest_of

FOLDER = "originals"
"""Below the evidence's folder."""
VARIABLE = "CITYLOOP_EVIDENCE_KEY"
KEY_BYTES, NONCE_BYTES = 32, 12
"""AES-256 in Galois/Counter Mode, with the nonces of 96 bits that NIST SP 800-38D asks for."""
FORM = b"\x01"
"""First byte of a file: which form it has."""


class OriginalLockedError(Exception):
    """The key does not open the file, or the file was changed."""


class OriginalStore:
    """A folder of encrypted PNG pictures, named by the SHA-256 of the evidence that was made of each.

    The name is sealed with the content, so that a file moved to another name does not open.

    Args:
        folder: of the evidence.
        key: 32 bytes.
    """

    def __init__(self, folder: Path, key: bytes) -> None:
        self._folder = folder / FOLDER
        self._cipher = AESGCM(key)

    def seal(self, reference: str, png: bytes) -> None:
        """Keep the original of a picture; on disk when this returns.

        Raises:
            ValueError: not a reference.
            OSError: the folder cannot be written.
        """
        digest = digest_of(reference)
        nonce = secrets.token_bytes(NONCE_BYTES)
        final = self._place(digest)
        final.parent.mkdir(parents=True, exist_ok=True)
        partial = final.with_suffix(f".{secrets.token_hex(6)}.partial")
        try:
            with partial.open("xb") as file:
                file.write(FORM + nonce + self._cipher.encrypt(nonce, png, FORM + digest.encode()))
                file.flush()
                os.fsync(file.fileno())
            partial.replace(final)
        finally:
            partial.unlink(missing_ok=True)

    def unseal(self, reference: str) -> bytes:
        """The original as PNG.

        Raises:
            ValueError: not a reference.
            FileNotFoundError: none is kept (never was, or its retention is over).
            OriginalLockedError: another key sealed it, or it was changed.
        """
        digest = digest_of(reference)
        content = self._place(digest).read_bytes()
        start = len(FORM) + NONCE_BYTES
        try:
            # The form is sealed too, so that a file of another form does not open.
            return self._cipher.decrypt(content[len(FORM) : start], content[start:], content[: len(FORM)] + digest.encode())
        except (InvalidTag, ValueError) as error:
            msg = f"the original of {reference} does not open: {VARIABLE} is not the key that sealed it, or the file was changed"
            raise OriginalLockedError(msg) from error

    def __contains__(self, reference: str) -> bool:
        """Whether an original is kept."""
        return self._place(digest_of(reference)).is_file()

    def _place(self, digest: str) -> Path:
        return self._folder / digest[:2] / f"{digest}.sealed"


def open_originals(folder: Path, key: str) -> OriginalStore | None:
    """The store of an installation; ``None`` where no key is set.

    Args:
        folder: of the evidence.
        key: the setting: 32 bytes in base64, or empty.

    Raises:
        ProblemsError: the key is none. The key itself is not repeated.
    """
    if not key:
        return None
    try:
        raw = base64.b64decode(key, validate=True)
    except (binascii.Error, ValueError):
        raw = b""
    if len(raw) != KEY_BYTES:
        what = f"this is not {KEY_BYTES} bytes in base64."
        raise ProblemsError([Problem(file=VARIABLE, what=what, fix="Make one with: openssl rand -base64 32")])
    return OriginalStore(folder, raw)
