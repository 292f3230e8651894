"""The crew's phones: each person logs in and works through the public API, as the staff page does."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Self

import httpx
import msgspec
import structlog

from cityloop.demo.crew.decide import Case, Step, next_step
from cityloop.demo.crew.photo import photo
from config.moment import from_datetime, render
from config.people import Person, Role
from dispatch.lifecycle import Fact, Move, State
from streams.clock import Clock, system_clock

OPEN = (State.REPORTED, State.ACCEPTED, State.DISPATCHED, State.HANDLING, State.HANDLED, State.VERIFYING)
LOOK_SECONDS = 1.0
MOST = 100
"""Open tickets that are looked at in one round."""
log = structlog.get_logger(__name__)


class _Named(msgspec.Struct):
    id: str


class _Row(msgspec.Struct):
    """What the crew reads of a line of the list of tickets."""

    id: str
    version: int
    state: State
    changed_at: datetime
    life_safety: bool
    unit: _Named | None = None
    assignee: _Named | None = None


class _List(msgspec.Struct):
    items: tuple[_Row, ...]


class _Standard(msgspec.Struct):
    condition: str


class _Choices(msgspec.Struct):
    standards: tuple[_Standard, ...] = ()
    units: tuple[_Named, ...] = ()
    persons: tuple[_Named, ...] = ()


class _Detail(msgspec.Struct):
    """What a phone reads of a ticket before it makes a move."""

    choices: _Choices = msgspec.field(default_factory=_Choices)
    arrived_at: datetime | None = None


class Crew:
    """Everybody on duty, each with a phone of their own.

    Args:
        url: of the console.
        people: everybody.
        clock: the present.
        transport: what carries the requests; default is the network.
    """

    def __init__(
        self, url: str, people: Sequence[Person], clock: Clock = system_clock, transport: httpx.AsyncBaseTransport | None = None
    ) -> None:
        self._url, self._people, self._clock, self._transport = url, people, clock, transport
        self._phones: dict[str, httpx.AsyncClient] = {}
        self._arrived: set[str] = set()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        for phone in self._phones.values():
            await phone.aclose()

    async def run(self, stop: asyncio.Event) -> None:
        """Work until told to stop; a refusal or a console that is away is told in the log and tried again."""
        while not stop.is_set():
            try:
                await self.round()
            except httpx.HTTPError as error:
                log.warning("a phone could not do its work; trying again", reason=f"{type(error).__name__}: {error}")
            await asyncio.sleep(LOOK_SECONDS)

    async def round(self) -> None:
        """Look at the open tickets once, and take every step whose time has come.

        Raises:
            httpx.HTTPError: the console does not answer, or refuses what the table of moves allows.
        """
        watcher = await self._phone(next(person.id for person in self._people if person.role is Role.DISPATCHER))
        answer = await watcher.get("/v1/tickets", params={"state": [state.value for state in OPEN], "limit": MOST})
        answer.raise_for_status()
        for row in msgspec.json.decode(answer.content, type=_List).items:
            step = next_step(_case(row), self._people, frozenset(self._arrived), self._clock())
            if step is not None:
                await self._carry_out(step)

    async def _phone(self, person: str) -> httpx.AsyncClient:
        """A phone that is logged in; the session's cookie stays in it."""
        if person in self._phones:
            return self._phones[person]
        phone = httpx.AsyncClient(base_url=self._url, headers={"X-Requested-With": "cityloop"}, timeout=15, transport=self._transport)
        answer = await phone.post("/v1/session", json={"user": person, "password": password_of(person)})
        answer.raise_for_status()
        self._phones[person] = phone
        return phone

    async def _carry_out(self, step: Step) -> None:
        phone = await self._phone(step.person)
        if isinstance(step.act, Fact):
            answer = await phone.post(f"/v1/tickets/{step.ticket}/facts", json={"fact": step.act.value})
            if answer.is_success:
                self._arrived.add(step.ticket)
        else:
            body = await self._move(phone, step, step.act)
            answer = await phone.post(f"/v1/tickets/{step.ticket}/moves", json=body)
        if not answer.is_success:
            # Somebody else was faster, or the table of moves says no: the next round looks again.
            log.warning("a step was refused", person=step.person, act=step.act.value, status=answer.status_code, why=answer.text[:300])

    async def _move(self, phone: httpx.AsyncClient, step: Step, move: Move) -> Mapping[str, Any]:
        detail = await phone.get(f"/v1/tickets/{step.ticket}")
        detail.raise_for_status()
        choices = msgspec.json.decode(detail.content, type=_Detail).choices
        body: dict[str, Any] = {"move": move.value, "version": step.version}
        if step.note is not None:
            body["note"] = step.note
        if step.photo:
            body["photos"] = [await self._upload(phone, step.ticket)]
        if move in {Move.ACCEPT, Move.PASS} and choices.standards:
            body["standard"] = choices.standards[0].condition
        if move is Move.DISPATCH and choices.units:
            body["unit"] = choices.units[0].id
        if move is Move.ASSIGN:
            body["person"] = step.give_to
        return body

    async def _upload(self, phone: httpx.AsyncClient, ticket: str) -> str:
        picture = photo(ticket, render(self._clock()))
        answer = await phone.post("/v1/evidence", content=picture, headers={"Content-Type": "image/jpeg"})
        answer.raise_for_status()
        return str(answer.json()["reference"])


def password_of(person: str) -> str:
    """The demo's passwords, told on its start page; no other installation has them."""
    return f"demo-{person}"


def _case(row: _Row) -> Case:
    return Case(
        id=row.id,
        version=row.version,
        state=row.state,
        unit=None if row.unit is None else row.unit.id,
        assignee=None if row.assignee is None else row.assignee.id,
        changed_at=from_datetime(row.changed_at),
        life_safety=row.life_safety,
    )
