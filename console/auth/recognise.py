"""From what a request shows to who is calling."""

import hmac

from config.catalogue import Catalogue
from config.moment import Micros
from console.auth.caller import Caller, caller_of_key, caller_of_person
from console.auth.tokens import digest
from dispatch.accounts import UserState
from dispatch.ports import Accounts
from streams.gateway.keys import digest as key_digest
from streams.gateway.keys import parse_key

COOKIE = "cityloop_session"
BEARER = "Bearer "


async def recognise(
    accounts: Accounts, catalogue: Catalogue, now: Micros, *, cookie: str | None, authorization: str | None
) -> Caller | str:
    """Find the caller, or say in a sentence why nobody was recognised. A key, where one is shown, wins over a cookie."""
    if authorization is not None:
        return await _by_key(accounts, now, authorization)
    if cookie is not None:
        return await by_session(accounts, catalogue, now, digest(cookie))
    return "Log in, or send an API key as 'Authorization: Bearer clk_...'."


async def by_session(accounts: Accounts, catalogue: Catalogue, now: Micros, token_hash: str) -> Caller | str:
    """The caller behind a session that is still valid, of a login that is still active, of a person who is still in the catalogue."""
    session = await accounts.session(token_hash, now)
    if session is None:
        return "The session has ended. Log in again."
    user = await accounts.user(session.user)
    person = catalogue.people.get(session.user)
    if user is not None and session.created_at < user.changed_at:
        return "The password or the login was changed since. Log in again."
    if user is None or user.state is not UserState.ACTIVE or person is None:
        return "This login is no longer in use. Ask the administrator."
    return caller_of_person(person, catalogue.units, token_hash)


async def _by_key(accounts: Accounts, now: Micros, authorization: str) -> Caller | str:
    if not authorization.startswith(BEARER):
        return "The Authorization header must be 'Bearer' and an API key."
    key = parse_key(authorization.removeprefix(BEARER).strip())
    if key is None:
        return "The API key does not have the form clk_<id>_<secret>."
    return await by_key(accounts, now, key.id, key_digest(key.secret))


async def by_key(accounts: Accounts, now: Micros, key_id: str, secret_hash: str | None) -> Caller | str:
    """The caller behind a key; without a hash, a caller recognised before is only asked whether the key still holds."""
    stored = await accounts.key(key_id)
    # The comparison takes place for unknown ids too, so that time does not tell which ids exist.
    same = secret_hash is None or hmac.compare_digest(secret_hash, stored.secret_hash if stored else key_digest(""))
    if stored is None or not same:
        return "The API key is not known."
    if stored.revoked_at is not None or (stored.expires_at is not None and stored.expires_at <= now):
        return "The API key has expired or was revoked."
    return caller_of_key(stored)
