"""Who calls: a person with a session, or a machine with a key."""

from collections.abc import Mapping
from enum import StrEnum

import msgspec

from config.people import Person, Unit
from console.auth.rights import Right, rights_of_role, rights_of_scopes
from dispatch.accounts import ApiKey
from dispatch.actor import Actor, ActorKind, actor_of
from streams.gateway.keys import Scope


class Credential(StrEnum):
    """What the caller showed. Only a session rides on a cookie, so only a session can be ridden by another site."""

    SESSION = "session"
    KEY = "key"


class Caller(msgspec.Struct, frozen=True, kw_only=True):
    """One who was recognised.

    Attributes:
        actor: whose rows and moves count.
        name: shown to people.
        rights: what the API lets them do.
        credential: what they showed.
        token: hash of the session token, or the key's id; says which credential, and is no secret.
    """

    actor: Actor
    name: str
    rights: frozenset[Right]
    credential: Credential
    token: str


def caller_of_person(person: Person, units: Mapping[str, Unit], token_hash: str) -> Caller:
    """The caller behind a session."""
    return Caller(
        actor=actor_of(person, units), name=person.name, rights=rights_of_role(person.role), credential=Credential.SESSION, token=token_hash
    )


def caller_of_key(key: ApiKey) -> Caller:
    """The caller behind an API key. It sees every row, as the system does, and its rights hold it back from acting as one."""
    known = frozenset(Scope(scope) for scope in key.scopes if scope in set(Scope))
    actor = Actor(id=f"key:{key.id}", kind=ActorKind.SYSTEM)
    return Caller(actor=actor, name=key.name, rights=rights_of_scopes(known), credential=Credential.KEY, token=key.id)
