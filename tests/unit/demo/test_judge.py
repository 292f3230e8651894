"""The demo's verdict over a small log that was made by hand."""

from collections.abc import Mapping, Sequence

import msgspec

from cityloop.demo.hooks.receiver import Call
from cityloop.demo.tally.judge import (
    Proof,
    alerts_by_rule,
    compare_all,
    expected_notices,
    latencies,
    tickets_by_state,
)
from cityloop.demo.tally.latency import Quantiles
from cityloop.demo.tally.refold import Expected, applied_offsets, refold
from config.kinds import Text
from config.moment import SECOND, Micros
from dispatch.event import Opening, Particulars, TicketEvent
from dispatch.lifecycle import Fact
from dispatch.ticket import Ticket, apply, following
from streams.alert import AlertEvent, Change, Severity, TicketPolicy
from streams.checkpoint.chunks import SCHEMA, ChunkKey, Part, cut, encode_key, encode_value
from streams.codec import ENVELOPE_HEADERS, encode_envelope
from streams.envelope import Envelope
from streams.fold import Output, Record
from streams.journal import Noted
from streams.observation import Observation
from streams.topics import ALERTS, CHECKPOINTS, OBSERVATIONS

HOOK = "http://127.0.0.1:1/hooks"
T = 1_760_000_000 * SECOND


def seen(name: str, at: Micros) -> Observation:
    """An observation of smoke, taken in one millisecond after it was made."""
    return Observation(id=name, source="sensor/smoke-1", kind="smoke", at=at, value=True, received_at=at + 1000)


def record(offset: int, *found: Observation, at: Micros = T) -> Record:
    """An envelope on partition 0, written two milliseconds after ``at``."""
    value = encode_envelope(Envelope(sent_at=at, writer="gateway-1", observations=found, tick=None if found else at))
    headers = {name: bytes(text) for name, text in ENVELOPE_HEADERS.items()}
    return Record(topic=OBSERVATIONS, partition=0, offset=offset, timestamp=at + 2000, key=b"k", value=value, headers=headers)


def alert(name: str, change: Change, at: Micros) -> AlertEvent:
    """A change of an alert that opens a ticket by itself."""
    return AlertEvent(
        event_id=f"{name}-{change.value}", event=change, at=at, id=name, rule="smoke-alarm", rule_version="v", group={"source": "sensor/smoke-1"},
        severity=Severity.CRITICAL, ticket=TicketPolicy.AUTO, starts_at=at, fired_at=at, last_seen=at, count=1, summary=Text(en="Smoke", zh="烟"),
        why={}, detected_at=at, source="sensor/smoke-1", category="10999",
    )  # fmt: skip


def said(event: AlertEvent, offset: int, at: Micros) -> Record:
    """An alert's change on its topic."""
    return Record(topic=ALERTS, partition=0, offset=offset, timestamp=at, key=b"a", value=msgspec.json.encode(event), headers={})


class EveryObservationFires:
    """A fold that says one firing alert for each observation."""

    def restore(self, topic: str, partition: int, sections: Mapping[str, bytes], since: int = 0) -> "EveryObservationFires":
        """Begin; this fold has no state."""
        assert (topic, partition, dict(sections)) == (OBSERVATIONS, 0, {})
        return self

    def step(self, taken: Record) -> Sequence[Output]:
        """One alert for each observation of a record, and something else that is no alert."""
        found = msgspec.msgpack.decode(taken.value, type=Envelope).observations
        events = [msgspec.json.encode(alert(f"alert-{each.id}", Change.FIRING, each.at)) for each in found]
        return [Output(ALERTS, b"a", event) for event in events] + [Output("cityloop.rejected", None, b"x")]

    def delta(self) -> Mapping[str, bytes | None]:
        """Nothing to keep."""
        return {}

    def full(self) -> Mapping[str, bytes]:
        """Nothing to keep."""
        return {}


def history(name: str, cause: str, *facts: Fact, at: Micros = T + SECOND) -> list[TicketEvent]:
    """A ticket's events, a second apart."""
    opening = Opening(category="10999", severity=Severity.CRITICAL, summary=Text(en="Smoke", zh="烟"), life_safety=True)
    ticket: Ticket | None = None
    events = []
    for number, fact in enumerate((Fact.REPORTED, *facts)):
        told = Particulars(opening=opening, alert=cause) if fact is Fact.REPORTED else Particulars(unit="fire", person="staff")
        event = TicketEvent(ticket=name, number=0, fact=fact, at=at + number * SECOND, actor="system", particulars=told)
        events.append(following(ticket, event))
        ticket = apply(ticket, events[-1])
    return events


