from hypothesis import given
from hypothesis import strategies as st

from streams.gateway.keys import Denial, Key, Owner, Scope, StoredKey, digest, judge, mint, parse_key
from tests.fakes.observations import NOON

WRITE = frozenset({Scope.OBSERVATIONS_WRITE})


def stored(**changes: object) -> StoredKey:
    fields = {"id": "ab12", "digest": digest("s" * 43), "scopes": WRITE, "name": "north gate", **changes}
    return StoredKey(**fields)  # type: ignore[arg-type]  # The changes are each of their field's type.


def test_a_minted_key_opens_its_door() -> None:
    """A key as it is given to its owner is accepted for the scope it was made for."""
    text, kept = mint("north gate", WRITE)
    key = parse_key(text)
    assert key is not None
    assert judge(key, kept, Scope.OBSERVATIONS_WRITE, NOON) == Owner(id=kept.id, name="north gate", scopes=WRITE)


def test_a_store_never_holds_the_secret() -> None:
    """What the store keeps of a key contains no part of the secret, only its SHA-256."""
    text, kept = mint("north gate", WRITE)
    secret = text.split("_", 2)[2]
    assert secret not in repr(kept)
    assert kept.digest == digest(secret)
    assert len(kept.digest) == 64


def test_minted_keys_differ() -> None:
    """Two keys of the same owner share neither id nor secret."""
    one, other = mint("a", WRITE)[0], mint("a", WRITE)[0]
    assert one.split("_")[1] != other.split("_")[1]
    assert one.split("_", 2)[2] != other.split("_", 2)[2]


def test_a_key_does_not_show_its_secret() -> None:
    """The representation of a key, which logs would show, has the id only."""
    assert repr(Key("ab12", "s" * 43)) == "Key('ab12')"


def test_a_wrong_secret_and_an_unknown_id_look_the_same() -> None:
    """Neither answer tells a stranger which ids exist."""
    wrong = judge(Key("ab12", "x" * 43), stored(), Scope.OBSERVATIONS_WRITE, NOON)
    unknown = judge(Key("zz99", "x" * 43), None, Scope.OBSERVATIONS_WRITE, NOON)
    assert wrong is unknown is Denial.UNKNOWN


def test_the_empty_secret_does_not_pass_for_an_unknown_id() -> None:
    """The digest that stands in for an unknown key opens nothing, even for whoever finds its secret."""
    assert judge(Key("zz99", ""), None, Scope.OBSERVATIONS_WRITE, NOON) is Denial.UNKNOWN


def test_a_key_expires_at_its_instant() -> None:
    """A key opens until the microsecond before its expiry, and no longer."""
    key = Key("ab12", "s" * 43)
    assert isinstance(judge(key, stored(expires=NOON), Scope.OBSERVATIONS_WRITE, NOON - 1), Owner)
    assert judge(key, stored(expires=NOON), Scope.OBSERVATIONS_WRITE, NOON) is Denial.EXPIRED


def test_a_key_opens_only_what_it_was_made_for() -> None:
    """A good key without the scope is told so, which is another answer than a wrong key's."""
    assert (
        judge(Key("ab12", "s" * 43), stored(scopes=frozenset({Scope.TICKETS_READ})), Scope.OBSERVATIONS_WRITE, NOON) is Denial.OUT_OF_SCOPE
    )


def test_an_underscore_may_stand_in_a_secret() -> None:
    """Only the first two underscores part a key, since secrets are base64url."""
    assert parse_key("clk_ab12_" + "a_b-" * 10) == Key("ab12", "a_b-" * 10)


@given(st.text(max_size=300))
def test_what_is_no_key_is_none(text: str) -> None:
    """Any text either has the form of a key, and then gives itself back, or is refused."""
    key = parse_key(text)
    assert key is None or text == f"clk_{key.id}_{key.secret}"
