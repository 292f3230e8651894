"""What an administrator does to logins and keys, over the port that keeps them."""

import msgspec

from config.catalogue import Catalogue
from config.moment import Micros
from config.problem import Problem, ProblemsError
from console.auth.passwords import Passwords
from console.problem import suggest
from dispatch.accounts import ApiKey, User, UserState
from dispatch.ports import Accounts
from streams.gateway.keys import Scope, mint

LONGEST_NAME = 200
"""Of a key, in characters: it stands in one line of a list."""


def _no(file: str, what: str, fix: str) -> ProblemsError:
    return ProblemsError([Problem(file=file, what=what, fix=fix)])


async def add_user(
    accounts: Accounts, catalogue: Catalogue, passwords: Passwords, now: Micros, *, user_id: str, password: str
) -> User:  # fmt: skip
    """Give a person of the catalogue a login.

    Raises:
        ProblemsError: no such person, a login already, or a password of a wrong length.
    """
    if user_id not in catalogue.people:
        raise _no(
            "USER",
            f"{user_id!r} is not a person of {catalogue.name}.",
            f"Add a row to people.csv first. {suggest(user_id, catalogue.people)}",
        )
    if await accounts.user(user_id) is not None:
        raise _no("USER", f"{user_id!r} has a login already.", "Set a new password with: cityloop user password " + user_id)
    user = User(id=user_id, password_hash=_hashed(passwords, password), created_at=now, changed_at=now)
    await accounts.put_user(user)
    return user


async def set_password(accounts: Accounts, passwords: Passwords, now: Micros, user_id: str, password: str) -> User:
    """Set a password; sessions from before it are over.

    Raises:
        ProblemsError: no such login, or a password of a wrong length.
    """
    user = await _login(accounts, user_id)
    changed = msgspec.structs.replace(user, password_hash=_hashed(passwords, password), changed_at=now)
    await accounts.put_user(changed)
    return changed


async def set_state(accounts: Accounts, now: Micros, user_id: str, state: UserState) -> User:
    """Let somebody log in, or no longer; sessions from before it are over.

    Raises:
        ProblemsError: no such login.
    """
    changed = msgspec.structs.replace(await _login(accounts, user_id), state=state, changed_at=now)
    await accounts.put_user(changed)
    return changed


async def add_key(accounts: Accounts, now: Micros, name: str, scopes: frozenset[Scope], expires: Micros | None) -> tuple[str, ApiKey]:
    """Make a key.

    Returns:
        The key for its owner, to be shown once, and what is kept.

    Raises:
        ProblemsError: a name of a wrong length, no scope, or an end that is past.
    """
    if not 0 < len(name.strip()) <= LONGEST_NAME:
        raise _no(
            "NAME", f"a key's name has 1 to {LONGEST_NAME} characters, this one {len(name.strip())}.", "Say in a few words whose key it is."
        )
    if not scopes:
        raise _no("--scope", "a key without a scope opens nothing.", f"Name at least one: {', '.join(scope.value for scope in Scope)}.")
    if expires is not None and expires <= now:
        raise _no("--expires", "the key would have expired already.", "Write an instant that is to come, or leave it out.")
    text, stored = mint(name, scopes, expires)
    key = ApiKey(
        id=stored.id, name=name, secret_hash=stored.digest, scopes=tuple(sorted(scopes)), created_at=now, expires_at=expires,
    )  # fmt: skip
    await accounts.put_key(key)
    return text, key


async def revoke_key(accounts: Accounts, now: Micros, key_id: str) -> None:
    """End a key.

    Raises:
        ProblemsError: no such key.
    """
    if not await accounts.revoke_key(key_id, now):
        known = [key.id for key in await accounts.keys()]
        raise _no("KEY", f"there is no key {key_id!r}.", suggest(key_id, known) or "List the keys with: cityloop key list")


async def _login(accounts: Accounts, user_id: str) -> User:
    user = await accounts.user(user_id)
    if user is None:
        known = [one.id for one in await accounts.users()]
        raise _no("USER", f"{user_id!r} has no login.", f"{suggest(user_id, known)} Add one with: cityloop user add {user_id}".strip())
    return user


def _hashed(passwords: Passwords, password: str) -> str:
    try:
        return passwords.hash(password)
    except ValueError as error:
        raise _no("password", str(error), "Choose another one.") from error
