"""The report from its proof."""

import msgspec

from cityloop.demo.tally.compare import Comparison
from cityloop.demo.tally.compose import SHOWN, Seen, compose, shortened
from cityloop.demo.tally.judge import Proof
from cityloop.demo.tally.report import Observations
from config.moment import SECOND
from streams.codec import ENVELOPE_HEADERS, encode_envelope
from streams.envelope import Envelope
from streams.fold import Record
from streams.journal import Noted
from streams.observation import Observation
from streams.topics import OBSERVATIONS

T = 1_760_000_000 * SECOND
SEEN = Seen(url="http://x", ready_seconds=3.14159, broker="embedded", frames=50, dead=0, rejected=2, restarts=0, seconds=61.26)


def record(offset: int, *names: str) -> Record:
    """An envelope; a name that begins with ``c`` was seen by a camera."""
    found = tuple(
        Observation(id=name, source=f"{'camera' if name[0] == 'c' else 'sensor'}/x", kind="k", at=T, value=True) for name in names
    )
    headers = {name: bytes(text) for name, text in ENVELOPE_HEADERS.items()}
    envelope = Envelope(sent_at=T, writer="w", observations=found, tick=None if found else T)
    return Record(OBSERVATIONS, 0, offset, T, None, encode_envelope(envelope), headers)


def proof(*records: Record) -> Proof:
    """A run in which nothing was noticed."""
    return Proof(
        sent=frozenset({"s1", "s2"}),
        noted=Noted(("c1",)),
        log=records,
        applied={},
        expected=(),
        alerts=(),
        tickets=(),
        calls=(),
        webhook="http://x",
    )


def test_the_fields_that_are_promised() -> None:
    """The object has every field of the command's contract."""
    found = msgspec.to_builtins(compose(proof(record(0, "s1", "s2", "c1"), record(1)), (), SEEN))
    promised = {
        "url", "seconds", "observations", "envelopes", "frames", "alerts", "tickets", "notifications", "rejected", "lost", "doubled", "latency_ms",
    }  # fmt: skip
    assert set(found) >= promised
    assert set(found["latency_ms"]) == {"observation_to_alert", "alert_to_ticket", "ticket_to_notification"}
    assert found["observations"] == {"sent": 3, "received": 3}
    assert (found["envelopes"], found["frames"], found["seconds"], found["ready_seconds"]) == (1, 50, 61.3, 3.1)


def test_a_repeated_observation_is_received_once() -> None:
    """Received counts distinct ids."""
    assert compose(proof(record(0, "s1", "s2"), record(1, "s1")), (), SEEN).observations.received == 2


def test_lost_and_doubled_are_sums_over_all_steps() -> None:
    """The report's figures are those of its steps, and of nothing else."""
    steps = (Comparison(what="a", lost=("x",)), Comparison(what="b", lost=("x",), doubled=("y", "z")))
    found = compose(proof(record(0, "s1")), steps, SEEN)
    assert (found.lost, found.doubled) == (2, 2)
    assert found.steps == steps


def test_sent_is_what_devices_sent_and_cameras_noted_by_distinct_ids() -> None:
    """What was sent does not depend on what came, and what was noted twice is one."""
    run = msgspec.structs.replace(proof(record(0, "s1")), noted=Noted(("c1", "c1", "c2")))
    assert compose(run, (), SEEN).observations == Observations(sent=4, received=1)


def test_long_lists_of_ids_are_cut() -> None:
    """The report of a bad run stays readable, and its sums still count everything."""
    step = Comparison(what="a", lost=tuple(str(number) for number in range(100)))
    assert len(shortened(step).lost) == SHOWN
    assert compose(proof(), (step,), SEEN).lost == 100
