"""What every keeper of accounts does."""

import msgspec

from config.moment import SECOND
from dispatch.accounts import ApiKey, Session, User, UserState
from tests.contract.dispatch.conftest import Books
from tests.fakes.town import NOON

ANN = User(id="ann", password_hash="$argon2id$x", created_at=NOON, changed_at=NOON)
SESSION = Session(token_hash="ab" * 32, user="ann", created_at=NOON, expires_at=NOON + 60 * SECOND)
KEY = ApiKey(id="k1", name="gateway", secret_hash="cd" * 32, scopes=("observations:write", "frames:write"), created_at=NOON)


async def test_a_login_is_kept_and_replaced(books: Books) -> None:
    """A second put of the same login replaces the first."""
    await books.accounts.put_user(ANN)
    assert await books.accounts.user("ann") == ANN
    changed = msgspec.structs.replace(ANN, state=UserState.DISABLED)
    await books.accounts.put_user(changed)
    assert await books.accounts.users() == (changed,)
    assert await books.accounts.user("abe") is None


async def test_removing_a_login_ends_its_sessions(books: Books) -> None:
    """Nobody stays logged in under a login that is gone."""
    await books.accounts.put_user(ANN)
    await books.accounts.open_session(SESSION)
    assert await books.accounts.remove_user("ann")
    assert await books.accounts.session(SESSION.token_hash, NOON) is None
    assert not await books.accounts.remove_user("ann")


async def test_a_session_ends_at_its_instant(books: Books) -> None:
    """A session is valid before its end and not at it."""
    await books.accounts.open_session(SESSION)
    assert await books.accounts.session(SESSION.token_hash, SESSION.expires_at - 1) == SESSION
    assert await books.accounts.session(SESSION.token_hash, SESSION.expires_at) is None


async def test_a_closed_session_is_forgotten(books: Books) -> None:
    """Closing ends a session; a second time is no error."""
    await books.accounts.open_session(SESSION)
    await books.accounts.close_session(SESSION.token_hash)
    await books.accounts.close_session(SESSION.token_hash)
    assert await books.accounts.session(SESSION.token_hash, NOON) is None


async def test_a_key_is_kept_and_revoked(books: Books) -> None:
    """A revoked key is still there, with the instant of its end."""
    await books.accounts.put_key(KEY)
    assert await books.accounts.key("k1") == KEY
    assert await books.accounts.revoke_key("k1", NOON + SECOND)
    assert await books.accounts.keys() == (msgspec.structs.replace(KEY, revoked_at=NOON + SECOND),)
    assert not await books.accounts.revoke_key("k2", NOON)
    assert await books.accounts.key("k2") is None
