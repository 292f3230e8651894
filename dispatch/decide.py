"""What follows from a command: the events to append, or a refusal with the way out. Pure: the present comes in as ``now``."""

import re
from collections.abc import Sequence

import msgspec

from config.matters import Standard
from config.moment import Micros
from config.people import Confirm, Role
from dispatch.actor import SYSTEM, Actor, ActorKind
from dispatch.command import FactCommand, MoveCommand
from dispatch.desk import Desk, Situation
from dispatch.event import Particulars, TicketEvent
from dispatch.lifecycle import PEOPLES_STORY, TABLE, Fact, Move, Need, Row, State, rows_from
from dispatch.permission import objection
from dispatch.refusal import Refusal, RefusalKind
from dispatch.ticket import Ticket, apply, following

Decision = tuple[TicketEvent, ...] | Refusal
"""Sealed events that follow the ticket's version, or a no."""

LONGEST_TEXT = 4000
MOST_PHOTOS = 8
EVIDENCE = re.compile(r"evidence:sha256/[0-9a-f]{64}")

_WAYS = {
    Need.REASON: "Give a reason.",
    Need.NOTE: "Say in a note what was done or seen.",
    Need.PHOTO: "Add at least one photo.",
    Need.STANDARD: "Name one of the category's standards by its condition.",
    Need.UNIT: "Name a unit: routing knows none for this category and place.",
    Need.PERSON: "Name a person of the unit.",
}


def decide(
    ticket: Ticket,
    history: Sequence[TicketEvent],
    command: MoveCommand,
    actor: Actor,
    situation: Situation,
) -> Decision:
    """Judge a move.

    Args:
        ticket: as it stands.
        history: its events, to tell the author of a stale command what he has not seen.
        command: what is asked for.
        actor: who asks.
        situation: the present, the city's tables, and the load of its people for routing's proposal.
    """
    refused = _stale(ticket, history, command)
    if refused is not None:
        return refused
    row = TABLE.get((ticket.state, command.move))
    if row is None:
        known = ", ".join(found.move.value for found in rows_from(ticket.state)) or "none"
        return Refusal(
            kind=RefusalKind.ILLEGAL,
            what=f"A ticket that is {ticket.state.value} has no move {command.move.value!r}.",
            fix=f"Known: {known}.",
        )
    against = objection(ticket, row, actor)
    if against is not None:
        return Refusal(kind=RefusalKind.FORBIDDEN, what=against, fix="Leave it to somebody who may.")
    told = _fill(ticket, row, command, actor, situation)
    if isinstance(told, Refusal):
        return told
    events = [following(ticket, TicketEvent(ticket=ticket.id, number=0, fact=row.fact, at=situation.now, actor=actor.id, particulars=told))]
    unit = situation.desk.units.get(ticket.unit or "")
    if row.to is State.HANDLED and unit is not None and unit.confirm is Confirm.AUTO:
        confirmed = Particulars(note=f"Unit {unit.id} confirms at once, by its policy.")
        then = TicketEvent(ticket=ticket.id, number=0, fact=Fact.CONFIRMED, at=situation.now, actor=SYSTEM.id, particulars=confirmed)
        events.append(following(apply(ticket, events[0]), then))
    return tuple(events)


def decide_fact(ticket: Ticket, command: FactCommand, actor: Actor, now: Micros) -> Decision:
    """Judge a fact that people add to a ticket's story."""
    if command.fact not in PEOPLES_STORY:
        known = ", ".join(sorted(fact.value for fact in PEOPLES_STORY))
        return _incomplete(f"{command.fact.value!r} is not a fact that people add.", f"Known: {known}.")
    if ticket.ended:
        return Refusal(kind=RefusalKind.ILLEGAL, what=f"The ticket is {ticket.state.value}: its story is over.", fix="Report anew.")
    if command.fact is Fact.ARRIVED and actor.id != ticket.assignee:
        return Refusal(kind=RefusalKind.FORBIDDEN, what=f"The ticket is in the hands of {ticket.assignee}.", fix="Only they arrive.")
    missing = {Fact.NOTED: (Need.NOTE, command.note), Fact.PHOTOGRAPHED: (Need.PHOTO, command.photos)}.get(command.fact)
    if missing is not None and not missing[1]:
        return _lacking((missing[0],))
    wrong = _wrong_text(command.note) or _wrong_photos(command.photos)
    if wrong is not None:
        return wrong
    told = Particulars(note=command.note, photos=command.photos)
    return (following(ticket, TicketEvent(ticket=ticket.id, number=0, fact=command.fact, at=now, actor=actor.id, particulars=told)),)


def _stale(ticket: Ticket, history: Sequence[TicketEvent], command: MoveCommand) -> Refusal | None:
    if command.version == ticket.version:
        return None
    changed = tuple(history[command.version :]) if 0 <= command.version < ticket.version else ()
    told = "; ".join(f"{event.actor} {event.fact.value.replace('_', ' ')}" for event in changed)
    return Refusal(
        kind=RefusalKind.STALE,
        what=f"The ticket is at version {ticket.version}, not {command.version}" + (f": meanwhile {told}." if told else "."),
        fix="Look at it again, then decide.",
        changed=changed,
        version=ticket.version,
    )


