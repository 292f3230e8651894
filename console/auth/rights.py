"""What a caller may do with the API: rights by role for people, by scope for keys. Which rows, is :mod:`dispatch.actor`'s."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from config.people import Role
from streams.gateway.keys import Scope


class Right(StrEnum):
    """What the routes ask for; each route of the API names exactly one."""

    SELF = "self"
    READ_ALERTS = "read_alerts"
    ACKNOWLEDGE = "acknowledge"
    SILENCE = "silence"
    READ_TICKETS = "read_tickets"
    MOVE = "move"
    ADD_FACTS = "add_facts"
    UPLOAD = "upload"
    READ_EVIDENCE = "read_evidence"
    WATCH = "watch"
    TEACH = "teach"
    UNBLUR = "unblur"


_EVERYBODY = frozenset({Right.SELF, Right.READ_TICKETS, Right.MOVE, Right.ADD_FACTS, Right.UPLOAD, Right.READ_EVIDENCE, Right.WATCH})
_DESK = _EVERYBODY | {Right.READ_ALERTS, Right.ACKNOWLEDGE}
_STEERING = _DESK | {Right.SILENCE}
_LEADING = _STEERING | {Right.TEACH}

OF_ROLE: Mapping[Role, frozenset[Right]] = MappingProxyType(
    {
        Role.ACCEPTOR: _DESK,
        Role.DISPATCHER: _STEERING,
        Role.LEADER: _LEADING,
        Role.ADMIN: _LEADING | {Right.UNBLUR},
        Role.STAFF: _EVERYBODY,
        Role.COLLECTOR: _EVERYBODY,
    }
)
"""Rights by role. Which move is legal for whom is decided by the lifecycle's table, not here."""

OF_SCOPE: Mapping[Scope, frozenset[Right]] = MappingProxyType(
    {
        Scope.ALERTS_READ: frozenset({Right.SELF, Right.READ_ALERTS, Right.READ_EVIDENCE, Right.WATCH}),
        Scope.TICKETS_READ: frozenset({Right.SELF, Right.READ_TICKETS, Right.READ_EVIDENCE, Right.WATCH}),
        Scope.SILENCES_WRITE: frozenset({Right.SELF, Right.READ_ALERTS, Right.SILENCE}),
        Scope.TICKETS_WRITE: frozenset({Right.SELF, Right.ADD_FACTS, Right.UPLOAD}),
        Scope.OBSERVATIONS_WRITE: frozenset({Right.SELF}),
        Scope.FRAMES_WRITE: frozenset({Right.SELF}),
    }
)
"""Rights by a key's scope. No key may move a ticket: a move is answered for by a person."""


def rights_of_role(role: Role) -> frozenset[Right]:
    """What a person in a role may do."""
    return OF_ROLE[role]


def rights_of_scopes(scopes: frozenset[Scope]) -> frozenset[Right]:
    """What a key with these scopes may do."""
    return frozenset().union(*(OF_SCOPE[scope] for scope in scopes))
