"""Passwords, the throttle, rights and administration."""

import pytest
from argon2 import PasswordHasher

from config.moment import SECOND
from config.people import Role
from config.problem import ProblemsError
from console.auth.caller import caller_of_key, caller_of_person
from console.auth.manage import add_key, add_user, revoke_key, set_password, set_state
from console.auth.passwords import LONGEST, Passwords, Verdict
from console.auth.rights import OF_ROLE, OF_SCOPE, Right
from console.auth.throttle import Policy, Throttle, wait
from console.auth.tokens import digest, new_session_token
from dispatch.accounts import ApiKey, UserState
from streams.gateway.keys import Scope
from tests.fakes.casebook import MemoryAccounts
from tests.fakes.town import NOON, PEOPLE, UNITS, town

CHEAP = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


def test_a_password_is_right_or_wrong() -> None:
    """The hash tells the right password from any other, and does not contain it."""
    stored = CHEAP.hash("correct horse")
    assert "correct" not in stored
    assert [CHEAP.check(stored, text) for text in ("correct horse", "correct hors")] == [Verdict.RIGHT, Verdict.WRONG]


def test_without_a_stored_hash_every_password_is_wrong() -> None:
    """Somebody unknown is checked against a decoy, and even the decoy's own password does not open."""
    assert CHEAP.check(None, "nobody has this password") is Verdict.WRONG


def test_a_broken_hash_opens_nothing() -> None:
    """What the store has damaged is a wrong password, not an error."""
    assert CHEAP.check("$argon2id$broken", "x") is Verdict.WRONG


def test_a_hash_of_older_parameters_is_right_and_to_be_renewed() -> None:
    """The recommended cost moves on, and hashes follow."""
    stored = CHEAP.hash("correct horse")
    newer = Passwords(PasswordHasher(time_cost=2, memory_cost=16, parallelism=1))
    assert newer.check(stored, "correct horse") is Verdict.RIGHT_REHASH


@pytest.mark.parametrize("length", [0, 7, LONGEST + 1])
def test_a_password_of_a_wrong_length_is_refused(length: int) -> None:
    """Too short to be safe, or long enough to keep the server busy."""
    with pytest.raises(ValueError, match=f"8 to 256 characters; this one has {length}"):
        CHEAP.hash("x" * length)


def test_a_very_long_attempt_is_wrong_without_being_hashed() -> None:
    """Nobody can make the server hash a novel."""
    assert CHEAP.check(CHEAP.hash("correct horse"), "x" * 10_000_000) is Verdict.WRONG


def test_the_wait_ends_when_the_oldest_failure_leaves_the_window() -> None:
    """With two allowed in ten seconds, the third waits for the first to leave."""
    policy = Policy(failures=2, window=10 * SECOND)
    assert wait((0, 4 * SECOND), 5 * SECOND, policy) == 5 * SECOND
    assert wait((0, 4 * SECOND), 10 * SECOND, policy) == 0
    assert wait((4 * SECOND,), 5 * SECOND, policy) == 0


def test_the_throttle_forgets_a_name_that_has_succeeded() -> None:
    """A person who mistyped and then got it right starts afresh."""
    throttle = Throttle(Policy(failures=2))
    throttle.failed("sam", 0)
    throttle.failed("sam", 1)
    assert throttle.wait("sam", 2) > 0
    throttle.succeeded("sam")
    assert throttle.wait("sam", 2) == 0


def test_the_throttle_remembers_within_bounds() -> None:
    """A flood of names pushes out the oldest, and memory does not grow."""
    throttle = Throttle(Policy(failures=1, remembered=3))
    for number in range(5):
        throttle.failed(f"user-{number}", number)
    assert [throttle.wait(f"user-{number}", 5) > 0 for number in range(5)] == [False, False, True, True, True]


def test_every_role_and_every_scope_has_its_rights() -> None:
    """A new role or scope must be given rights, if only none."""
    assert set(OF_ROLE) == set(Role)
    assert set(OF_SCOPE) == set(Scope)


def test_no_key_may_move_a_ticket_or_acknowledge_an_alert() -> None:
    """Those are answered for by a person."""
    assert all(not rights & {Right.MOVE, Right.ACKNOWLEDGE} for rights in OF_SCOPE.values())


def test_a_caller_has_the_rights_of_the_role_and_the_rows_of_the_unit() -> None:
    """Who a person is comes from the catalogue."""
    caller = caller_of_person(PEOPLE["lee"], UNITS, "hash")
    assert (caller.rights, caller.actor.units) == (OF_ROLE[Role.LEADER], frozenset({"order", "crew"}))


