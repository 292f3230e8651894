"""What happened to a silence: past-tense facts in the same kind of hash chain that tickets have."""

from collections.abc import Sequence
from enum import StrEnum

import msgspec

from config.moment import Micros
from dispatch.event import GENESIS, seal
from dispatch.noise.silence import Silence


class SilenceFact(StrEnum):
    """A silence is made, and may be ended early; it is never changed otherwise, and never deleted."""

    CREATED = "created"
    EXPIRED = "expired"


class SilenceEvent(msgspec.Struct, frozen=True, kw_only=True):
    """One fact of one silence.

    Attributes:
        silence: the silence's id.
        number: 1 for the first.
        fact: what happened.
        at: when.
        actor: who did it.
        body: the silence as it stood afterwards.
        previous: hash of the event before it; empty for the first.
        hash: SHA-256 over everything above, in hex.
    """

    silence: str
    number: int
    fact: SilenceFact
    at: Micros
    actor: str
    body: Silence
    previous: str = GENESIS
    hash: str = ""


def created(silence: Silence) -> SilenceEvent:
    """The first event of a silence."""
    return seal(
        SilenceEvent(
            silence=silence.id, number=1, fact=SilenceFact.CREATED, at=silence.created_at, actor=silence.author, body=silence,
        )
    )  # fmt: skip


def expired(silence: Silence, actor: str, now: Micros, before: Sequence[SilenceEvent]) -> SilenceEvent:
    """The event of an early end."""
    after = msgspec.structs.replace(silence, expired_at=now, expired_by=actor)
    return seal(
        SilenceEvent(
            silence=silence.id, number=len(before) + 1, fact=SilenceFact.EXPIRED, at=now, actor=actor, body=after,
            previous=before[-1].hash if before else GENESIS,
        )
    )  # fmt: skip
