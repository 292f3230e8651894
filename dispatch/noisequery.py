"""What people ask of noise control, and what they get."""

import msgspec

from config.moment import Micros
from dispatch.alertcase import AlertCase
from dispatch.noise.draft import Reach
from dispatch.noise.history import SilenceEvent
from dispatch.noise.recurrence import Span
from dispatch.noise.silence import Silence, SilenceState
from dispatch.noise.window import Window


class SilenceQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Which silences, newest change first.

    Attributes:
        state: only those that stand so now.
        limit: at most so many, 1 to 500.
        after: the ``next`` of the page before.
    """

    state: SilenceState | None = None
    limit: int = 100
    after: str | None = None


class SilencePage(msgspec.Struct, frozen=True, kw_only=True):
    """Some silences, and how to ask for more (``None``: that was all)."""

    items: tuple[Silence, ...]
    next: str | None = None


class SilenceDetail(msgspec.Struct, frozen=True, kw_only=True):
    """A silence with its history, oldest first."""

    silence: Silence
    events: tuple[SilenceEvent, ...]


class SilenceAdded(msgspec.Struct, frozen=True, kw_only=True):
    """A silence that was made, with what it reaches and what passes through."""

    silence: Silence
    reach: Reach


class Preview(msgspec.Struct, frozen=True, kw_only=True):
    """What matchers would do to the alerts that fire now and that the actor may see.

    Attributes:
        quiet: alerts that would be kept quiet, the first ones of many.
        quiet_count: how many those are in all.
        passing: life-safety alerts that match and pass through, the first ones of many.
        passing_count: how many those are in all.
        reach: which rules they could touch.
    """

    quiet: tuple[AlertCase, ...]
    quiet_count: int
    passing: tuple[AlertCase, ...]
    passing_count: int
    reach: Reach


class WindowView(msgspec.Struct, frozen=True, kw_only=True):
    """A configured maintenance window at an instant.

    Attributes:
        window: as it is configured.
        open: the span in which it is open now; ``None``: closed.
        next: when it opens next, within a week of the present; ``None``: not by then.
    """

    window: Window
    open: Span | None
    next: Span | None


class Settled(msgspec.Struct, frozen=True, kw_only=True):
    """What was done when timers went off.

    Attributes:
        judged: alerts that were judged again.
        flushed: groups whose timer went off.
        notices: notices that these gave rise to.
    """

    judged: int
    flushed: int
    notices: int


class Census(msgspec.Struct, frozen=True, kw_only=True):
    """Counts for the metrics, of everything.

    Attributes:
        suppressed: firing alerts that are kept quiet, by kind of reason; one with two reasons counts under both.
        flapping: firing alerts that flap.
        groups: groups that wait for their timer.
        late: how long the timer that is most overdue has been so; 0 when none is.
    """

    suppressed: dict[str, int]
    flapping: int
    groups: int
    late: Micros
