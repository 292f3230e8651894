"""How notices of alerts are grouped: a tree of routes, as in Alertmanager; each alert takes the deepest first branch that it meets."""

from enum import StrEnum

import msgspec

from config.moment import SECOND, Micros
from dispatch.noise.matcher import Matcher, match_all
from dispatch.noise.subject import Subject

MINUTE: Micros = 60 * SECOND


class Manner(StrEnum):
    """Each event of a ticket its own notice at once, or one notice for the alerts of a group."""

    EACH = "each"
    GROUPED = "grouped"


class Route(msgspec.Struct, frozen=True, kw_only=True):
    """A branch, with what it inherits filled in.

    Attributes:
        name: unique in the tree.
        manner: each or grouped.
        matchers: which alerts; none: all that came so far.
        group_by: fields whose values make a group, beside the unit that is told.
        wait: from the first alert of a group to its first notice.
        interval: from a notice to the next one of the group, when something changed.
        repeat: after so long without a change it is said again while it fires.
        unit: who is told; ``None``: the unit of the ticket, else that of the alert.
        routes: branches, the first that is met is taken.
    """

    name: str
    manner: Manner = Manner.EACH
    matchers: tuple[Matcher, ...] = ()
    group_by: tuple[str, ...] = ()
    wait: Micros = 30 * SECOND
    interval: Micros = 5 * MINUTE
    repeat: Micros = 240 * MINUTE
    unit: str | None = None
    routes: "tuple[Route, ...]" = ()


DEFAULT = Route(name="default")
"""Without configuration every notice goes out by itself and at once."""


def route_of(route: Route, subject: Subject) -> Route:
    """The route of an alert."""
    branch = next((found for found in route.routes if match_all(found.matchers, subject.values)), None)
    return route if branch is None else route_of(branch, subject)


def route_named(route: Route, name: str) -> Route | None:
    """A route of the tree by its name."""
    if route.name == name:
        return route
    return next((found for branch in route.routes if (found := route_named(branch, name)) is not None), None)
