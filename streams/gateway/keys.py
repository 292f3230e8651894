"""API keys: their form, how they are kept (never in the clear), and the decision whether one opens a door."""

import hashlib
import hmac
import re
import secrets
from enum import StrEnum
from typing import Protocol

import msgspec

from config.moment import Micros

PREFIX = "clk"
_FORM = re.compile(r"clk_(?P<id>[a-z0-9]{1,32})_(?P<secret>[A-Za-z0-9_-]{20,128})")
_NOBODY = hashlib.sha256(b"").hexdigest()


class Scope(StrEnum):
    """What a key may do."""

    OBSERVATIONS_WRITE = "observations:write"
    FRAMES_WRITE = "frames:write"
    ALERTS_READ = "alerts:read"
    TICKETS_READ = "tickets:read"
    TICKETS_WRITE = "tickets:write"
    SILENCES_WRITE = "silences:write"


class Denial(StrEnum):
    """Why a key does not open the door."""

    MISSING = "missing"
    MALFORMED = "malformed"
    UNKNOWN = "unknown"
    EXPIRED = "expired"
    OUT_OF_SCOPE = "out_of_scope"


class Key(msgspec.Struct, frozen=True):
    """A key as its owner holds it; only for the moment in which it is judged."""

    id: str
    secret: str

    def __repr__(self) -> str:
        """Show the id only: a representation ends up in logs."""
        return f"Key({self.id!r})"


class StoredKey(msgspec.Struct, frozen=True, kw_only=True):
    """A key as the store holds it.

    Attributes:
        id: the public part.
        digest: SHA-256 of the secret in hexadecimal. A secret of 256 random bits needs no slow hash.
        scopes: what it may do.
        name: whose it is, shown to people.
        expires: from this instant on it opens nothing; ``None`` for never.
    """

    id: str
    digest: str
    scopes: frozenset[Scope]
    name: str
    expires: Micros | None = None


class Owner(msgspec.Struct, frozen=True, kw_only=True):
    """Who stands behind a key that was accepted."""

    id: str
    name: str
    scopes: frozenset[Scope]


class KeyRing(Protocol):
    """The port behind which keys are kept."""

    async def check(self, key: str, scope: Scope) -> Owner | Denial:
        """Say who may pass with this key for this scope, or why nobody may.

        Raises:
            OSError: the store of keys does not answer.
        """


def parse_key(text: str) -> Key | None:
    """Read ``clk_<id>_<secret>``; ``None`` when it has another form."""
    match = _FORM.fullmatch(text)
    return None if match is None else Key(match["id"], match["secret"])


def digest(secret: str) -> str:
    """What the store keeps of a secret."""
    return hashlib.sha256(secret.encode()).hexdigest()


def mint(name: str, scopes: frozenset[Scope], expires: Micros | None = None) -> tuple[str, StoredKey]:
    """Make a new key: the text for its owner, shown once, and what the store keeps."""
    key_id, secret = secrets.token_hex(6), secrets.token_urlsafe(32)
    stored = StoredKey(id=key_id, digest=digest(secret), scopes=scopes, name=name, expires=expires)
    return f"{PREFIX}_{key_id}_{secret}", stored


def judge(key: Key, stored: StoredKey | None, scope: Scope, now: Micros) -> Owner | Denial:
    """Decide whether a key opens the door.

    The digests are compared in constant time, and compared too when no such key is stored, so that the time taken
    tells nobody which ids exist. A wrong secret and an unknown id are the same answer.
    """
    same = hmac.compare_digest(digest(key.secret), _NOBODY if stored is None else stored.digest)
    if stored is None or not same:
        return Denial.UNKNOWN
    if stored.expires is not None and stored.expires <= now:
        return Denial.EXPIRED
    if scope not in stored.scopes:
        return Denial.OUT_OF_SCOPE
    return Owner(id=stored.id, name=stored.name, scopes=stored.scopes)
