"""Faults put into a clean run of the demo, at each step of the loop and for each id: every one is found, and named by its step."""

from collections.abc import Callable

import msgspec
import pytest

from cityloop.demo.tally.compare import Comparison, doubled, lost
from cityloop.demo.tally.judge import Proof, alerts_by_rule, compare_all, latencies, tickets_by_state
from cityloop.demo.tally.latency import Quantiles
from dispatch.event import TicketEvent
from streams.alert import AlertEvent, Change, TicketPolicy
from streams.fold import Record
from streams.journal import Noted
from streams.topics import OBSERVATIONS
from tests.fakes.demorun import T, called, clean_run, fired, history, observed, published

RUN = clean_run(4)
EACH = range(4)
SENT, FOLDED, CHANGES, TICKETS, NOTICES, CAMERAS = range(6)
"""The steps in their order."""

Found = dict[int, tuple[tuple[str, ...], tuple[str, ...]]]


def faults(run: Proof) -> Found:
    """Lost and doubled of the steps at fault."""
    return {step: (found.lost, found.doubled) for step, found in enumerate(compare_all(run)) if found.lost or found.doubled}


def changed(**changes: object) -> Proof:
    return msgspec.structs.replace(RUN, **changes)


def ticket_events(number: int) -> list[TicketEvent]:
    return [event for event in RUN.tickets if event.ticket == f"t{number}"]


def call_of(number: int) -> str:
    (name,) = [call.id for call in RUN.calls if call.ticket == f"t{number}"]
    return name


def without(records: list[Record], number: int) -> list[Record]:
    return [record for index, record in enumerate(records) if index != number]


def not_logged(number: int) -> Proof:
    """A device sent it, and the gateway lost it."""
    kept = [item for index, item in enumerate(RUN.expected) if index != number]
    return changed(
        log=without(list(RUN.log), number), expected=kept, alerts=without(list(RUN.alerts), number),
        tickets=[event for event in RUN.tickets if event.ticket != f"t{number}"], calls=[c for c in RUN.calls if c.ticket != f"t{number}"],
    )  # fmt: skip


def not_published(number: int) -> Proof:
    """The rules said it, the topic has it not, and so nothing came of it."""
    return changed(
        alerts=without(list(RUN.alerts), number), tickets=[event for event in RUN.tickets if event.ticket != f"t{number}"],
        calls=[call for call in RUN.calls if call.ticket != f"t{number}"],
    )  # fmt: skip


def not_opened(number: int) -> Proof:
    """An alert without its ticket."""
    kept = [event for event in RUN.tickets if event.ticket != f"t{number}"]
    return changed(tickets=kept, calls=[call for call in RUN.calls if call.ticket != f"t{number}"])


def not_told(number: int) -> Proof:
    """A ticket that nobody heard of."""
    return changed(calls=[call for call in RUN.calls if call.ticket != f"t{number}"])


def said_of_nothing(number: int) -> Proof:
    """The topic has a change that no rule said, which opened no ticket."""
    ghost = msgspec.structs.replace(fired(number, T), event_id=f"ghost{number}", ticket=TicketPolicy.NONE)
    return changed(alerts=[*RUN.alerts, published(ghost, 99, T)])


def opened_twice(number: int) -> Proof:
    """A second ticket for one alert, with its notice."""
    second = history(f"second{number}", f"a{number}", T)
    return changed(tickets=[*RUN.tickets, *second], calls=[*RUN.calls, *called(RUN, second, T)])


def told_twice(number: int) -> Proof:
    """The same notice was received twice."""
    return changed(calls=[*RUN.calls, *(call for call in RUN.calls if call.ticket == f"t{number}")])


def told_of_nothing(number: int) -> Proof:
    """A notice that follows from no event."""
    (call,) = [call for call in RUN.calls if call.ticket == f"t{number}"]
    return changed(calls=[*RUN.calls, msgspec.structs.replace(call, id=f"ghost{number}")])


INJECTED: dict[str, tuple[Callable[[int], Proof], Callable[[int], Found]]] = {
    "not-logged": (not_logged, lambda number: {SENT: ((f"o{number}",), ())}),
    "not-published": (not_published, lambda number: {CHANGES: ((f"e{number}",), ())}),
    "not-opened": (not_opened, lambda number: {TICKETS: ((f"a{number}",), ())}),
    "not-told": (not_told, lambda number: {NOTICES: ((call_of(number),), ())}),
    "said-of-nothing": (said_of_nothing, lambda number: {CHANGES: ((), (f"ghost{number}",))}),
    "opened-twice": (opened_twice, lambda number: {TICKETS: ((), (f"a{number}",))}),
    "told-twice": (told_twice, lambda number: {NOTICES: ((), (call_of(number),))}),
    "told-of-nothing": (told_of_nothing, lambda number: {NOTICES: ((), (f"ghost{number}",))}),
}
"""What is done to a run, and exactly what must be said of it."""


def test_a_clean_run_is_clean() -> None:
    """Without a fault nothing is lost and nothing doubled, so that whatever is found below was put in."""
    assert faults(RUN) == {}
    assert len(RUN.calls) == 4


@pytest.mark.parametrize("number", EACH)
@pytest.mark.parametrize("fault", list(INJECTED))
def test_each_fault_is_found_at_its_step_and_nowhere_else(fault: str, number: int) -> None:
    """The id at fault is named at the one step where it went wrong; what follows from it is not blamed again."""
    inject, expected = INJECTED[fault]
    run = inject(number)
    assert faults(run) == expected(number)
    assert (lost(compare_all(run)), doubled(compare_all(run))) in {(1, 0), (0, 1)}