LOG = (record(0, seen("o1", T)), record(1), record(2, seen("o2", T + SECOND), at=T + SECOND), record(3, seen("o3", T + 2 * SECOND)))
APPLIED = {(OBSERVATIONS, 0): 2}
EXPECTED = refold(LOG, EveryObservationFires()).changes
TICKETS = [
    *history("t1", "alert-o1", Fact.ACCEPTED, Fact.DISPATCHED),
    *history("t2", "alert-o2", Fact.ACCEPTED, Fact.DISPATCHED, at=T + 2 * SECOND),
]


def proof(**changes: object) -> Proof:
    """A run in which all went well up to the applied offset."""
    whole = Proof(
        sent=frozenset({"o1", "o2"}),
        noted=Noted(),
        log=LOG[:3],
        applied=APPLIED,
        expected=EXPECTED,
        alerts=[said(item.event, offset, item.event.at + 5000) for offset, item in enumerate(EXPECTED[:2])],
        tickets=TICKETS,
        calls=(),
        webhook=HOOK,
    )
    told = tuple(
        Call(id=name, at=T + 5 * SECOND, ticket=ticket, objection=None)
        for ticket in ("t1", "t2")
        for name in sorted(expected_notices(msgspec.structs.replace(whole, tickets=[event for event in TICKETS if event.ticket == ticket])))
    )
    return msgspec.structs.replace(whole, **({"calls": told} | changes))


def faults(run: Proof) -> list[tuple[tuple[str, ...], tuple[str, ...]]]:
    """Lost and doubled of every step."""
    return [(found.lost, found.doubled) for found in compare_all(run)]


CLEAN: tuple[tuple[str, ...], tuple[str, ...]] = ((), ())


def test_the_whole_log_is_folded() -> None:
    """Each change of an alert is told with the record that caused it, and what is no alert is passed over."""
    assert [(item.event.id, item.cause.offset) for item in EXPECTED] == [("alert-o1", 0), ("alert-o2", 2), ("alert-o3", 3)]


def test_an_alert_beyond_the_engines_offset_may_be_there_or_not() -> None:
    """Between two checkpoints the engine may have published more than its checkpoint says, never something else."""
    ahead = [*proof().alerts, said(EXPECTED[2].event, 2, T)]
    assert faults(proof(alerts=ahead))[2] == CLEAN


def test_a_good_run_has_nothing_lost_or_doubled() -> None:
    """Every step of a run without trouble is clean."""
    assert faults(proof()) == [CLEAN] * 7


def test_an_observation_that_did_not_reach_the_log_is_lost() -> None:
    """What a device sent and the log has not is told by its id."""
    assert faults(proof(sent=frozenset({"o1", "o9"})))[0] == (("o9",), ())


def test_an_observation_beyond_the_engines_offset_is_lost() -> None:
    """What lies in the log and was not folded at the end is told by its id."""
    assert faults(proof(log=LOG))[1] == (("o3",), ())


def test_an_alert_that_was_not_published_is_lost() -> None:
    """What the rules must have said and the topic has not is told by its id."""
    assert faults(proof(alerts=[said(EXPECTED[0].event, 0, T)]))[2] == (("alert-o2-firing",), ())


def test_an_alert_without_cause_is_doubled() -> None:
    """What the topic has and the rules did not say is one alert too many, and it has no ticket either."""
    more = [*proof().alerts, said(alert("ghost", Change.FIRING, T), 9, T)]
    found = faults(proof(alerts=more))
    assert found[2] == ((), ("ghost-firing",))
    assert found[3] == (("ghost",), ())


def test_the_same_change_published_again_is_one() -> None:
    """A replay repeats its records with the same ids, which harms nobody."""
    assert faults(proof(alerts=[*proof().alerts, *proof().alerts])) == [CLEAN] * 7


def test_an_alert_with_two_tickets_is_doubled_and_one_without_is_lost() -> None:
    """Each alert has exactly one ticket."""
    second = history("t3", "alert-o1")
    assert faults(proof(tickets=[*TICKETS[:3], *second]))[3] == (("alert-o2",), ("alert-o1",))


