"""Which pictures a change names, and where: the row scope of evidence rests on it. Pure, so that every store keeps the same."""

from collections.abc import Iterator
from enum import StrEnum

import msgspec

from dispatch.change import Change
from dispatch.event import Particulars


class Namer(StrEnum):
    """What can name a picture. Who may see an alert or a ticket may see its pictures; who uploaded a picture may always see it."""

    ALERT = "alert"
    TICKET = "ticket"
    UPLOADER = "uploader"


class Naming(msgspec.Struct, frozen=True, kw_only=True):
    """One picture is named in one place.

    Attributes:
        reference: the picture, ``evidence:sha256/<hex>``.
        namer: what names it.
        id: which alert, ticket or actor.
    """

    reference: str
    namer: Namer
    id: str


def namings(change: Change) -> frozenset[Naming]:
    """What a transaction names: an alert's event its evidence, a ticket's events what they open with and their photos."""
    return frozenset(_namings(change))


def _namings(change: Change) -> Iterator[Naming]:
    if change.alert_event is not None:
        for reference in change.alert_event.evidence:
            yield Naming(reference=reference, namer=Namer.ALERT, id=change.alert_event.id)
    if change.ticket is not None:
        for event in change.ticket.events:
            for reference in pictures_of(event.particulars):
                yield Naming(reference=reference, namer=Namer.TICKET, id=event.ticket)


def pictures_of(told: Particulars) -> tuple[str, ...]:
    """The pictures of one fact of a ticket."""
    return (*(told.opening.evidence if told.opening is not None else ()), *told.photos)
