"""A console on the case book in memory, with the town's people logged in as a test asks for."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from httpx import Response
from litestar import Litestar
from litestar.testing import AsyncTestClient

from console.app import create_app, gather
from console.auth.passwords import Passwords
from console.parts import Originals, Parts
from console.schooling import Schooling
from detectors.evidence.originals import OriginalStore
from detectors.evidence.store import EvidenceStore
from detectors.evidence.viewings import ViewingLog
from detectors.heads.store import HeadStore
from dispatch.accounts import ApiKey, User
from dispatch.desk import Desk
from dispatch.ports import Accounts, CaseBook, NoiseBook
from streams.gateway.keys import Scope, mint
from tests.fakes.casebook import MemoryAccounts, MemoryCaseBook
from tests.fakes.noisebook import MemoryNoiseBook
from tests.fakes.painting import PaintedFeatures
from tests.fakes.town import BIN, NOON, PEOPLE, PUPILS, RULES, Watch, town

CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
OWN = {"X-Requested-With": "cityloop"}


def password_of(person: str) -> str:
    """Everybody's password."""
    return f"secret-{person}"


@dataclass
class Office:
    """A console with what is behind it.

    Attributes:
        parts: what the routes work with.
        book: the case book.
        noise: silences.
        accounts: logins and keys.
        evidence: pictures.
        watch: the clock.
        app: the application.
        client: somebody who has not logged in.
    """

    parts: Parts
    book: CaseBook
    noise: NoiseBook
    accounts: Accounts
    evidence: EvidenceStore
    watch: Watch
    app: Litestar
    client: AsyncTestClient[Litestar]
    cookies: dict[str, str] = field(default_factory=dict)

    async def log_in(self, person: str) -> None:
        """Log in once, and remember the cookie."""
        if person not in self.cookies:
            answer = await self.client.post("/v1/session", json={"user": person, "password": password_of(person)}, headers=OWN)
            assert answer.status_code == 201, answer.text
            self.cookies[person] = answer.cookies["cityloop_session"]
            self.client.cookies.clear()

    async def ask(
        self, person: str | None, method: str, path: str, *, own: bool = True, body: object = None, content: bytes | None = None,
        key: str | None = None, params: dict[str, str] | None = None,
    ) -> Response:  # fmt: skip
        """Ask as a person, with a key, or as nobody."""
        headers = dict(OWN) if own else {}
        if person is not None:
            await self.log_in(person)
            headers["Cookie"] = f"cityloop_session={self.cookies[person]}"
        if key is not None:
            headers["Authorization"] = f"Bearer {key}"
        if content is not None:
            headers["Content-Type"] = "image/jpeg"
        return await self.client.request(method, path, headers=headers, json=body, content=content, params=params)

    async def key(self, *scopes: Scope, expires: int | None = None) -> str:
        """A key with scopes."""
        text, stored = mint("a machine", frozenset(scopes), expires)
        await self.accounts.put_key(
            ApiKey(id=stored.id, name=stored.name, secret_hash=stored.digest, scopes=tuple(scopes), created_at=NOON, expires_at=expires)
        )
        return text


Ask = Callable[..., Awaitable[Response]]


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    """The console."""
    watch, city = Watch(), town()
    book, accounts, evidence = MemoryCaseBook(Desk(city), watch), MemoryAccounts(), EvidenceStore(tmp_path / "evidence")
    noise = MemoryNoiseBook(book, rules=RULES)
    for person in PEOPLE:
        await accounts.put_user(User(id=person, password_hash=CHEAP.hash(password_of(person)), created_at=NOON, changed_at=NOON))
    dist = tmp_path / "dist"
    (dist / "assets").mkdir(parents=True)
    (dist / "index.html").write_text("<!doctype html><title>cityloop</title>", encoding="utf-8")
    (dist / "icon.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>", encoding="utf-8")
    (dist / "assets" / "main-abc123.js").write_text("export {}", encoding="utf-8")
    schooling = Schooling(town(cameras=PUPILS), HeadStore(tmp_path / "heads"), PaintedFeatures(), {"bin_overflow": frozenset({BIN})})
    originals = Originals(OriginalStore(tmp_path / "evidence", bytes(32)), ViewingLog(tmp_path / "evidence"))
    parts = gather(
        book, accounts, evidence, city, noise=noise, schooling=schooling, originals=originals, clock=watch, passwords=Passwords(CHEAP)
    )
    app = create_app(parts, dist=dist)
    async with AsyncTestClient(app, base_url="http://console.test") as client:
        yield Office(parts, book, noise, accounts, evidence, watch, app, client)
