"""Laws of noise control: life safety passes, both books agree, the end of what is quiet brings everything back once, repeats change nothing."""

import asyncio
import tempfile
from collections import Counter
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, TypeVar

import msgspec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from config.moment import SECOND, Micros
from dispatch.actor import SYSTEM
from dispatch.alertcase import AlertState
from dispatch.delivery import Purpose
from dispatch.desk import Desk
from dispatch.noise.draft import SilenceDraft
from dispatch.noise.flapping import FlapPolicy, flapping_at
from dispatch.noise.inhibition import Inhibition
from dispatch.noise.matcher import Matcher, Operator
from dispatch.noise.matchertext import parse_matcher, render_matcher
from dispatch.noise.policy import NoisePolicy
from dispatch.noise.recurrence import WEEK, Recurrence, spans_around
from dispatch.noise.route import Manner, Route
from dispatch.noise.window import Window
from dispatch.noisequery import SilenceAdded, SilenceQuery
from dispatch.ports import CaseBook, NoiseBook
from dispatch.query import AlertQuery, TicketQuery
from dispatch.store.casebook import SqlCaseBook
from dispatch.store.engine import open_engine
from dispatch.store.migrate import upgrade
from dispatch.store.noisebook import SqlNoiseBook
from dispatch.verdict import SuppressionKind
from streams.alert import AlertEvent, Change, TicketPolicy
from tests.fakes.casebook import MemoryCaseBook
from tests.fakes.noisebook import MemoryNoiseBook, numbered
from tests.fakes.town import BIN, HOOK, NOON, PARKING, PEOPLE, RULES, SMOKE, Watch, actor, alert, town

DESK = Desk(town())
MINUTE: Micros = 60 * SECOND
Answer = TypeVar("Answer")

POLICY = NoisePolicy(
    windows=(Window(name="w", comment="c", cells=("B",), since=NOON + 10 * MINUTE, until=NOON + 20 * MINUTE),),
    inhibitions=(
        Inhibition(name="i", source=(parse_matcher("rule=bin-overflow"),), target=(parse_matcher('severity=~".+"'),), equal=("source",)),
    ),
    flapping=(FlapPolicy(episodes=3, within=20 * MINUTE, calm=15 * MINUTE),),
    route=Route(
        name="default",
        routes=(
            Route(name="g", manner=Manner.GROUPED, matchers=(parse_matcher("rule=illegal-parking"),), group_by=("zone",), wait=MINUTE),
        ),
    ),
)

alerts = st.builds(
    alert,
    st.sampled_from([PARKING, SMOKE, BIN]),
    event=st.sampled_from([Change.FIRING, Change.FIRING, Change.RESOLVED]),
    starts_at=st.integers(0, 3).map(lambda step: NOON + step * 4 * MINUTE),
    after=st.integers(0, 1).map(lambda step: step * SECOND),
    ticket=st.sampled_from([TicketPolicy.AUTO, TicketPolicy.AUTO, TicketPolicy.NONE]),
    source=st.sampled_from(["camera/1", "sensor/1"]),
    zone=st.sampled_from(["bay", "gate"]),
)
matchers = st.sampled_from(['rule=~".+"', "rule=illegal-parking", 'severity="minor"', "source=sensor/1", 'cell="9"', "unit=order"]).map(
    parse_matcher
)


