"""Silences: somebody says, with a reason and an end, which alerts are not to be worked on for a while."""

from collections.abc import Iterable
from enum import StrEnum

import msgspec

from config.moment import Micros
from dispatch.noise.matcher import Matcher, match_all
from dispatch.noise.subject import Subject
from dispatch.verdict import SuppressionKind, Suppressor


class SilenceKind(StrEnum):
    """Why it is quiet: somebody's decision, or work that people do on the spot."""

    SILENCE = "silence"
    MAINTENANCE = "maintenance"


class SilenceState(StrEnum):
    """Where a silence stands at an instant."""

    PENDING = "pending"
    ACTIVE = "active"
    EXPIRED = "expired"


class Silence(msgspec.Struct, frozen=True, kw_only=True):
    """Alerts that meet every matcher are kept quiet in [starts_at, ends_at). Never changed but ended early, and never deleted.

    Attributes:
        id: identity.
        kind: silence or maintenance.
        matchers: all of them must be met.
        author: who made it, login name or key.
        comment: why.
        starts_at: from this instant on.
        ends_at: up to this instant, which is no part of it.
        created_at: when it was made.
        unit: it reaches alerts of this unit and those below it; ``None``: of the whole city.
        expired_at: when it was ended early.
        expired_by: by whom.
    """

    id: str
    kind: SilenceKind
    matchers: tuple[Matcher, ...]
    author: str
    comment: str
    starts_at: Micros
    ends_at: Micros
    created_at: Micros
    unit: str | None = None
    expired_at: Micros | None = None
    expired_by: str | None = None

    @property
    def over_at(self) -> Micros:
        """When it ended or will end."""
        return self.ends_at if self.expired_at is None else min(self.ends_at, self.expired_at)

    def state(self, now: Micros) -> SilenceState:
        """Where it stands; half-open, so that one ends where the next begins. One that was ended before its start never holds."""
        if now >= self.over_at:
            return SilenceState.EXPIRED
        return SilenceState.ACTIVE if now >= self.starts_at else SilenceState.PENDING


def reaches(silence: Silence, subject: Subject) -> bool:
    """Whether a silence is about an alert, whenever it holds; never about life safety."""
    if subject.life_safety or (silence.unit is not None and silence.unit not in subject.values.get("unit", ())):
        return False
    return match_all(silence.matchers, subject.values)


def suppressors(silences: Iterable[Silence], subject: Subject, now: Micros) -> tuple[Suppressor, ...]:
    """Those silences that keep an alert quiet now, the oldest first."""
    holding = [silence for silence in silences if silence.state(now) is SilenceState.ACTIVE and reaches(silence, subject)]
    return tuple(
        Suppressor(
            kind=SuppressionKind(silence.kind.value), by=silence.id, why=silence.comment, author=silence.author, until=silence.over_at
        )
        for silence in sorted(holding, key=lambda found: (found.created_at, found.id))
    )


def next_change(silences: Iterable[Silence], subject: Subject, now: Micros) -> Micros | None:
    """When the next silence about an alert begins or ends; ``None`` when time alone changes nothing."""
    instants = [
        instant
        for silence in silences
        if silence.state(now) is not SilenceState.EXPIRED and reaches(silence, subject)
        for instant in (silence.starts_at, silence.over_at)
        if instant > now
    ]
    return min(instants, default=None)