def test_an_alert_that_joins_a_ticket_has_it() -> None:
    """A new episode at the same place needs no ticket of its own."""
    first = history("t1", "alert-o1", Fact.ACCEPTED, Fact.DISPATCHED)
    ticket: Ticket | None = None
    for event in first:
        ticket = apply(ticket, event)
    joined = TicketEvent(ticket="t1", number=0, fact=Fact.ALERT_JOINED, at=T, actor="system", particulars=Particulars(alert="alert-o2"))
    assert faults(proof(tickets=[*first, following(ticket, joined)]))[3] == CLEAN


def test_notices_are_counted_by_their_ids() -> None:
    """A notice that did not come is lost, one that came twice is doubled."""
    first, second = proof().calls
    assert faults(proof(calls=(first, first)))[4] == ((second.id,), (first.id,))


def test_repeated_ticket_events_count_once() -> None:
    """The relay may publish an event again after a crash."""
    assert faults(proof(tickets=[*TICKETS, *TICKETS])) == [CLEAN] * 7


def test_counts_come_from_the_ids() -> None:
    """Alerts are counted by rule, tickets by the state that their events amount to."""
    assert alerts_by_rule(proof()) == {"smoke-alarm": 2}
    assert tickets_by_state(proof()) == {"dispatched": 2}


def test_latencies_are_differences_of_recorded_times() -> None:
    """From receipt to the alert's record 4 ms; from the alert's record to the ticket and on to the notice as the events say."""
    found = latencies(proof())
    assert found.observation_to_alert == Quantiles(4.0, 4.0)
    assert found.alert_to_ticket == Quantiles(995.0, 995.0)
    assert found.ticket_to_notification == Quantiles(1000.0, 2000.0)


def test_an_alert_that_a_tick_fired_counts_from_the_ticks_record() -> None:
    """Where no observation of the record fired the alert, the record's own time is the beginning."""
    tick = Expected(alert("alert-o1", Change.FIRING, T + 7), record(1))
    assert latencies(proof(expected=(tick,))).observation_to_alert == Quantiles(3.0, 3.0)


def test_applied_offsets_come_from_the_checkpoints() -> None:
    """The farthest complete checkpoint of each partition counts; without one nothing was applied."""
    records = []
    for offset, applied in enumerate((4, 9)):
        key = ChunkKey(SCHEMA, OBSERVATIONS, 0, Part.FULL, "worker", offset + 1)
        for chunk_key, chunk in cut({}, applied, key):
            value = encode_value(chunk)
            records.append(Record(CHECKPOINTS, 0, offset, T, encode_key(chunk_key), value, {}))
    addresses = [(OBSERVATIONS, 0), (OBSERVATIONS, 1)]
    assert applied_offsets(records, addresses) == {(OBSERVATIONS, 0): 9, (OBSERVATIONS, 1): -1}


def filmed(*names: str) -> Proof:
    """A run in which a camera's observations lie in the log beside those of devices."""
    found = tuple(msgspec.structs.replace(seen(name, T), source="camera/gate-1") for name in names)
    return proof(log=(*LOG[:3], record(1, *found)))


def test_what_cameras_noted_is_held_against_the_log_by_its_ids() -> None:
    """Cameras are clean when the log has just what they noted; devices' observations are none of theirs."""
    run = filmed("c1", "c2")
    assert faults(msgspec.structs.replace(run, noted=Noted(("c1", "c2"))))[5] == CLEAN
    assert faults(msgspec.structs.replace(run, noted=Noted(("c2", "c1", "c3"))))[5] == (("c3",), ())


def test_a_camera_is_not_cleared_by_equal_numbers() -> None:
    """As many in the log as were noted, but another one: the noted one is lost, and the other one has no cause."""
    assert faults(msgspec.structs.replace(filmed("c1", "x"), noted=Noted(("c1", "c2"))))[5] == (("c2",), ("x",))


def test_a_camera_that_notes_the_same_twice_has_doubled_it() -> None:
    """One thing seen was told twice, although the log folds it to one."""
    assert faults(msgspec.structs.replace(filmed("c1", "c1"), noted=Noted(("c1", "c1"))))[5] == ((), ("c1",))


def test_beyond_a_full_journal_nothing_is_judged() -> None:
    """When the cameras stopped noting, what else lies in the log is no fault; what they noted and it has not still is."""
    assert faults(msgspec.structs.replace(filmed("c1", "c2"), noted=Noted(("c1", "c9"), complete=False)))[5] == (("c9",), ())


def test_steps_have_names() -> None:
    """Each comparison says what it compared, for whoever must find out why."""
    assert len({found.what for found in compare_all(proof())}) == 7