class Laws(RuleBasedStateMachine):
    """A case book with noise control in memory, whatever is done to it."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.watch = Watch()
        self.memory = MemoryCaseBook(DESK, self.watch, webhook=HOOK, policy=POLICY)
        self.books: list[tuple[CaseBook, NoiseBook]] = [(self.memory, MemoryNoiseBook(self.memory, RULES))]
        self.events: list[AlertEvent] = []

    def teardown(self) -> None:
        """Let every silence and window be over, and everything settle; then close what was opened."""
        try:
            self.check_the_end()
        finally:
            self.close()
            self.loop.close()

    def close(self) -> None:
        """Close what was opened."""

    def wait(self, task: Coroutine[Any, Any, Answer]) -> Answer:
        """Run one task to its end."""
        return self.loop.run_until_complete(task)

    def both(self, ask: Callable[[CaseBook, NoiseBook], Coroutine[Any, Any, Answer]]) -> Answer:
        """Ask every book the same; they must answer alike."""
        one, *others = [self.wait(ask(book, noise)) for book, noise in self.books]
        assert all(other == one for other in others)
        return one

    @rule(event=alerts, seconds=st.integers(0, 300))
    def take(self, event: AlertEvent, seconds: int) -> None:
        """An alert changes."""
        self.watch.forward(seconds)
        self.events.append(event)
        before, notices = self.memory.cases.get(event.id), len(self.memory.deliveries)
        case = self.both(lambda book, _: book.take_alert(event))
        if case.suppressed_by and (before is None or before.ticket is None):
            assert (case.ticket, len(self.memory.deliveries)) == (None, notices)

    @rule(data=st.data())
    def repeat(self, data: st.DataObject) -> None:
        """A record comes once more: nothing changes, whenever that is."""
        if self.events:
            event = data.draw(st.sampled_from(self.events))
            head = self.both(lambda book, _: book.feed_head())
            self.both(lambda book, _: book.take_alert(event))
            assert self.both(lambda book, _: book.feed_head()) == head

    @rule(
        wanted=st.lists(matchers, min_size=1, max_size=2),
        person=st.sampled_from([*PEOPLE]),
        start=st.integers(0, 5),
        length=st.integers(1, 30),
    )
    def silence(self, wanted: list[Matcher], person: str, start: int, length: int) -> None:
        """Somebody wants a silence."""
        begin = self.watch.now + start * MINUTE
        draft = SilenceDraft(matchers=tuple(wanted), comment="c", starts_at=begin, ends_at=begin + length * MINUTE)
        self.both(lambda _, noise: noise.add_silence(actor(person), draft))

    @rule(data=st.data(), person=st.sampled_from([*PEOPLE]))
    def expire(self, data: st.DataObject, person: str) -> None:
        """Somebody ends one, perhaps one that is over or not theirs."""
        page = self.both(lambda _, noise: noise.silences(SYSTEM, SilenceQuery()))
        if page.items:
            name = data.draw(st.sampled_from([one.id for one in page.items]))
            self.both(lambda _, noise: noise.expire_silence(actor(person), name))

    @rule(seconds=st.integers(0, 600))
    def settle(self, seconds: int) -> None:
        """Time passes, and timers go off; a second look at the same instant finds nothing to do."""
        self.watch.forward(seconds)
        self.both(lambda _, noise: noise.settle())
        again = self.both(lambda _, noise: noise.settle())
        assert (again.judged, again.notices) == (0, 0)

    @rule(person=st.sampled_from([*PEOPLE]))
    def look(self, person: str) -> None:
        """Everything that can be asked is answered alike."""
        who = actor(person)
        self.both(lambda _, noise: noise.silences(who, SilenceQuery(limit=3)))
        self.both(lambda _, noise: noise.preview(who, (parse_matcher('rule=~".+"'),)))
        self.both(lambda book, _: book.alerts(who, AlertQuery(suppressed=True)))
        self.both(lambda book, _: book.tickets(who, TicketQuery()))
        self.both(lambda book, _: book.summary(who))
        self.both(lambda _, noise: noise.census())
        self.both(lambda _, noise: noise.next_at())

    @invariant()
    def life_safety_is_never_quiet(self) -> None:
        """No smoke alarm is suppressed or grouped; each has its ticket as soon as it fires, and each ticket of one its notice at once."""
        for case in self.memory.cases.values():
            if case.latest.life_safety:
                assert (case.suppressed_by, case.group) == ((), None)
                fires = case.state is AlertState.FIRING and case.latest.ticket is not TicketPolicy.NONE
                assert case.ticket is not None or not fires

    @invariant()
    def what_is_quiet_has_a_reason_and_the_rest_its_ticket(self) -> None:
        """An alert that fires and asks for a ticket has one, unless something keeps it quiet."""
        for case in self.memory.cases.values():
            if case.state is AlertState.FIRING and case.latest.ticket is TicketPolicy.AUTO and case.ticket is None:
                assert case.suppressed_by

    def pass_hours(self) -> None:
        """Every silence, window and flapping is over."""
        for _ in range(2):
            self.watch.forward(3600)
            self.both(lambda _, noise: noise.settle())

    def check_the_end(self) -> None:
        """When nothing is quiet any more, every alert that fires has its ticket, and no alert was told twice as new."""
        self.pass_hours()
        reasons = {found.kind for case in self.memory.cases.values() if case.state is AlertState.FIRING for found in case.suppressed_by}
        assert reasons <= {SuppressionKind.INHIBITION}
        for source in ("camera/1", "sensor/1"):
            for zone in ("bay", "gate"):
                for start in range(4):
                    end = alert(BIN, event=Change.RESOLVED, starts_at=NOON + start * 4 * MINUTE, after=2 * SECOND, source=source, zone=zone)
                    self.both(lambda book, _, end=end: book.take_alert(end))  # type: ignore[misc]
        self.pass_hours()
        for case in self.memory.cases.values():
            if case.state is AlertState.FIRING:
                assert case.suppressed_by == ()
                assert case.ticket is not None or case.latest.ticket is TicketPolicy.NONE
        tickets = Counter(event.ticket for event in self.memory.deliveries.values() if event.purpose is Purpose.DISPATCHED)
        assert all(count == 1 for count in tickets.values())
        for delivery in self.memory.deliveries.values():
            if delivery.purpose is Purpose.GROUP:
                told = [one["alert"] for one in msgspec.json.decode(delivery.body)["data"]["alerts"]]
                assert len(told) == len(set(told)) > 0


class Twins(Laws):
    """The same beside a database, which must answer alike."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.engine = open_engine(f"sqlite:///{Path(self.folder.name) / 'x.db'}")
        book = SqlCaseBook(self.engine, DESK, self.watch, webhook=HOOK, policy=POLICY)
        noise = SqlNoiseBook(self.engine, DESK, self.watch, webhook=HOOK, policy=POLICY, rules=RULES, draw=numbered())
        self.books.append((book, noise))

    @initialize()
    def make_tables(self) -> None:
        """The schema."""
        self.wait(upgrade(self.engine))

    def close(self) -> None:
        """Close the database."""
        self.wait(self.engine.dispose())
        self.folder.cleanup()


