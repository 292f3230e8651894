"""Who is logged in, and the counts that every page shows."""

import msgspec

from config.people import Role
from console.auth.rights import Right
from console.directory import Named
from dispatch.lifecycle import ENDED
from dispatch.query import Summary


class Me(msgspec.Struct, frozen=True, kw_only=True):
    """The one who asks.

    Attributes:
        id: login name, or the key's id.
        name: shown to people.
        role: of a person; a key has none.
        unit: of a person.
        rights: what the API lets them do.
        city: the city's name.
        zone: the city's time zone (IANA).
    """

    id: str
    name: str
    role: Role | None
    unit: Named | None
    rights: tuple[Right, ...]
    city: str
    zone: str


class SummaryShape(msgspec.Struct, frozen=True, kw_only=True):
    """Counts of what one may see.

    Attributes:
        firing: alerts that fire.
        unacknowledged: those of them that nobody has acknowledged, without those that are kept quiet.
        suppressed: those of them that are kept quiet.
        alerts_by_rule: firing ones, by rule.
        open: tickets that have not ended.
        overdue: those of them beyond their limit.
        tickets: by state.
        deliveries: notices by state.
    """

    firing: int
    unacknowledged: int
    suppressed: int
    alerts_by_rule: dict[str, int]
    open: int
    overdue: int
    tickets: dict[str, int]
    deliveries: dict[str, int]


_ENDED = frozenset(state.value for state in ENDED)


def summary_shape(summary: Summary) -> SummaryShape:
    """The counts, with open tickets summed."""
    return SummaryShape(
        firing=summary.alerts.get("firing", 0), unacknowledged=summary.unacknowledged, suppressed=summary.suppressed, alerts_by_rule=summary.alerts_by_rule,
        open=sum(count for state, count in summary.tickets.items() if state not in _ENDED), overdue=summary.overdue,
        tickets=summary.tickets, deliveries=summary.deliveries,
    )  # fmt: skip
