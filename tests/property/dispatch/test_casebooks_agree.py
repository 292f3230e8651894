"""Whatever is done to them, the case book in memory and the one in a database answer alike."""

import asyncio
import tempfile
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, TypeVar

import msgspec
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from config.moment import SECOND
from dispatch.actor import SYSTEM
from dispatch.command import FactCommand, MoveCommand
from dispatch.desk import Desk
from dispatch.event import broken_link
from dispatch.lifecycle import Fact, Move
from dispatch.ports import CaseBook
from dispatch.query import AlertQuery, TicketQuery
from dispatch.refusal import Refusal
from dispatch.store.casebook import SqlCaseBook
from dispatch.store.engine import open_engine
from dispatch.store.migrate import upgrade
from dispatch.ticket import Ticket, fold
from streams.alert import AlertEvent, Change, TicketPolicy
from tests.fakes.casebook import MemoryCaseBook
from tests.fakes.town import BIN, HOOK, NOON, PARKING, PEOPLE, PHOTO, SMOKE, Watch, actor, alert, town

DESK = Desk(town())
Answer = TypeVar("Answer")
PICTURES = (PHOTO, *(f"evidence:sha256/{digit * 64}" for digit in "12"))

people = st.sampled_from([*PEOPLE])
alerts = st.builds(
    alert,
    st.sampled_from([PARKING, SMOKE, BIN]),
    event=st.sampled_from(list(Change)),
    starts_at=st.integers(0, 3).map(lambda hour: NOON + hour * 3600 * SECOND),
    after=st.integers(0, 2).map(lambda step: step * SECOND),
    ticket=st.sampled_from(list(TicketPolicy)),
    source=st.sampled_from(["camera/1", "sensor/1"]),
    evidence=st.lists(st.sampled_from(PICTURES[1:]), max_size=2).map(tuple),
)


