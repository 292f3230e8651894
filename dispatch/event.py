"""What a ticket's history consists of: past-tense facts, each bound to the one before it by a hash."""

import hashlib
from collections.abc import Iterable
from typing import TypeVar

import msgspec

from config.kinds import Text
from config.matters import Standard
from config.moment import Micros
from dispatch.lifecycle import Fact
from streams.alert import Severity
from streams.observation import Position

GENESIS = ""
"""The ``previous`` of a ticket's first event."""


class Opening(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a ticket is about, as told when it was reported.

    Attributes:
        category: matter code.
        severity: of the alert.
        summary: shown to people; the place is filled in.
        life_safety: goes before everything else.
        source: camera or sensor.
        zone: zone of the camera's picture.
        position: WGS 84, where known.
        cell: code of the cell that the position lies in.
        place: the cell's or source's name.
        evidence: references to the alert's pictures.
    """

    category: str
    severity: Severity
    summary: Text
    life_safety: bool = False
    source: str | None = None
    zone: str | None = None
    position: Position | None = None
    cell: str | None = None
    place: str = ""
    evidence: tuple[str, ...] = ()


class Particulars(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a fact carries; each fact uses the fields that the lifecycle asks for.

    Attributes:
        opening: in ``reported``.
        reason: why something came back or ended.
        note: in people's own words.
        photos: references to pictures taken by people.
        person: to whom it was given.
        unit: to which unit.
        standard: the row that was named, whole, so that a later change of the city's tables does not change history.
        alert: id of the alert that it came from or that joined.
        follows: the earlier ticket at the same place.
        why: how routing came to the unit and the person, one sentence a step.
    """

    opening: Opening | None = None
    reason: str | None = None
    note: str | None = None
    photos: tuple[str, ...] = ()
    person: str | None = None
    unit: str | None = None
    standard: Standard | None = None
    alert: str | None = None
    follows: str | None = None
    why: tuple[str, ...] = ()


class TicketEvent(msgspec.Struct, frozen=True, kw_only=True):
    """One fact of one ticket (JSON on ``cityloop.tickets``; ``ticket`` and ``number`` identify it).

    Attributes:
        ticket: the ticket's id.
        number: 1 for the first; the ticket's version after it.
        fact: what happened.
        at: when, by the clock of the process that wrote it.
        actor: who did it, ``system`` included.
        particulars: what it carries.
        previous: hash of the event before it; empty for the first.
        hash: SHA-256 over everything above, in hex.
    """

    ticket: str
    number: int
    fact: Fact
    at: Micros
    actor: str
    particulars: Particulars = Particulars()
    previous: str = GENESIS
    hash: str = ""


Link = TypeVar("Link", bound=msgspec.Struct)
"""An event of a chain: a struct with ``number``, ``previous`` and ``hash``, as :class:`TicketEvent` has them."""


def digest(event: msgspec.Struct) -> str:
    """SHA-256 over an event without its own hash, in a form that has one spelling only."""
    return hashlib.sha256(msgspec.json.encode(msgspec.structs.replace(event, hash=""), order="deterministic")).hexdigest()


def seal(event: Link) -> Link:
    """Fill in the hash."""
    return msgspec.structs.replace(event, hash=digest(event))


def broken_link(events: Iterable[Link]) -> Link | None:
    """The first event that does not follow from the one before it, or that was changed; ``None`` for a sound chain."""
    previous = GENESIS
    for number, event in enumerate(events, start=1):
        told, before, own = (getattr(event, field) for field in ("number", "previous", "hash"))
        if told != number or before != previous or own != digest(event):
            return event
        previous = own
    return None
