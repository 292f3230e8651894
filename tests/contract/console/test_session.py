import msgspec
import pytest
from argon2 import PasswordHasher

from config.moment import SECOND
from console.auth.manage import set_password, set_state
from dispatch.accounts import User, UserState
from streams.gateway.keys import Scope
from tests.contract.console.conftest import CHEAP, OWN, Office, password_of
from tests.fakes.town import NOON


async def attempt(office: Office, user: str, password: str) -> int:
    answer = await office.client.post("/v1/session", json={"user": user, "password": password}, headers=OWN)
    office.client.cookies.clear()
    return answer.status_code


async def test_a_login_says_who_one_is_and_sets_a_cookie_that_scripts_and_other_sites_cannot_use(office: Office) -> None:
    """The right password gives 201, role, unit and rights, and a cookie HttpOnly and SameSite=Strict."""
    answer = await office.client.post("/v1/session", json={"user": "sam", "password": password_of("sam")}, headers=OWN)
    me = answer.json()
    assert answer.status_code == 201
    assert (me["id"], me["name"], me["role"], me["unit"], me["zone"]) == (
        "sam", "Sam", "staff", {"id": "order", "name": "Street Order"}, "Asia/Shanghai",
    )  # fmt: skip
    assert "read_tickets" in me["rights"]
    assert "read_alerts" not in me["rights"]
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert password_of("sam") not in answer.text


async def test_over_https_the_cookie_stays_on_https(office: Office) -> None:
    """The cookie is Secure when the console is reached by https, as it is behind a proxy in production."""
    login = {"user": "sam", "password": password_of("sam")}
    answer = await office.client.post("https://console.test/v1/session", json=login, headers=OWN)
    assert "secure" in answer.headers["set-cookie"].lower()


async def test_a_wrong_password_and_an_unknown_name_are_told_alike(office: Office) -> None:
    """Nobody learns from the answer which names exist."""
    bodies = []
    for user in ("sam", "nobody-of-that-name"):
        answer = await office.client.post("/v1/session", json={"user": user, "password": "wrong-password"}, headers=OWN)
        assert answer.status_code == 401
        assert answer.headers["content-type"] == "application/problem+json"
        bodies.append(answer.json())
    assert bodies[0] == bodies[1]
    assert bodies[0]["type"] == "/problems/wrong-login"


async def test_five_failures_make_the_sixth_wait_even_with_the_right_password(office: Office) -> None:
    """Guessing is held back with 429 and Retry-After, and the right password works again after that time."""
    for _ in range(5):
        assert await attempt(office, "sam", "wrong-password") == 401
        office.watch.forward(1)
    answer = await office.client.post("/v1/session", json={"user": "sam", "password": password_of("sam")}, headers=OWN)
    assert answer.status_code == 429
    assert answer.headers["retry-after"] == "55"
    assert answer.json()["detail"] == "Too many failed attempts. Try again in 55 s."
    assert await attempt(office, "lee", password_of("lee")) == 201
    office.watch.forward(55)
    assert await attempt(office, "sam", password_of("sam")) == 201


async def test_one_address_may_not_try_everybody(office: Office) -> None:
    """Fifty failures from one address hold back all names from there."""
    for number in range(50):
        assert await attempt(office, f"guess-{number}", "wrong-password") == 401
    assert await attempt(office, "sam", password_of("sam")) == 429


async def test_a_login_needs_our_own_pages(office: Office) -> None:
    """Another site cannot log a browser in under an account of its own."""
    answer = await office.client.post("/v1/session", json={"user": "sam", "password": password_of("sam")})
    assert answer.status_code == 403
    assert answer.json()["type"] == "/problems/foreign-site"


async def test_logging_out_ends_the_session(office: Office) -> None:
    """After DELETE the old cookie opens nothing."""
    assert (await office.ask("sam", "GET", "/v1/me")).status_code == 200
    answer = await office.ask("sam", "DELETE", "/v1/session")
    assert answer.status_code == 204
    assert (await office.ask("sam", "GET", "/v1/me")).status_code == 401


async def test_a_session_ends_by_itself(office: Office) -> None:
    """After twelve hours one logs in again."""
    await office.log_in("sam")
    office.watch.forward(12 * 3600 - 1)
    assert (await office.ask("sam", "GET", "/v1/me")).status_code == 200
    office.watch.forward(1)
    answer = await office.ask("sam", "GET", "/v1/me")
    assert (answer.status_code, answer.json()["detail"]) == (401, "The session has ended. Log in again.")


