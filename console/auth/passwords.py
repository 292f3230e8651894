"""Passwords as argon2id hashes (RFC 9106), re-hashed when the recommended parameters move on."""

from enum import StrEnum

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError, VerifyMismatchError

SHORTEST = 8
"""Characters of the shortest password that is taken (NIST SP 800-63B, 5.1.1.1)."""
LONGEST = 256
"""Characters of the longest; a bound on what a stranger can make the server hash."""


class Verdict(StrEnum):
    """What a password is to a stored hash."""

    RIGHT = "right"
    RIGHT_REHASH = "right_rehash"
    WRONG = "wrong"


class Passwords:
    """Hashes and checks; slow on purpose, so call it from a worker thread.

    Attributes:
        hasher: argon2 parameters; tests pass cheap ones.
    """

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self.hasher = hasher or PasswordHasher()
        self._decoy = self.hasher.hash("nobody has this password")

    def hash(self, password: str) -> str:
        """Hash a new password.

        Raises:
            ValueError: too short or too long; the sentence says which and what is asked.
        """
        if not SHORTEST <= len(password) <= LONGEST:
            msg = f"A password has {SHORTEST} to {LONGEST} characters; this one has {len(password)}."
            raise ValueError(msg)
        return self.hasher.hash(password)

    def check(self, stored: str | None, password: str) -> Verdict:
        """Compare; a person without a hash costs the same time, so that the answer does not tell who exists."""
        if len(password) > LONGEST:
            return Verdict.WRONG
        try:
            self.hasher.verify(stored or self._decoy, password)
        except (VerifyMismatchError, VerificationError, InvalidHashError):
            return Verdict.WRONG
        if stored is None:
            return Verdict.WRONG
        return Verdict.RIGHT_REHASH if self.hasher.check_needs_rehash(stored) else Verdict.RIGHT