@pytest.mark.parametrize("number", EACH)
def test_what_the_engine_did_not_reach_is_lost_and_its_alert_allowed(number: int) -> None:
    """Beyond the applied offset an observation is not folded; its alert may be there already, and is required of nobody."""
    behind = {(OBSERVATIONS, number % 2): number // 2 - 1, (OBSERVATIONS, 1 - number % 2): 9}
    late = tuple(f"o{index}" for index in EACH if index % 2 == number % 2 and index >= number)
    assert faults(changed(applied=behind)) == {FOLDED: (late, ())}


def test_a_partition_without_a_checkpoint_was_not_folded_at_all() -> None:
    """No applied offset means that nothing of the partition is in the state."""
    assert faults(changed(applied={(OBSERVATIONS, 1): 9})) == {FOLDED: (("o0", "o2"), ())}


@pytest.mark.parametrize(
    "run",
    [
        changed(log=[*RUN.log, observed(1, T + 1_000_000)]),
        changed(alerts=[*RUN.alerts, *RUN.alerts]),
        changed(tickets=[*RUN.tickets, *RUN.tickets]),
        changed(tickets=list(reversed(RUN.tickets))),
        changed(calls=list(reversed(RUN.calls))),
        changed(log=[*RUN.log, Record(OBSERVATIONS, 0, 7, T, None, b"no envelope", {})]),
    ],
    ids=["envelope-again", "alerts-again", "events-again", "events-reordered", "calls-reordered", "unreadable-record"],
)
def test_what_does_no_harm_is_no_fault(run: Proof) -> None:
    """Repetitions with the same ids, another order, and records that the engine rejected leave a run clean."""
    assert faults(run) == {}


def test_many_faults_are_counted_each() -> None:
    """Two lost and one doubled at different steps are two and one in the report's figures."""
    run = changed(sent=RUN.sent | {"o8"}, calls=[*RUN.calls[1:], RUN.calls[2]])
    steps = compare_all(run)
    assert (lost(steps), doubled(steps)) == (2, 1)
    assert set(faults(run)) == {SENT, NOTICES}


@pytest.mark.parametrize(
    ("noted", "found"),
    [
        (Noted(("c1",)), {CAMERAS: (("c1",), ())}),
        (Noted(()), {}),
        (Noted((), complete=False), {}),
        (Noted(("c1", "c1"), complete=False), {CAMERAS: (("c1",), ("c1",))}),
    ],
    ids=["noted-and-gone", "none", "full", "noted-twice"],
)
def test_what_cameras_noted_is_held_against_the_log(noted: Noted, found: Found) -> None:
    """A camera's note without an observation in the log is lost; devices' observations are not the cameras' business."""
    assert faults(changed(noted=noted)) == found


@pytest.mark.parametrize(("policy", "wanted"), [(TicketPolicy.NONE, {}), (TicketPolicy.CONFIRM, {TICKETS: (("a9",), ())})])
def test_only_alerts_that_ask_for_a_ticket_must_have_one(policy: TicketPolicy, wanted: Found) -> None:
    """``none`` needs no ticket; ``confirm`` needs one as ``auto`` does."""
    event = msgspec.structs.replace(fired(9, T), ticket=policy)
    expected = [*RUN.expected, msgspec.structs.replace(RUN.expected[0], event=event)]
    assert faults(changed(expected=expected, alerts=[*RUN.alerts, published(event, 9, T)])) == wanted


def test_a_resolution_needs_no_ticket_of_its_own() -> None:
    """Only the firing of an alert opens a ticket, and only firings are counted as alerts."""
    event: AlertEvent = msgspec.structs.replace(fired(9, T), event=Change.RESOLVED)
    run = changed(
        alerts=[*RUN.alerts, published(event, 9, T)], expected=[*RUN.expected, msgspec.structs.replace(RUN.expected[0], event=event)]
    )
    assert faults(run) == {}
    assert alerts_by_rule(run) == {"smoke-alarm": 4}


def test_figures_of_a_clean_run() -> None:
    """Counts and latencies are those that the run was made with."""
    assert alerts_by_rule(RUN) == {"smoke-alarm": 4}
    assert tickets_by_state(RUN) == {"dispatched": 4}
    found = latencies(RUN)
    assert found.observation_to_alert == Quantiles(4.0, 4.0)
    assert found.alert_to_ticket == Quantiles(10.0, 10.0)
    assert found.ticket_to_notification == Quantiles(20.0, 20.0)


def test_a_repeated_record_does_not_make_a_step_look_slower() -> None:
    """Of a record that was published again after a crash, the first time counts."""
    again = [msgspec.structs.replace(record, timestamp=record.timestamp + 60_000_000, offset=record.offset + 4) for record in RUN.alerts]
    calls = [msgspec.structs.replace(call, at=call.at + 60_000_000) for call in RUN.calls]
    assert latencies(changed(alerts=[*RUN.alerts, *again], calls=[*RUN.calls, *calls])) == latencies(RUN)


def test_a_step_without_any_measurement_has_no_figure() -> None:
    """Nothing received is no latency, rather than a good one."""
    assert latencies(changed(calls=())).ticket_to_notification == Quantiles(None, None)
    assert latencies(changed(tickets=(), calls=())).alert_to_ticket == Quantiles(None, None)


def test_each_step_says_what_it_compared() -> None:
    """The names of the steps are fixed, in the order in which an alarm goes through them."""
    assert [found.what for found in compare_all(RUN)] == [
        "observations: sent by devices, in the log",
        "observations: in the log, folded by the engine",
        "changes of alerts: by the rules over the log, published",
        "alerts that open tickets: tickets",
        "notices: by the tickets' events, received",
        "observations: noted by cameras, in the log",
        "records for rules over several sources: by the rules over the log, sent on",
    ]
    assert all(isinstance(found, Comparison) for found in compare_all(RUN))