async def test_a_new_password_ends_the_sessions_of_the_old_one(office: Office) -> None:
    """Whoever had the old password is out at once."""
    await office.log_in("sam")
    office.watch.forward(1)
    await set_password(office.accounts, office.parts.passwords, office.watch(), "sam", "another-secret")
    answer = await office.ask("sam", "GET", "/v1/me")
    assert (answer.status_code, answer.json()["detail"]) == (401, "The password or the login was changed since. Log in again.")


async def test_a_disabled_login_is_out_at_once_and_cannot_come_back(office: Office) -> None:
    """Disabling ends open sessions and refuses the right password."""
    await office.log_in("sam")
    office.watch.forward(1)
    await set_state(office.accounts, office.watch(), "sam", UserState.DISABLED)
    assert (await office.ask("sam", "GET", "/v1/me")).status_code == 401
    assert await attempt(office, "sam", password_of("sam")) == 401


async def test_who_left_the_city_cannot_log_in(office: Office) -> None:
    """A login without a person in the catalogue has no role, so it opens nothing."""
    gone = User(id="gone", password_hash=CHEAP.hash("secret-gone"), created_at=NOON, changed_at=NOON)
    await office.accounts.put_user(gone)
    assert await attempt(office, "gone", "secret-gone") == 401


async def test_an_old_hash_is_renewed_at_login_without_ending_sessions(office: Office) -> None:
    """When the recommended cost rises, hashes follow as people log in."""
    await office.log_in("sam")
    before = await office.accounts.user("sam")
    office.parts.passwords.hasher = PasswordHasher(time_cost=2, memory_cost=16, parallelism=1)
    office.watch.forward(1)
    assert await attempt(office, "sam", password_of("sam")) == 201
    after = await office.accounts.user("sam")
    assert before is not None
    assert after is not None
    assert "t=2" in after.password_hash
    assert msgspec.structs.replace(after, password_hash=before.password_hash) == before
    assert (await office.ask("sam", "GET", "/v1/me")).status_code == 200


@pytest.mark.parametrize(
    ("header", "told"),
    [
        ("Basic c2FtOnNhbQ==", "The Authorization header must be 'Bearer' and an API key."),
        ("Bearer hello", "The API key does not have the form clk_<id>_<secret>."),
        ("Bearer clk_abc_" + "x" * 43, "The API key is not known."),
    ],
)
async def test_a_key_that_is_none_is_told_so(office: Office, header: str, told: str) -> None:
    """Each mistake with a key has its own sentence; a wrong secret and an unknown id have the same."""
    answer = await office.client.get("/v1/me", headers={"Authorization": header})
    assert (answer.status_code, answer.json()["detail"]) == (401, told)


async def test_a_key_with_a_wrong_secret_is_unknown(office: Office) -> None:
    """The id alone opens nothing."""
    key = await office.key(Scope.TICKETS_READ)
    answer = await office.ask(None, "GET", "/v1/me", key=key[:-4] + "AAAA")
    assert (answer.status_code, answer.json()["detail"]) == (401, "The API key is not known.")


async def test_an_expired_and_a_revoked_key_open_nothing(office: Office) -> None:
    """A key ends at its instant, or when it is revoked."""
    expiring = await office.key(Scope.TICKETS_READ, expires=NOON + SECOND)
    revoked = await office.key(Scope.TICKETS_READ)
    assert (await office.ask(None, "GET", "/v1/me", key=expiring)).json()["name"] == "a machine"
    await office.accounts.revoke_key(revoked.split("_")[1], office.watch())
    office.watch.forward(1)
    for key in (expiring, revoked):
        answer = await office.ask(None, "GET", "/v1/me", key=key)
        assert (answer.status_code, answer.json()["detail"]) == (401, "The API key has expired or was revoked.")


async def test_the_summary_counts_what_one_may_see(office: Office) -> None:
    """The counts that stand in the pages' head have every state and start at nothing."""
    counts = (await office.ask("dora", "GET", "/v1/summary")).json()
    assert (counts["firing"], counts["open"], counts["overdue"], counts["tickets"]["closed"]) == (0, 0, 0, 0)