def test_a_key_with_an_unknown_scope_has_the_rights_of_those_that_are_known() -> None:
    """A scope that an older or newer version knew does not break the key."""
    key = ApiKey(id="k", name="n", secret_hash="h", scopes=("alerts:read", "moon:write"), created_at=0)
    assert caller_of_key(key).rights == OF_SCOPE[Scope.ALERTS_READ]


def test_session_tokens_differ_and_are_kept_as_hashes() -> None:
    """A token has 256 random bits; its hash is what the store knows."""
    tokens = {new_session_token() for _ in range(50)}
    assert len(tokens) == 50
    assert all(len(token) >= 43 for token in tokens)
    assert digest("token") == "3c469e9d6c5875d37a43f353d4f88e61fcf812c66eee3457465a40b0da4153e0"


async def told(work: object) -> str:
    with pytest.raises(ProblemsError) as caught:
        await work  # type: ignore[misc]  # Any coroutine.
    return str(caught.value)


async def test_only_people_of_the_city_get_a_login() -> None:
    """A typing error is told with the nearest name, and nothing is written."""
    accounts = MemoryAccounts()
    assert await told(add_user(accounts, town(), CHEAP, NOON, user_id="samm", password="long enough")) == (
        "USER: 'samm' is not a person of Town. Add a row to people.csv first. Did you mean 'sam'?"
    )
    assert await accounts.users() == ()


async def test_a_second_login_for_one_person_is_refused() -> None:
    """Adding twice does not silently replace the password."""
    accounts = MemoryAccounts()
    first = await add_user(accounts, town(), CHEAP, NOON, user_id="sam", password="long enough")
    assert "cityloop user password sam" in await told(add_user(accounts, town(), CHEAP, NOON, user_id="sam", password="another one"))
    assert await accounts.user("sam") == first


async def test_a_short_password_is_told_as_a_problem() -> None:
    """The sentence says how long it must be."""
    assert "8 to 256 characters" in await told(add_user(MemoryAccounts(), town(), CHEAP, NOON, user_id="sam", password="short"))


async def test_changing_password_and_state_stamps_the_login() -> None:
    """The stamp is what ends the sessions from before."""
    accounts = MemoryAccounts()
    await add_user(accounts, town(), CHEAP, NOON, user_id="sam", password="long enough")
    changed = await set_password(accounts, CHEAP, NOON + 1, "sam", "another secret")
    assert (changed.changed_at, CHEAP.check(changed.password_hash, "another secret")) == (NOON + 1, Verdict.RIGHT)
    disabled = await set_state(accounts, NOON + 2, "sam", UserState.DISABLED)
    assert (disabled.changed_at, disabled.state) == (NOON + 2, UserState.DISABLED)


async def test_who_has_no_login_is_told_with_the_nearest_that_has() -> None:
    """Setting the password of nobody says what to do."""
    accounts = MemoryAccounts()
    await add_user(accounts, town(), CHEAP, NOON, user_id="sam", password="long enough")
    assert await told(set_password(accounts, CHEAP, NOON, "san", "another secret")) == (
        "USER: 'san' has no login. Did you mean 'sam'? Add one with: cityloop user add san"
    )


async def test_a_key_is_kept_without_its_secret_and_ends_when_revoked() -> None:
    """The text is for its owner only; the store has the hash of its secret."""
    accounts = MemoryAccounts()
    text, key = await add_key(accounts, NOON, "gate", frozenset({Scope.FRAMES_WRITE}), NOON + 1)
    assert text.split("_")[1] == key.id
    assert text.split("_", 2)[2] not in repr(key)
    await revoke_key(accounts, NOON, key.id)
    kept = await accounts.key(key.id)
    assert kept is not None
    assert kept.revoked_at == NOON


async def test_a_key_that_would_open_nothing_is_not_made() -> None:
    """Without a scope, or with an end that is past."""
    for name in ("", "  ", "x" * 201):
        assert "NAME" in await told(add_key(MemoryAccounts(), NOON, name, frozenset({Scope.FRAMES_WRITE}), None))
    assert "--scope" in await told(add_key(MemoryAccounts(), NOON, "gate", frozenset(), None))
    assert "--expires" in await told(add_key(MemoryAccounts(), NOON, "gate", frozenset({Scope.FRAMES_WRITE}), NOON))


async def test_revoking_an_unknown_key_is_told() -> None:
    """The sentence says how to find the right id."""
    assert await told(revoke_key(MemoryAccounts(), NOON, "abc")) == "KEY: there is no key 'abc'. List the keys with: cityloop key list"
