"""The demo's verdict: every step of the loop compared by ids, each effect with its cause."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from cityloop.demo.hooks.receiver import Call
from cityloop.demo.tally.compare import Comparison, accounted, arrived, compare, one_each
from cityloop.demo.tally.latency import Quantiles, differences, quantiles
from cityloop.demo.tally.refold import Address, Expected, SentOn, observations_in, records_sent
from config.moment import Micros
from dispatch.event import TicketEvent
from dispatch.lifecycle import Fact
from dispatch.notice import notices
from dispatch.ticket import Ticket, apply
from streams.alert import AlertEvent, Change, TicketPolicy
from streams.fold import Record
from streams.journal import Noted
from streams.topics import MATCHES

CAMERA = "camera/"
"""What the sources of cameras begin with; no device of the street has such a name."""


class Proof(msgspec.Struct, frozen=True, kw_only=True):
    """What is known at the end of a run.

    Attributes:
        sent: ids of the observations that devices sent and the MQTT broker acknowledged.
        noted: ids of the observations that the cameras were about to send.
        log: records of the topics of observations.
        applied: how far the engine came in each partition of them.
        expected: what the rules have to say on the whole log; what arose at or below the applied offsets must be on
            the topic of alerts, what arose above may be there already.
        alerts: records of the topic of alerts.
        tickets: ticket events, in the order of the log; a repeated one counts once.
        calls: webhooks that came.
        webhook: where they had to go.
        matches: records of the topic where the sources of a group meet.
        sent_on: what had to be sent there, as ``expected``.
    """

    sent: frozenset[str]
    noted: Noted
    log: Sequence[Record]
    applied: Mapping[Address, int]
    expected: Sequence[Expected]
    alerts: Sequence[Record]
    tickets: Sequence[TicketEvent]
    calls: Sequence[Call]
    webhook: str
    matches: Sequence[Record] = ()
    sent_on: Sequence[SentOn] = ()


class Latencies(msgspec.Struct, frozen=True, kw_only=True):
    """How long each step took, in milliseconds."""

    observation_to_alert: Quantiles
    alert_to_ticket: Quantiles
    ticket_to_notification: Quantiles


def compare_all(proof: Proof) -> tuple[Comparison, ...]:
    """Every step from the device and the camera to the notice."""
    logged = logged_sources(proof)
    by_cameras = [name for name, source in logged.items() if source.startswith(CAMERA)]
    folded = {found.id for record in proof.log if _is_applied(record, proof.applied) for found in observations_in(record)}
    said = {event.event_id for event in published(proof.alerts).values()}
    return (
        arrived("observations: sent by devices, in the log", proof.sent, logged),
        arrived("observations: in the log, folded by the engine", logged.keys(), folded),
        compare(
            "changes of alerts: by the rules over the log, published", _changes(proof, applied=True), said, _changes(proof, applied=False)
        ),
        one_each("alerts that open tickets: tickets", tickets_by_alert(proof)),
        compare("notices: by the tickets' events, received", expected_notices(proof), [call.id for call in proof.calls]),
        accounted("observations: noted by cameras, in the log", proof.noted.ids, by_cameras, complete=proof.noted.complete),
        compare(
            "records for rules over several sources: by the rules over the log, sent on",
            _sent(proof, applied=True),
            records_sent(proof.matches),
            _sent(proof, applied=False),
        ),
    )


def logged_sources(proof: Proof) -> dict[str, str]:
    """The source of every observation in the log, by its id."""
    return {found.id: found.source for record in proof.log for found in observations_in(record)}


def _changes(proof: Proof, *, applied: bool) -> set[str]:
    return {item.event.event_id for item in proof.expected if _is_applied(item.cause, proof.applied) is applied}


def _sent(proof: Proof, *, applied: bool) -> set[str]:
    return {item.id for item in proof.sent_on if _is_applied(item.cause, proof.applied) is applied}


def _is_applied(record: Record, applied: Mapping[Address, int]) -> bool:
    return record.offset <= applied.get((record.topic, record.partition), -1)


def published(alerts: Iterable[Record]) -> dict[str, AlertEvent]:
    """The changes on the log by event id; the same change again is no other."""
    events = (msgspec.json.decode(record.value, type=AlertEvent) for record in alerts)
    return {event.event_id: event for event in events}


def tickets_by_alert(proof: Proof) -> dict[str, list[str]]:
    """Tickets of every alert that must have one."""
    opened: defaultdict[str, list[str]] = defaultdict(list)
    for event in proof.tickets:
        if event.fact in {Fact.REPORTED, Fact.ALERT_JOINED} and event.particulars.alert is not None:
            opened[event.particulars.alert].append(event.ticket)
    wanted = {
        event.id for event in published(proof.alerts).values() if event.event is Change.FIRING and event.ticket is not TicketPolicy.NONE
    }
    return {alert: opened[alert] for alert in wanted | opened.keys()}


def histories(events: Iterable[TicketEvent]) -> dict[str, list[TicketEvent]]:
    """The events of every ticket by number; the same event again counts once."""
    found: defaultdict[str, dict[int, TicketEvent]] = defaultdict(dict)
    for event in events:
        found[event.ticket].setdefault(event.number, event)
    return {ticket: [numbered[number] for number in sorted(numbered)] for ticket, numbered in found.items()}


def expected_notices(proof: Proof) -> set[str]:
    """Ids of the notices that follow from the tickets' events, folded here anew."""
    found: set[str] = set()
    for events in histories(proof.tickets).values():
        ticket: Ticket | None = None
        for event in events:
            ticket = apply(ticket, event)
            found |= {notice.id for notice in notices(ticket, [event], None, proof.webhook)}
    return found


