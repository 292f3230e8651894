"""Units, persons and who is on duty when."""

from enum import StrEnum

import msgspec

from config.moment import Micros


class Role(StrEnum):
    """What a person may do in the closed loop."""

    ACCEPTOR = "acceptor"
    DISPATCHER = "dispatcher"
    LEADER = "leader"
    STAFF = "staff"
    COLLECTOR = "collector"
    ADMIN = "admin"


class Confirm(StrEnum):
    """Who confirms a result on behalf of the unit before it is verified: its leader, or the unit's policy at once."""

    LEADER = "leader"
    AUTO = "auto"


class Unit(msgspec.Struct, frozen=True, kw_only=True):
    """A department or crew that handles tickets.

    Attributes:
        id: short name used in configuration.
        name: shown to people.
        parent: the unit above it, whose people see its tickets.
        webhook: where its dispatch notices go; ``None`` for the city's default.
        confirm: who confirms results for the unit.
    """

    id: str
    name: str
    parent: str | None = None
    webhook: str | None = None
    confirm: Confirm = Confirm.LEADER


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """A member of staff.

    Attributes:
        id: login name.
        name: shown to people.
        unit: id of the unit.
        role: what the person may do.
        phone: for notices; kept out of logs.
        lon: home position in degrees, for distance when several are on duty.
        lat: as above.
    """

    id: str
    name: str
    unit: str
    role: Role
    phone: str | None = None
    lon: float | None = None
    lat: float | None = None


class Duty(msgspec.Struct, frozen=True, kw_only=True):
    """One roster entry: a person is on duty in [start, end) for a cell and everything in it.

    Attributes:
        person: login name.
        cell: code of a cell of any layer.
        start: daily start ``HH:MM`` in the city's zone, or an instant (``since``/``until``) for single shifts.
        end: daily end ``HH:MM``; equal to ``start`` means round the clock; before ``start`` means past midnight.
        days: ``mon`` ... ``sun``; empty means every day.
        since: the entry holds from this instant on.
        until: the entry holds before this instant.
    """

    person: str
    cell: str
    start: str = "00:00"
    end: str = "00:00"
    days: tuple[str, ...] = ()
    since: Micros | None = None
    until: Micros | None = None


class Responsibility(msgspec.Struct, frozen=True, kw_only=True):
    """Who answers for a category in a cell: the most specific row wins (cell before parent cells, category before ``*``)."""

    category: str
    cell: str
    unit: str
