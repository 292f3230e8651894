"""A run of the demo without faults, made by hand, for tests that put faults in: each observation fires one alert with one ticket and one notice."""

from collections.abc import Sequence

import msgspec

from cityloop.demo.hooks.receiver import Call
from cityloop.demo.tally.judge import Proof, expected_notices
from cityloop.demo.tally.refold import Expected
from config.kinds import Text
from config.moment import SECOND, Micros
from dispatch.event import Opening, Particulars, TicketEvent
from dispatch.lifecycle import Fact
from dispatch.ticket import Ticket, apply, following
from streams.alert import AlertEvent, Change, Severity, TicketPolicy
from streams.codec import ENVELOPE_HEADERS, encode_envelope
from streams.envelope import Envelope
from streams.fold import Record
from streams.journal import Noted
from streams.observation import Observation
from streams.topics import ALERTS, OBSERVATIONS

T: Micros = 1_760_000_000 * SECOND
HOOK = "http://127.0.0.1:1/hooks"
PARTITIONS = 2


def observed(number: int, at: Micros) -> Record:
    """The record of one observation; even numbers lie in partition 0, odd ones in 1, at consecutive offsets."""
    found = Observation(id=f"o{number}", source=f"sensor/smoke-{number}", kind="smoke", at=at, value=True, received_at=at + 1_000)
    return Record(
        topic=OBSERVATIONS, partition=number % PARTITIONS, offset=number // PARTITIONS, timestamp=at + 2_000, key=b"k",
        value=encode_envelope(Envelope(sent_at=at, writer="gateway-1", observations=(found,))),
        headers={name: bytes(text) for name, text in ENVELOPE_HEADERS.items()},
    )  # fmt: skip


def fired(number: int, at: Micros) -> AlertEvent:
    """The alert that an observation fires."""
    return AlertEvent(
        event_id=f"e{number}", event=Change.FIRING, at=at, id=f"a{number}", rule="smoke-alarm", rule_version="v",
        group={"source": f"sensor/smoke-{number}"}, severity=Severity.CRITICAL, ticket=TicketPolicy.AUTO, starts_at=at, fired_at=at,
        last_seen=at, count=1, summary=Text(en="Smoke", zh="烟"), why={}, detected_at=at, source=f"sensor/smoke-{number}", category="10999",
    )  # fmt: skip


def published(event: AlertEvent, offset: int, at: Micros) -> Record:
    """An alert's change on its topic."""
    return Record(topic=ALERTS, partition=0, offset=offset, timestamp=at, key=b"a", value=msgspec.json.encode(event), headers={})


def history(name: str, cause: str, at: Micros) -> list[TicketEvent]:
    """The events of an automatic ticket: reported, accepted, dispatched, one millisecond apart."""
    about = Opening(category="10999", severity=Severity.CRITICAL, summary=Text(en="Smoke", zh="烟"), life_safety=True)
    told = {
        Fact.REPORTED: Particulars(opening=about, alert=cause),
        Fact.ACCEPTED: Particulars(),
        Fact.DISPATCHED: Particulars(unit="fire", person="staff"),
    }
    ticket: Ticket | None = None
    events: list[TicketEvent] = []
    for step, (fact, particulars) in enumerate(told.items()):
        event = TicketEvent(ticket=name, number=0, fact=fact, at=at + step * 1_000, actor="system", particulars=particulars)
        events.append(following(ticket, event))
        ticket = apply(ticket, events[-1])
    return events


def called(proof: Proof, events: Sequence[TicketEvent], at: Micros) -> list[Call]:
    """The webhooks that follow from a ticket's events."""
    ids = sorted(expected_notices(msgspec.structs.replace(proof, tickets=events)))
    return [Call(id=name, at=at, ticket=events[0].ticket, objection=None) for name in ids]


def clean_run(number: int) -> Proof:
    """A run of so many observations, a second apart: the alert 5 ms after each, the ticket 10 ms after that, the notice 20 ms later."""
    moments = [T + index * SECOND for index in range(number)]
    log = [observed(index, at) for index, at in enumerate(moments)]
    events = [fired(index, at) for index, at in enumerate(moments)]
    histories = [history(f"t{index}", f"a{index}", at + 15_000) for index, at in enumerate(moments)]
    run = Proof(
        sent=frozenset(f"o{index}" for index in range(number)),
        noted=Noted(),
        log=log,
        applied={(OBSERVATIONS, partition): number for partition in range(PARTITIONS)},
        expected=[Expected(event, record) for event, record in zip(events, log, strict=True)],
        alerts=[published(event, index, event.at + 5_000) for index, event in enumerate(events)],
        tickets=[event for told in histories for event in told],
        calls=(),
        webhook=HOOK,
    )
    calls = [call for told in histories for call in called(run, told, told[-1].at + 20_000)]
    return msgspec.structs.replace(run, calls=calls)
