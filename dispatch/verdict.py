"""What noise control found about an alert: why it is kept quiet, why it was or was not merged, whether it flaps. Values only."""

from enum import StrEnum

import msgspec

from config.moment import Micros


class SuppressionKind(StrEnum):
    """What keeps an alert quiet. None of them ever does so to life safety."""

    SILENCE = "silence"
    MAINTENANCE = "maintenance"
    INHIBITION = "inhibition"
    FLAPPING = "flapping"


class Suppressor(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One reason why an alert opens no ticket and sends no notice.

    Attributes:
        kind: what it is.
        by: id of the silence, or name of the window or inhibition rule; for flapping, the rule of the alert.
        why: comment of the silence or window, or a sentence.
        author: who made the silence.
        alert: id of the alert that inhibits.
        until: when it ends by itself; ``None``: not by time.
    """

    kind: SuppressionKind
    by: str
    why: str
    author: str | None = None
    alert: str | None = None
    until: Micros | None = None


class Flapping(msgspec.Struct, frozen=True, kw_only=True):
    """An alert of a rule and group whose episodes come and go.

    Attributes:
        since: start of the episode that was one too many.
        episodes: those that began in the window before and at the latest start.
        within: length of that window.
        until: calm by then, unless another episode begins.
    """

    since: Micros
    episodes: int
    within: Micros
    until: Micros


class MergeOutcome(StrEnum):
    """What became of a new episode: part of a ticket, a ticket after another, or a ticket with nothing before it."""

    JOINED = "joined"
    FOLLOWED = "followed"
    OPENED = "opened"


class MergeReason(StrEnum):
    """Why."""

    WORK_LEFT = "work_left"
    RESULT_GIVEN = "result_given"
    ENDED = "ended"
    WINDOW_OVER = "window_over"
    NOTHING_BEFORE = "nothing_before"


class Merge(msgspec.Struct, frozen=True, kw_only=True):
    """Whether an episode was merged, with the numbers that decided it; kept on the alert, both ways.

    Attributes:
        outcome: joined, followed or opened.
        reason: why.
        at: when it was decided.
        spot: what counted as the same place (category with source and zone, or category with cell).
        window: how long after its last change a ticket is still about the same trouble.
        ticket: the ticket that was compared; ``None`` when none was known at the place.
        state: where that ticket stood.
        elapsed: from its last change to the decision.
        alerts: how many alerts it had.
    """

    outcome: MergeOutcome
    reason: MergeReason
    at: Micros
    spot: str
    window: Micros
    ticket: str | None = None
    state: str | None = None
    elapsed: Micros | None = None
    alerts: int = 0


class Complaint(msgspec.Struct, frozen=True):
    """One fault of something that a person wrote.

    Attributes:
        where: the field (``matchers[0].value``).
        what: what is wrong, one sentence.
        fix: what to write instead, one sentence.
    """

    where: str
    what: str
    fix: str