def latencies(proof: Proof) -> Latencies:
    """From the records' and the callers' times; a repeated record counts when it first came."""
    first_said: dict[str, Micros] = {}
    fired: dict[str, Micros] = {}
    for record in proof.alerts:
        event = msgspec.json.decode(record.value, type=AlertEvent)
        first_said.setdefault(event.event_id, record.timestamp)
        if event.event is Change.FIRING:
            fired.setdefault(event.id, record.timestamp)
    received = {
        (found.source, found.at): found.received_at
        for record in proof.log
        for found in observations_in(record)
        if found.received_at is not None
    }
    caused = {item.event.event_id: _seen(item, received) for item in proof.expected if item.event.event is Change.FIRING}
    opened = {event.particulars.alert: event.at for event in proof.tickets if event.fact is Fact.REPORTED and event.particulars.alert}
    told: dict[str, Micros] = {}
    for step in proof.tickets:
        if step.fact is Fact.DISPATCHED:
            told.setdefault(step.ticket, step.at)
    heard: dict[str, Micros] = {}
    for call in proof.calls:
        if call.ticket is not None:
            heard.setdefault(call.ticket, call.at)
    return Latencies(
        observation_to_alert=quantiles(differences(caused, first_said)),
        alert_to_ticket=quantiles(differences(fired, opened)),
        ticket_to_notification=quantiles(differences(told, heard)),
    )


def _seen(item: Expected, received: Mapping[tuple[str, Micros], Micros]) -> Micros:
    """When the cause was taken in: the observation's receipt where one fired it, else the record's time (a tick).

    Where the sources of a group meet, an observation waits for the clocks, and the record that fires is one that tells a
    clock: there the last match is looked up in the log, if the alert fires at its very instant.
    """
    event = item.event
    if item.cause.topic == MATCHES and event.fired_at == event.last_seen:
        return received.get((event.source or "", event.last_seen), item.cause.timestamp)
    times = [
        found.received_at
        for found in observations_in(item.cause)
        if found.source == item.event.source and found.at == item.event.last_seen and found.received_at is not None
    ]
    return min(times, default=item.cause.timestamp)


def alerts_by_rule(proof: Proof) -> dict[str, int]:
    """Alerts that fired, by rule."""
    fired = {event.id: event.rule for event in published(proof.alerts).values() if event.event is Change.FIRING}
    return dict(sorted(Counter(fired.values()).items()))


def tickets_by_state(proof: Proof) -> dict[str, int]:
    """Where the tickets stand, by folding their events."""
    states: Counter[str] = Counter()
    for events in histories(proof.tickets).values():
        ticket: Ticket | None = None
        for event in events:
            ticket = apply(ticket, event)
        if ticket is not None:
            states[ticket.state.value] += 1
    return dict(sorted(states.items()))
