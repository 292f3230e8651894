"""A town small enough to know by heart, for tests of dispatch and console.

City ``9`` holds the street ``91`` with the base cells ``A`` (west, longitudes 0 to 1) and ``B`` (east, 1 to 2), latitudes 0 to 1;
``A1`` is an exclusive micro cell in the middle of ``A``. Unit ``centre`` is above ``order`` and ``fire``; ``crew`` is below ``order``.
"""

from collections.abc import Mapping
from typing import Any

from config.catalogue import Catalogue
from config.kinds import Text
from config.matters import Calendar, Category, ClockType, Standard
from config.moment import SECOND, Micros, parse
from config.people import Confirm, Duty, Person, Responsibility, Role, Unit
from config.places import Cell, Layer
from config.sources import Camera, Device, Zone
from dispatch.actor import Actor, actor_of
from dispatch.noise.policy import RuleFact
from streams.alert import AlertEvent, Change, Severity, TicketPolicy
from streams.ids import alert_id, event_id

NOON: Micros = parse("2026-03-04T12:00:00+08:00")
"""A Wednesday, the present of most tests."""

PARKING, SMOKE, BIN = "09009", "10999", "06042"
PHOTO = "evidence:sha256/" + "ab" * 32
HOOK = "http://127.0.0.1:9/hook"


def _square(west: float, south: float, east: float, north: float) -> dict[str, Any]:
    return {"type": "Polygon", "coordinates": [[[west, south], [east, south], [east, north], [west, north], [west, south]]]}


CELLS = {
    cell.code: cell
    for cell in (
        Cell(code="9", layer=Layer.CITY, parent=None, name="Town", geometry=_square(0, 0, 2, 1)),
        Cell(code="91", layer=Layer.STREET, parent="9", name="Long Street", geometry=_square(0, 0, 2, 1)),
        Cell(code="A", layer=Layer.CELL, parent="91", name="West", geometry=_square(0, 0, 1, 1)),
        Cell(code="B", layer=Layer.CELL, parent="91", name="East", geometry=_square(1, 0, 2, 1)),
        Cell(code="A1", layer=Layer.MICRO, parent="A", name="West House 1", geometry=_square(0.4, 0.4, 0.6, 0.6)),
    )
}

UNITS = {
    unit.id: unit
    for unit in (
        Unit(id="centre", name="Centre"),
        Unit(id="order", name="Street Order", parent="centre"),
        Unit(id="crew", name="Night Crew", parent="order", confirm=Confirm.AUTO),
        Unit(id="fire", name="Fire Point", parent="centre", webhook="http://127.0.0.1:9/fire"),
    )
}

PEOPLE = {
    person.id: person
    for person in (
        Person(id="root", name="Root", unit="centre", role=Role.ADMIN),
        Person(id="ann", name="Ann", unit="centre", role=Role.ACCEPTOR),
        Person(id="abe", name="Abe", unit="centre", role=Role.ACCEPTOR),
        Person(id="dora", name="Dora", unit="centre", role=Role.DISPATCHER),
        Person(id="dan", name="Dan", unit="centre", role=Role.DISPATCHER),
        Person(id="lee", name="Lee", unit="order", role=Role.LEADER),
        Person(id="sam", name="Sam", unit="order", role=Role.STAFF, lon=0.1, lat=0.1),
        Person(id="sue", name="Sue", unit="order", role=Role.STAFF, lon=0.5, lat=0.5),
        Person(id="nat", name="Nat", unit="crew", role=Role.STAFF),
        Person(id="finn", name="Finn", unit="fire", role=Role.STAFF),
        Person(id="flo", name="Flo", unit="fire", role=Role.LEADER),
        Person(id="cora", name="Cora", unit="centre", role=Role.COLLECTOR),
        Person(id="carl", name="Carl", unit="centre", role=Role.COLLECTOR),
    )
}

ROSTER = (
    Duty(person="sam", cell="91", start="08:00", end="20:00"),
    Duty(person="sue", cell="91", start="08:00", end="20:00"),
    Duty(person="lee", cell="9"),
    Duty(person="nat", cell="9", start="20:00", end="08:00"),
    Duty(person="finn", cell="9"),
)


_WHOLE = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))
PUPILS = {
    "camera/1": Camera(
        id="camera/1",
        zones=(
            Zone(id="bin", scene="bin_overflow", polygon=_WHOLE),
            Zone(id="front", scene="street_drying", polygon=_WHOLE),
            Zone(id="bay", scene="illegal_parking", polygon=_WHOLE),
        ),
        name="Gate",
        lon=0.5,
        lat=0.5,
    )
}
"""The town's camera with zones to teach: unit ``order`` answers for bins, and no rule looks at drying."""