SLOW = [HealthCheck.too_slow]
TestLaws = Laws.TestCase
TestLaws.settings = settings(max_examples=60, stateful_step_count=20, deadline=None, suppress_health_check=SLOW)
TestTwins = Twins.TestCase
TestTwins.settings = settings(max_examples=5, stateful_step_count=20, deadline=None, suppress_health_check=SLOW)


@given(st.lists(st.integers(0, 200), max_size=30), st.integers(0, 250), st.randoms())
@settings(max_examples=60, deadline=None)
def test_flapping_is_a_function_of_the_set_of_starts(starts: list[int], now: int, chance: Any) -> None:
    """Whatever order they came in, and however often each; and what is told holds at the instant."""
    policy = FlapPolicy(episodes=3, within=10, calm=15)
    shuffled = [*starts, *starts[:3]]
    chance.shuffle(shuffled)
    found = flapping_at(policy, starts, now)
    assert flapping_at(policy, shuffled, now) == found
    if found is not None:
        assert found.since <= now < found.until
        assert found.since in starts
        full = [start for start in set(starts) if found.since - policy.within < start <= found.since]
        assert len(full) >= policy.episodes


@given(
    st.builds(
        Recurrence, zone=st.sampled_from(["Asia/Shanghai", "Europe/Berlin", "America/St_Johns"]), start=st.times(), end=st.times(),
        days=st.lists(st.sampled_from(WEEK), unique=True).map(tuple),
    ),
    st.integers(NOON, NOON + 400 * 86_400 * SECOND),
)  # fmt: skip
@settings(max_examples=60, deadline=None)
def test_hours_that_come_back_are_found_from_wherever_one_looks(hours: Recurrence, now: Micros) -> None:
    """The first span from an instant on is the first from just before it ends as well, and lasts at most a day and an hour."""
    first = spans_around(hours, now)[0]
    assert first.end > now
    assert spans_around(hours, first.end - 1)[0] == first
    assert 0 < first.end - first.start <= 25 * 3600 * SECOND


@given(
    st.builds(Matcher, field=st.sampled_from(["rule", "labels.x", "group.a-b"]), operator=st.sampled_from(list(Operator)), value=st.text())
)
@settings(max_examples=60, deadline=None)
def test_a_matcher_is_read_back_as_it_was_written(matcher: Matcher) -> None:
    """Whatever its value."""
    assert parse_matcher(render_matcher(matcher)) == matcher


def test_a_silence_that_was_made_is_the_same_in_both_books() -> None:
    """The ids that a test draws come in order."""
    book = MemoryCaseBook(DESK, Watch(), webhook=HOOK)
    made = asyncio.run(
        MemoryNoiseBook(book).add_silence(SYSTEM, SilenceDraft(matchers=(parse_matcher("rule=x"),), comment="c", ends_at=NOON + MINUTE))
    )
    assert isinstance(made, SilenceAdded)
    assert made.silence.id == "silence-1"