def _fill(ticket: Ticket, row: Row, command: MoveCommand, actor: Actor, situation: Situation) -> Particulars | Refusal:
    """What the event will carry: what the command says, with what only one thing can be filled in."""
    wrong = _wrong_text(command.reason) or _wrong_text(command.note) or _wrong_photos(command.photos)
    if wrong is not None:
        return wrong
    told = Particulars(reason=command.reason or None, note=command.note or None, photos=command.photos)
    for need, choose in ((Need.STANDARD, _standard), (Need.UNIT, _unit), (Need.PERSON, _person)):
        if need in row.needs:
            chosen = choose(ticket, row, command, actor, situation)
            if isinstance(chosen, Refusal):
                return chosen
            told = msgspec.structs.replace(told, **chosen)
    given = {
        Need.REASON: told.reason, Need.NOTE: told.note, Need.PHOTO: told.photos,
        Need.STANDARD: told.standard, Need.UNIT: told.unit, Need.PERSON: told.person,
    }  # fmt: skip
    missing = tuple(need for need in row.needs if not given[need])
    return _lacking(missing) if missing else told


Chosen = dict[str, object] | Refusal


def _standard(ticket: Ticket, row: Row, command: MoveCommand, _actor: Actor, situation: Situation) -> Chosen:
    choices = standard_choices(ticket, row.move, situation.desk)
    if command.standard is None:
        return {"standard": choices[0]} if len(choices) == 1 else {}
    found = [choice for choice in choices if choice.condition == command.standard]
    if found:
        return {"standard": found[0]}
    known = "; ".join(choice.condition for choice in choices)
    return _incomplete(f"{command.standard!r} is not a standard to choose here.", f"Known: {known}.", Need.STANDARD)


def standard_choices(ticket: Ticket, move: Move, desk: Desk) -> tuple[Standard, ...]:
    """The standards that a move can name: accepting, those of the category; closing, the one that was accepted."""
    if move is Move.PASS and ticket.standard is not None:
        return (ticket.standard,)
    return desk.standards_of(ticket.opening.category, emergency=ticket.opening.life_safety)


def _unit(ticket: Ticket, _row: Row, command: MoveCommand, _actor: Actor, situation: Situation) -> Chosen:
    about, desk, now, loads = ticket.opening, situation.desk, situation.now, situation.loads
    if command.unit is None:
        route = desk.route(about.category, about.cell, about.position, now, loads)
    elif command.unit in desk.units:
        route = desk.route_within(command.unit, about.cell, about.position, now, loads)
    else:
        return _incomplete(f"There is no unit {command.unit!r}.", f"Known: {', '.join(sorted(desk.units))}.", Need.UNIT)
    if command.person is not None:
        wrong = _wrong_person(command.person, route.unit, desk)
        if wrong is not None:
            return wrong
    why = route.why if command.person is None else (f"The dispatcher chose {command.person}.",)
    return {"unit": route.unit, "person": command.person or route.person, "why": why}


def _person(ticket: Ticket, _row: Row, command: MoveCommand, actor: Actor, situation: Situation) -> Chosen:
    person = command.person
    if actor.kind is ActorKind.PERSON and actor.role is not Role.LEADER:
        if person not in (None, actor.id):
            return Refusal(
                kind=RefusalKind.FORBIDDEN, what=f"{actor.id} can take a ticket, not give it to {person}.", fix="Ask the leader."
            )
        return {"person": actor.id}
    person = person or ticket.assignee
    if person is None:
        return {}
    return _wrong_person(person, ticket.unit, situation.desk) or {"person": person}


def _wrong_person(person: str, unit: str | None, desk: Desk) -> Refusal | None:
    takers = [found.id for found in desk.takers(unit)]
    if person in takers:
        return None
    return _incomplete(f"{person!r} does not handle tickets in unit {unit}.", f"Known: {', '.join(takers) or 'nobody'}.", Need.PERSON)


def _wrong_text(text: str | None) -> Refusal | None:
    if text is None or len(text) <= LONGEST_TEXT:
        return None
    return _incomplete(f"A text of {len(text)} characters is too long.", f"Write at most {LONGEST_TEXT}.", Need.NOTE)


def _wrong_photos(photos: Sequence[str]) -> Refusal | None:
    if len(photos) > MOST_PHOTOS:
        return _incomplete(f"{len(photos)} photos are too many.", f"Send at most {MOST_PHOTOS}.", Need.PHOTO)
    wrong = [photo for photo in photos if EVIDENCE.fullmatch(photo) is None]
    if wrong:
        return _incomplete(f"{wrong[0]!r} is not a reference to a picture.", "Upload the picture, then use the reference.", Need.PHOTO)
    return None


def _lacking(missing: tuple[Need, ...]) -> Refusal:
    names = ", ".join(need.value for need in missing)
    return _incomplete(f"The command lacks: {names}.", " ".join(_WAYS[need] for need in missing), *missing)


def _incomplete(what: str, fix: str, *missing: Need) -> Refusal:
    return Refusal(kind=RefusalKind.INCOMPLETE, what=what, fix=fix, missing=missing)
