"""Who may log in, and which machines may write: what is kept about them."""

from enum import StrEnum

import msgspec

from config.moment import Micros


class UserState(StrEnum):
    """Whether somebody may log in."""

    ACTIVE = "active"
    DISABLED = "disabled"


class User(msgspec.Struct, frozen=True, kw_only=True):
    """A login. Its role and unit are the person's of the same id in the catalogue.

    Attributes:
        id: login name.
        password_hash: Argon2id in its own encoding.
        state: active or disabled.
        created_at: when.
        changed_at: when the password or state last changed.
    """

    id: str
    password_hash: str
    created_at: Micros
    changed_at: Micros
    state: UserState = UserState.ACTIVE


class Session(msgspec.Struct, frozen=True, kw_only=True):
    """A login that lasts.

    Attributes:
        token_hash: SHA-256 of the cookie's value, hex; the value itself is not kept.
        user: login name.
        created_at: when.
        expires_at: no longer valid from then on.
    """

    token_hash: str
    user: str
    created_at: Micros
    expires_at: Micros


class ApiKey(msgspec.Struct, frozen=True, kw_only=True):
    """A machine's key ``clk_<id>_<secret>``.

    Attributes:
        id: the public part.
        name: what it is for.
        secret_hash: SHA-256 of the secret, hex.
        scopes: what it may do.
        created_at: when.
        expires_at: no longer valid from then on; ``None``: until revoked.
        revoked_at: no longer valid.
    """

    id: str
    name: str
    secret_hash: str
    scopes: tuple[str, ...]
    created_at: Micros
    expires_at: Micros | None = None
    revoked_at: Micros | None = None