def town(**changes: object) -> Catalogue:
    """The town; keyword arguments replace whole tables."""
    tables: dict[str, Any] = {
        "name": "Town",
        "zone": "Asia/Shanghai",
        "kinds": {},
        "categories": {
            PARKING: Category(standard_ref="x", kind="matter", code=PARKING, zh="乱停放", en="Illegal parking", emergency=False),
            SMOKE: Category(standard_ref="x", kind="matter", code=SMOKE, zh="烟感", en="Smoke alarm", emergency=True),
            BIN: Category(standard_ref="x", kind="matter", code=BIN, zh="满溢", en="Bin overflowing", emergency=False),
        },
        "standards": (
            Standard(
                code=PARKING, condition="parked illegally", limit=3, clock=ClockType.URGENT_HOUR, closing_condition="moved", source="x"
            ),
            Standard(
                code=SMOKE, condition="smoke at home", limit=30, clock=ClockType.URGENT_MINUTE, closing_condition="visited", source="x"
            ),
            Standard(code=BIN, condition="bin full", limit=4, clock=ClockType.WORK_HOUR, closing_condition="emptied", source="x"),
            Standard(code=BIN, condition="waste beside it", limit=2, clock=ClockType.WORK_HOUR, closing_condition="swept", source="x"),
        ),
        "calendar": Calendar(),
        "cells": CELLS,
        "units": UNITS,
        "people": PEOPLE,
        "roster": ROSTER,
        "responsibilities": (
            Responsibility(category=PARKING, cell="9", unit="order"),
            Responsibility(category=BIN, cell="9", unit="order"),
            Responsibility(category=SMOKE, cell="9", unit="fire"),
            Responsibility(category="*", cell="9", unit="centre"),
        ),
        "cameras": {"camera/1": Camera(id="camera/1", zones=(), name="Gate", lon=0.5, lat=0.5)},
        "devices": {
            f"sensor/{number}": Device(
                id=f"sensor/{number}",
                adapter="zigbee2mqtt",
                address=f"smoke-{number}",
                kinds=("smoke",),
                name=f"Flat {number}",
                lon=1.5,
                lat=0.5,
            )
            for number in range(1, 4)
        },
        "rule_files": (),
    }
    return Catalogue(**(tables | changes))


def actor(person: str) -> Actor:
    """Somebody of the town."""
    return actor_of(PEOPLE[person], UNITS)


_KINDS: Mapping[str, Mapping[str, Any]] = {
    PARKING: {"rule": "illegal-parking", "source": "camera/1", "zone": "bay", "severity": Severity.MINOR},
    SMOKE: {"rule": "smoke-alarm", "source": "sensor/1", "severity": Severity.CRITICAL, "life_safety": True},
    BIN: {"rule": "bin-overflow", "source": "camera/1", "zone": "bin", "severity": Severity.MINOR},
}


RULES = tuple(
    RuleFact(name=str(kind["rule"]), life_safety=bool(kind.get("life_safety")), severity=str(kind["severity"]), category=category)
    for category, kind in _KINDS.items()
)
"""What noise control knows of the town's rules."""


def alert(
    category: str = PARKING, *, event: Change = Change.FIRING, starts_at: Micros = NOON, after: Micros = 0,
    ticket: TicketPolicy = TicketPolicy.AUTO, **changes: object,
) -> AlertEvent:  # fmt: skip
    """A change of an alert of a category, ``after`` microseconds into its episode; equal arguments give equal ids."""
    kind = dict(_KINDS[category]) | changes
    group = {"source": kind["source"], "zone": kind.get("zone")}
    episode, at = alert_id(str(kind["rule"]), group, starts_at), starts_at + after
    fields: dict[str, Any] = {
        "event_id": event_id(episode, event.value, at), "event": event, "at": at, "id": episode, "rule_version": "1", "group": group,
        "ticket": ticket, "category": category, "starts_at": starts_at, "fired_at": starts_at, "last_seen": at, "count": 1,
        "summary": Text(en="Trouble at {place}", zh="{place} 有情况"), "why": {"all": ["value == true"]}, "detected_at": at,
        "ends_at": at if event is Change.RESOLVED else None,
    }  # fmt: skip
    return AlertEvent(**(fields | kind))


class Watch:
    """A clock that goes only when told to; call it to read it."""

    def __init__(self, now: Micros = NOON) -> None:
        self.now = now

    def __call__(self) -> Micros:
        """The present."""
        return self.now

    def forward(self, seconds: float) -> None:
        """Let time pass."""
        self.now += round(seconds * SECOND)
