"""What people ask for: a move, or a fact to add to the story."""

import msgspec

from dispatch.lifecycle import Fact, Move


class MoveCommand(msgspec.Struct, frozen=True, kw_only=True):
    """Change the state of a ticket.

    Attributes:
        ticket: id.
        move: what to do.
        version: the version that the actor saw; an older one is refused with who changed what.
        reason: for returns and refusals.
        note: in the actor's own words.
        photos: references from the evidence store.
        person: whom to give it to; left out, staff take it themselves.
        unit: which unit to give it to; left out, routing's proposal.
        standard: the condition of one of the category's standards; left out where there is only one to choose.
    """

    ticket: str
    move: Move
    version: int
    reason: str | None = None
    note: str | None = None
    photos: tuple[str, ...] = ()
    person: str | None = None
    unit: str | None = None
    standard: str | None = None


class FactCommand(msgspec.Struct, frozen=True, kw_only=True):
    """Add a fact that changes no state, so no version is asked for.

    Attributes:
        ticket: id.
        fact: ``arrived``, ``noted`` or ``photographed``.
        note: required for ``noted``.
        photos: required for ``photographed``.
    """

    ticket: str
    fact: Fact
    note: str | None = None
    photos: tuple[str, ...] = ()
