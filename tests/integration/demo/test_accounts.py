"""The demo's logins and key in a real database."""

from pathlib import Path

from cityloop.demo.accounts import seed
from cityloop.demo.crew.phones import password_of
from config.loader import DEMO_CITY, load_city
from config.settings import Settings
from console.auth.passwords import Passwords, Verdict
from dispatch.store.accounts import SqlAccounts
from dispatch.store.engine import open_engine
from streams.gateway.keys import digest, parse_key

NOW = 1_760_000_000_000_000


async def test_everybody_of_the_city_can_log_in(tmp_path: Path) -> None:
    """Each person has the password that the start page tells, and no other; seeding again changes nothing but the key."""
    settings, city = Settings(data=str(tmp_path)), load_city(DEMO_CITY)
    first = await seed(settings, city, clock=lambda: NOW)
    second = await seed(settings, city, clock=lambda: NOW)
    engine = open_engine(settings.database_url)
    try:
        accounts, passwords = SqlAccounts(engine), Passwords()
        users = await accounts.users()
        assert {user.id for user in users} == set(city.people)
        assert passwords.check(users[0].password_hash, password_of(users[0].id)) in {Verdict.RIGHT, Verdict.RIGHT_REHASH}
        assert passwords.check(users[0].password_hash, password_of(users[1].id)) is Verdict.WRONG
        assert first != second
        for text in (first, second):
            key = parse_key(text)
            assert key is not None
            stored = await accounts.key(key.id)
            assert stored is not None
            assert stored.secret_hash == digest(key.secret)
            assert "observations:write" in stored.scopes
    finally:
        await engine.dispose()
