"""Who may do what with a ticket now."""

from collections.abc import Callable, Mapping

import msgspec

from config.people import Role
from dispatch.actor import Actor, ActorKind
from dispatch.lifecycle import Holder, Move, Need, Row, State, rows_from
from dispatch.ticket import Ticket


class LegalMove(msgspec.Struct, frozen=True, kw_only=True):
    """A move that an actor may make now.

    Attributes:
        move: what to do.
        to: where the ticket stands afterwards.
        needs: what the command must bring along.
    """

    move: Move
    to: State
    needs: tuple[Need, ...]


def legal_moves(ticket: Ticket, actor: Actor) -> tuple[LegalMove, ...]:
    """Every move that the table, the roles and the separation of duties allow an actor now."""
    return tuple(
        LegalMove(move=row.move, to=row.to, needs=row.needs) for row in rows_from(ticket.state) if objection(ticket, row, actor) is None
    )


def objection(ticket: Ticket, row: Row, actor: Actor) -> str | None:
    """Why an actor may not make a move of the table, one sentence; ``None`` when nothing stands against it."""
    if actor.id in ticket.barred.get(row.move, ()):
        return f"{actor.id} was given this ticket back, so somebody else must {_words(row.move)} it."
    if row.move is Move.WITHDRAW and ticket.withdrawal_offered_at is None:
        return "A ticket can be withdrawn only after its alert has cleared by itself before dispatch."
    if actor.kind is ActorKind.SYSTEM:
        return None
    if actor.role not in row.roles:
        return f"{_words(row.move)} is for {_roles(row)}, and {actor.id} is {actor.role.value if actor.role else 'nobody'}."
    return _HOLDERS[row.holder](ticket, actor)


def _anyone(_ticket: Ticket, _actor: Actor) -> str | None:
    return None


def _unit(ticket: Ticket, actor: Actor) -> str | None:
    return None if actor.answers_for(ticket.unit) else f"The ticket belongs to unit {ticket.unit}, and {actor.id} to {actor.unit}."


def _taker(ticket: Ticket, actor: Actor) -> str | None:
    """A leader gives it to anybody of the unit; staff take what was proposed to them, or what was proposed to nobody."""
    outside = _unit(ticket, actor)
    if outside is not None or actor.role is Role.LEADER or ticket.assignee in (None, actor.id):
        return outside
    return f"The ticket was proposed to {ticket.assignee}; {actor.id} may take it when a leader gives it."


def _assignee(ticket: Ticket, actor: Actor) -> str | None:
    return None if actor.id == ticket.assignee else f"The ticket is in the hands of {ticket.assignee}, not of {actor.id}."


def _not_handler(ticket: Ticket, actor: Actor) -> str | None:
    return f"{actor.id} handled this ticket, so somebody else must verify it." if actor.id in ticket.handlers else None


_HOLDERS: Mapping[Holder, Callable[[Ticket, Actor], str | None]] = {
    Holder.ANYONE: _anyone,
    Holder.UNIT: _unit,
    Holder.TAKER: _taker,
    Holder.ASSIGNEE: _assignee,
    Holder.NOT_HANDLER: _not_handler,
}


def _words(move: Move) -> str:
    return move.value.replace("_", " ")


def _roles(row: Row) -> str:
    return " or ".join(sorted(role.value for role in row.roles))
