"""Merging: whether a new episode is part of a ticket at the same place, and the record of why it was or was not."""

from collections.abc import Iterable

import msgspec

from config.moment import SECOND, Micros
from dispatch.lifecycle import State
from dispatch.ticket import Ticket
from dispatch.verdict import Merge, MergeOutcome, MergeReason

JOINABLE = frozenset({State.REPORTED, State.CHECKING, State.ACCEPTED, State.DISPATCHED, State.HANDLING})
"""Work is still to be done: a new episode at the same place is part of it. Later, people believe that the trouble is gone."""


class MergePolicy(msgspec.Struct, frozen=True, kw_only=True):
    """How alerts at one place come together.

    Attributes:
        window: how long after its last change a ticket is still about the same trouble.
    """

    window: Micros = 2 * 3600 * SECOND


class Merging(msgspec.Struct, frozen=True, kw_only=True):
    """The decision.

    Attributes:
        record: for the alert.
        joined: the ticket that the episode is part of.
        earlier: the ticket that a new one follows.
    """

    record: Merge
    joined: Ticket | None = None
    earlier: Ticket | None = None


def merge(tickets: Iterable[Ticket], spot: str, now: Micros, policy: MergePolicy) -> Merging:
    """Decide about a new episode.

    Args:
        tickets: those at the same spot, in any order.
        spot: what counts as the same place.
        now: the present.
        policy: how alerts come together.
    """
    known = sorted(tickets, key=lambda ticket: (-ticket.changed_at, ticket.id))
    recent = [ticket for ticket in known if now - ticket.changed_at <= policy.window]
    joined = next((ticket for ticket in recent if ticket.state in JOINABLE), None)
    earlier = next(iter(recent), None) if joined is None else None

    def record(outcome: MergeOutcome, reason: MergeReason, ticket: Ticket | None) -> Merge:
        found = Merge(outcome=outcome, reason=reason, at=now, spot=spot, window=policy.window)
        if ticket is None:
            return found
        return msgspec.structs.replace(
            found, ticket=ticket.id, state=ticket.state.value, elapsed=now - ticket.changed_at, alerts=len(ticket.alerts)
        )

    if joined is not None:
        return Merging(record=record(MergeOutcome.JOINED, MergeReason.WORK_LEFT, joined), joined=joined)
    if earlier is not None:
        reason = MergeReason.ENDED if earlier.ended else MergeReason.RESULT_GIVEN
        return Merging(record=record(MergeOutcome.FOLLOWED, reason, earlier), earlier=earlier)
    latest = next(iter(known), None)
    reason = MergeReason.NOTHING_BEFORE if latest is None else MergeReason.WINDOW_OVER
    return Merging(record=record(MergeOutcome.OPENED, reason, latest))