class Twins(RuleBasedStateMachine):
    """Two case books, one clock, the same commands."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.loop = asyncio.new_event_loop()
        self.watch = Watch()
        self.memory: CaseBook = MemoryCaseBook(DESK, self.watch, webhook=HOOK)
        self.engine = open_engine(f"sqlite:///{Path(self.folder.name) / 'x.db'}")
        self.sql: CaseBook = SqlCaseBook(self.engine, DESK, self.watch, webhook=HOOK)
        self.known: dict[str, Ticket] = {}

    @initialize()
    def make_tables(self) -> None:
        """The schema."""
        self.wait(upgrade(self.engine))

    def teardown(self) -> None:
        """Close what was opened."""
        self.wait(self.engine.dispose())
        self.loop.close()
        self.folder.cleanup()

    def wait(self, task: Coroutine[Any, Any, Answer]) -> Answer:
        """Run one task to its end."""
        return self.loop.run_until_complete(task)

    def both(self, ask: Callable[[CaseBook], Coroutine[Any, Any, Answer]]) -> Answer:
        """Ask both the same; they must answer alike."""
        one, other = self.wait(ask(self.memory)), self.wait(ask(self.sql))
        assert one == other
        return one

    @rule(event=alerts, seconds=st.integers(0, 7200))
    def take(self, event: AlertEvent, seconds: int) -> None:
        """An alert changes, perhaps not for the first time."""
        self.watch.forward(seconds)
        case = self.both(lambda book: book.take_alert(event))
        if case.ticket is not None:
            detail = self.both(lambda book: book.ticket(SYSTEM, str(case.ticket)))
            assert detail is not None
            self.known[detail.ticket.id] = detail.ticket

    @precondition(lambda self: self.known)
    @rule(
        data=st.data(), person=people, move=st.sampled_from(list(Move)), late=st.sampled_from([0, 0, 0, 1]), to=st.none() | people,
        unit=st.sampled_from([None, "order", "crew", "fire"]), standard=st.sampled_from([None, "bin full"]), complete=st.booleans(),
    )  # fmt: skip
    def move(self, data: st.DataObject, person: str, move: Move, late: int, complete: bool, **fields: str | None) -> None:
        """Somebody tries a move, mostly on the present version."""
        ticket = self.known[data.draw(st.sampled_from(sorted(self.known)))]
        command = MoveCommand(
            ticket=ticket.id, move=move, version=ticket.version - late, person=fields["to"], unit=fields["unit"], standard=fields["standard"],
            reason="because" if complete else None, note="done" if complete else None, photos=(PHOTO,) if complete else (),
        )  # fmt: skip
        self.watch.forward(1)
        self.remember(self.both(lambda book: book.act(actor(person), command)))

    @precondition(lambda self: self.known)
    @rule(data=st.data(), person=people, fact=st.sampled_from(list(Fact)))
    def add(self, data: st.DataObject, person: str, fact: Fact) -> None:
        """Somebody adds to a story."""
        command = FactCommand(ticket=data.draw(st.sampled_from(sorted(self.known))), fact=fact, note="x", photos=(PHOTO,))
        self.watch.forward(1)
        self.remember(self.both(lambda book: book.add_fact(actor(person), command)))

    @rule(data=st.data(), person=people)
    def acknowledge(self, data: st.DataObject, person: str) -> None:
        """Somebody acknowledges an alert, perhaps one that is out of their sight."""
        page = self.wait(self.memory.alerts(SYSTEM, AlertQuery()))
        if page.items:
            chosen = data.draw(st.sampled_from([case.id for case in page.items]))
            self.both(lambda book: book.acknowledge_alert(actor(person), chosen))

    @rule(person=people, picture=st.sampled_from(PICTURES))
    def upload(self, person: str, picture: str) -> None:
        """Somebody uploads a picture, perhaps one that is there."""
        self.both(lambda book: book.note_upload(actor(person), picture))

    @rule(person=people)
    def look(self, person: str) -> None:
        """Somebody looks at everything they may see."""
        who = actor(person)
        self.both(lambda book: book.alerts(who, AlertQuery(limit=3)))
        self.both(lambda book: book.tickets(who, TicketQuery(limit=3)))
        self.both(lambda book: book.summary(who))
        self.both(lambda book: book.feed(who, 5, 20))
        for picture in PICTURES:
            self.both(lambda book, picture=picture: book.evidence_visible(who, picture))  # type: ignore[misc]
        for ticket in self.known:
            self.both(lambda book, ticket=ticket: book.ticket(who, ticket))  # type: ignore[misc]

    @invariant()
    def histories_are_sound(self) -> None:
        """Each ticket is the fold of an unbroken chain."""
        for ticket in self.known:
            detail = self.wait(self.sql.ticket(SYSTEM, ticket))
            assert detail is not None
            assert fold(detail.events) == detail.ticket == self.known[ticket]
            assert broken_link(detail.events) is None

    @invariant()
    def every_ticket_belongs_to_its_alerts(self) -> None:
        """An alert names the ticket that names it, and no ticket is without alert."""
        cases = self.wait(self.memory.alerts(SYSTEM, AlertQuery(limit=500))).items
        named = {(case.id, case.ticket) for case in cases if case.ticket is not None}
        assert named == {(found, ticket.id) for ticket in self.known.values() for found in ticket.alerts}

    def remember(self, answer: Ticket | Refusal) -> None:
        """Keep the newest version."""
        if isinstance(answer, Ticket):
            self.known[answer.id] = answer


TestTwins = Twins.TestCase
TestTwins.settings = settings(max_examples=15, stateful_step_count=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def test_a_ticket_survives_its_encoding() -> None:
    """What a row's JSON holds is the ticket, to the last field."""
    book = MemoryCaseBook(DESK, Watch(), webhook=HOOK)
    case = asyncio.run(book.take_alert(alert(SMOKE)))
    detail = asyncio.run(book.ticket(SYSTEM, case.ticket or ""))
    assert detail is not None
    assert msgspec.json.decode(msgspec.json.encode(detail.ticket), type=Ticket) == detail.ticket
