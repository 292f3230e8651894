"""The demo's logins and keys."""

import argon2

from cityloop.demo.crew.phones import password_of
from config.catalogue import Catalogue
from config.settings import Settings
from console.auth.passwords import Passwords
from dispatch.accounts import ApiKey, User
from dispatch.store import migrate
from dispatch.store.accounts import SqlAccounts
from dispatch.store.engine import open_engine
from streams.clock import Clock, system_clock
from streams.gateway.keys import Scope, mint

KEY_NAME = "demo"


def quick_passwords() -> Passwords:
    """Cheap hashes: the demo's passwords are told to everybody, and forty good hashes would take seconds."""
    return Passwords(argon2.PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1))


async def seed(settings: Settings, city: Catalogue, clock: Clock = system_clock) -> str:
    """Bring the database to the newest schema and give everybody a login ``demo-<id>``.

    Returns:
        A key for machines that may write observations, new in every run.
    """
    engine = open_engine(settings.database_url)
    try:
        await migrate.upgrade(engine)
        accounts, passwords, now = SqlAccounts(engine), quick_passwords(), clock()
        for person in city.people.values():
            await accounts.put_user(
                User(id=person.id, password_hash=passwords.hash(password_of(person.id)), created_at=now, changed_at=now)
            )
        text, stored = mint(KEY_NAME, frozenset({Scope.OBSERVATIONS_WRITE, Scope.ALERTS_READ, Scope.TICKETS_READ}))
        await accounts.put_key(
            ApiKey(id=stored.id, name=stored.name, secret_hash=stored.digest, scopes=tuple(sorted(stored.scopes)), created_at=now)
        )
        return text
    finally:
        await engine.dispose()
