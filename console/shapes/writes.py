"""What people send: every field is known, and a wrong one is told with the right one."""

from collections.abc import Sequence
from typing import Annotated

import msgspec

from dispatch.lifecycle import Fact, Move

Note = Annotated[str, msgspec.Meta(min_length=1, max_length=2000)]
"""Words of a person; bounded, since they are shown and kept for ever."""
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
Reference = Annotated[str, msgspec.Meta(pattern="^evidence:sha256/[0-9a-f]{64}$")]
# No tuple: with bounds it would be rendered as a list of references or anything else, of which only one may fit: so none would.
Photos = Annotated[Sequence[Reference], msgspec.Meta(max_length=12)]


class Login(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Name and password of a person."""

    user: Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
    password: Annotated[str, msgspec.Meta(min_length=1, max_length=256)]

    def __repr__(self) -> str:
        """Show the name only: a representation ends up in logs."""
        return f"Login({self.user!r})"


class MoveRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A move of a ticket.

    Attributes:
        move: what to do; the ticket's ``moves`` say what is legal and what each needs.
        version: the version that was seen; an older one is refused with who changed what.
        reason: for returns and refusals.
        note: in people's own words.
        photos: references that ``POST /v1/evidence`` gave.
        person: whom to give it to.
        unit: which unit to give it to.
        standard: the condition of one of the category's standards.
    """

    move: Move
    version: Annotated[int, msgspec.Meta(ge=1, le=1_000_000)]
    reason: Note | None = None
    note: Note | None = None
    photos: Photos = ()
    person: Name | None = None
    unit: Name | None = None
    standard: Name | None = None


class FactRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A fact that changes no state: ``arrived``, ``noted`` (with a note) or ``photographed`` (with photos)."""

    fact: Fact
    note: Note | None = None
    photos: Photos = ()


class EvidenceReceipt(msgspec.Struct, frozen=True, kw_only=True):
    """A picture that was kept."""

    reference: str
    width: int
    height: int
    bytes: int
