"""Records that the fold writes: topics, keys, headers, bytes; and records that no engine can read."""

import random
from collections.abc import Sequence
from typing import Any

import msgspec
import pytest

from config.moment import SECOND
from rules.fold import HeldRules, RuleFold
from rules.outlet import ALERT_HEADERS
from rules.state import NEVER
from streams.alert import AlertEvent
from streams.codec import ENVELOPE_HEADERS, encode_binary, encode_envelope, encode_json, encode_structured
from streams.envelope import Envelope
from streams.fold import Output, Record
from streams.observation import Observation
from streams.rejected import Reason, Rejected, decode_rejected
from streams.topics import ALERTS, OBSERVATIONS, REJECTED, URGENT
from tests.fakes.rulekit import EPOCH, rules_of, seconds, seen

RULE: dict[str, Any] = {"rule": "over", "where": "value > 5"}


def record(*observations: Observation, **fields: Any) -> Record:
    """An envelope on partition 3 at offset 41."""
    envelope = Envelope(**{"sent_at": EPOCH + SECOND, "writer": "gateway-1", "observations": observations, **fields})
    return raw(encode_envelope(envelope), ENVELOPE_HEADERS)


def raw(value: bytes, headers: Any, **fields: Any) -> Record:
    """A record of any bytes."""
    given = {"topic": OBSERVATIONS, "partition": 3, "offset": 41, "timestamp": EPOCH + 5, "key": b"sensor/1", **fields}
    return Record(value=value, headers=headers, **given)


def tick(at: float) -> Record:
    """A tick of the gateway."""
    return record(tick=EPOCH + round(at * SECOND), sent_at=EPOCH + round(at * SECOND))


def held(*rules: dict[str, Any]) -> HeldRules:
    """An empty state for some rules."""
    found = RuleFold(rules_of(*rules or (RULE,))).restore(OBSERVATIONS, 3, {})
    assert isinstance(found, HeldRules)
    return found


def letters(outputs: Sequence[Output]) -> list[Rejected]:
    """The dead letters among outputs."""
    return [decode_rejected(output.value) for output in outputs if output.topic == REJECTED]


def events(outputs: Sequence[Output]) -> list[AlertEvent]:
    """The alerts among outputs."""
    return [msgspec.json.decode(output.value, type=AlertEvent) for output in outputs if output.topic == ALERTS]


def test_an_alert_is_a_json_record_keyed_by_its_id() -> None:
    """All events of one place lie in the partition of its observations, so that they keep their order from episode to episode."""
    state = held()
    outputs = [*state.step(record(seen(0, 9))), *state.step(record(seen(5, 1))), *state.step(tick(6))]
    assert [event.event.value for event in events(outputs)] == ["firing", "resolved"]
    assert {(output.topic, output.key, output.partition) for output in outputs} == {
        (ALERTS, events(outputs)[0].id.encode(), record(seen(0, 9)).partition)
    }
    assert all(output.headers == ALERT_HEADERS == {"content-type": b"application/json"} for output in outputs)


def test_an_alert_record_reads_back_as_it_was() -> None:
    """The bytes are JSON with times as whole microseconds; what has its default is left out."""
    (output,) = held().step(record(seen(0, 9)))
    told = msgspec.json.decode(output.value)
    assert (told["at"], told["starts_at"], told["event"]) == (EPOCH, EPOCH, "firing")
    assert {"ends_at", "category", "stale", "life_safety", "evidence", "labels"} & told.keys() == set()
    assert msgspec.json.encode(events([output])[0]) == output.value


def test_what_is_noticed_is_told_at_the_clock_of_the_envelope() -> None:
    """``detected_at`` is the writer's clock, and for a record of one observation that of the broker."""
    assert events(held().step(record(seen(0, 9), sent_at=EPOCH + 9 * SECOND)))[0].detected_at == EPOCH + 9 * SECOND
    encoded = encode_json(seen(0, 9))
    assert events(held().step(raw(encoded.value, encoded.headers)))[0].detected_at == EPOCH + 5


@pytest.mark.parametrize("encode", [encode_json, encode_structured, encode_binary], ids=["json", "structured", "binary"])
def test_every_form_of_a_single_observation_is_read(encode: Any) -> None:
    """What others write, as JSON or as a CloudEvent of either mode, raises the very same alert."""
    encoded = encode(seen(0, 9, zone="z1"))
    (event,) = events(held().step(raw(encoded.value, encoded.headers)))
    assert (event.at, event.zone, event.source) == (EPOCH, "z1", "sensor/1")


def test_an_empty_envelope_says_nothing() -> None:
    """An envelope without observations and without tick changes nothing."""
    state = held()
    before = state.full()
    assert state.step(record()) == []
    assert state.full() == before


def test_observations_of_an_envelope_come_before_its_tick() -> None:
    """A tick in the same envelope runs what the observations have set."""
    state = held(RULE | {"for": "10s"})
    outputs = state.step(record(seen(0, 9), tick=EPOCH + 11 * SECOND, sent_at=EPOCH + 11 * SECOND))
    assert [seconds(event.at) for event in events(outputs)] == [10]


def test_outputs_keep_the_order_of_the_envelope() -> None:
    """What one observation brings comes before what the next one brings, dead letters among alerts."""
    history = (seen(0, 9, source="sensor/1"), seen(600, 9, source="sensor/2"), seen(2, 9, source="sensor/3"))
    outputs = held().step(record(*history))
    assert [output.topic for output in outputs] == [ALERTS, REJECTED, ALERTS]


JSON = {"content-type": b"application/json"}
POISON: dict[str, tuple[bytes, dict[str, bytes], str]] = {
    "empty": (b"", dict(ENVELOPE_HEADERS), "cannot be decoded"),
    "no msgpack": (b"\xc1\xc1", dict(ENVELOPE_HEADERS), "cannot be decoded"),
    "cut off": (encode_envelope(Envelope(sent_at=0, writer="w", observations=(seen(0, 9),)))[:-3], dict(ENVELOPE_HEADERS), "cannot be decoded"),
    "another shape": (msgspec.msgpack.encode({"a": 1}), dict(ENVELOPE_HEADERS), "cannot be decoded"),
    "no type": (b"{}", {}, "no content-type header"),
    "unknown type": (b"{}", {"content-type": b"text/html"}, "'text/html' is not one that is read here"),
    "type that is no text": (b"{}", {"content-type": b"\xff\xfe"}, "is not one that is read here"),
    "no JSON": (b"{", JSON, "cannot be decoded"),
    "a list": (b"[]", JSON, "is a JSON object"),
    "a number": (b"7", JSON, "is a JSON object"),
    "nested too deeply": (b"[" * 100_000, JSON, ""),
    "nothing in it": (b"{}", JSON, ""),
    "unknown kind": (b'{"source":"sensor/1","kind":"levle","at":"2026-03-02T04:00:00Z","value":9}', JSON, "levle"),
    "value of another type": (b'{"source":"sensor/1","kind":"level","at":"2026-03-02T04:00:00Z","value":true}', JSON, "value"),
    "number beyond 64 bits": (
        b'{"source":"sensor/1","kind":"level","at":"2026-03-02T04:00:00Z","value":9,"attributes":{"n":1' + b"0" * 30 + b"}}",
        JSON,
        "beyond 64 bits",
    ),
    "too long": (b" " * 1_048_577, JSON, "The value has 1048577 bytes."),
}  # fmt: skip


@pytest.mark.parametrize(("value", "headers", "words"), POISON.values(), ids=POISON.keys())
def test_poison_is_set_aside_and_changes_nothing(value: bytes, headers: dict[str, bytes], words: str) -> None:
    """A record that cannot be read becomes one dead letter with reason and origin; the state stays, and the next record counts."""
    state = held()
    before = state.full()
    (output,) = state.step(raw(value, headers))
    assert (output.topic, output.key, output.partition) == (REJECTED, b"sensor/1", 3)
    (letter,) = letters([output])
    assert (letter.reason, letter.origin, letter.at) == (Reason.UNDECODABLE, "kafka:cityloop.observations/3/41", EPOCH + 5)
    assert (letter.raw, letter.size, letter.key, letter.headers) == (value[:900_000], len(value), b"sensor/1", headers)
    assert any(words in problem.what for problem in letter.problems)
    assert letter.observation is None
    assert state.full() == before
    assert len(events(state.step(record(seen(0, 9))))) == 1


def test_no_bytes_stop_the_fold() -> None:
    """Envelopes with bytes turned at random are read or set aside, and nothing is raised; what is read still holds to the limits."""
    chance = random.Random(7)  # noqa: S311  # Tests want repeatable chance, not secrets.
    whole = encode_envelope(Envelope(sent_at=EPOCH, writer="w", observations=(seen(0, 9), seen(1, "x"), seen(2, True, kind="door"))))
    state = held(RULE, {"rule": "doors", "kind": "door", "count": 1, "within": "5s"})
    for _ in range(1500):
        turned = bytearray(whole)
        for _ in range(chance.randint(1, 4)):
            turned[chance.randrange(len(turned))] = chance.randrange(256)
        for output in state.step(raw(bytes(turned), ENVELOPE_HEADERS)):
            assert output.topic in {ALERTS, REJECTED}
    assert set(state.full()) >= {"clock"}


def test_an_observation_from_the_future_is_kept_alone() -> None:
    """Its dead letter holds that observation's bytes, its id, the words and the cure; the envelope's others are used."""
    far = seen(400, 9, source="sensor/2", attributes={"note": "x"})
    outputs = held().step(record(seen(0, 9), far))
    (letter,) = letters(outputs)
    assert (letter.reason, letter.observation, letter.size) == (Reason.AHEAD, far.id, len(letter.raw))
    kept = msgspec.msgpack.decode(letter.raw, type=Observation)
    assert msgspec.structs.replace(kept, received_at=None) == far
    assert kept.received_at == EPOCH + SECOND
    (problem,) = letter.problems
    assert (problem.file, problem.fix) == ("observation 400-9", "Set the clock of the device.")
    assert problem.what == "its time is 6m39s after it was received; at most 5m is believed."
    assert len(events(outputs)) == 1


@pytest.mark.parametrize(("received", "taken"), [(None, False), (400, True), (100, True), (99, False)])
def test_the_receipt_is_the_observations_own_before_the_envelopes(received: int | None, taken: bool) -> None:
    """Where the gateway noted a receipt it is that which the five minutes count from, else the envelope's clock."""
    at = None if received is None else EPOCH + received * SECOND
    assert bool(events(held().step(record(seen(400, 9, received_at=at))))) is taken


def test_urgent_and_other_topics_have_states_of_their_own() -> None:
    """One fold keeps an engine for each topic and partition and gives a new one when a partition is taken again."""
    fold = RuleFold(rules_of(RULE))
    first = fold.restore(OBSERVATIONS, 3, {})
    others = [fold.restore(URGENT, 3, {}), fold.restore(OBSERVATIONS, 4, {})]
    assert set(fold.partitions) == {(OBSERVATIONS, 3), (URGENT, 3), (OBSERVATIONS, 4)}
    old = fold.partitions[OBSERVATIONS, 3]
    first.step(record(seen(0, 9)))
    again = fold.restore(OBSERVATIONS, 3, first.full())
    assert fold.partitions[OBSERVATIONS, 3] is not old
    assert events(again.step(record(seen(5, 1, id="b")))) == []
    assert fold.tally.rules["over"].fired == 1
    others.clear()
    assert set(fold.partitions) == {(OBSERVATIONS, 3)}


def test_a_delta_of_the_fold_names_no_section_that_is_gone() -> None:
    """While no group is forgotten, every section of a delta has bytes and is one of the full checkpoint."""
    state = held()
    state.full()
    state.step(record(seen(0, 9)))
    delta = state.delta()
    assert all(isinstance(value, bytes) for value in delta.values())
    assert delta.keys() == {"clock", "group/over/0"}
    assert delta.items() <= state.full().items()


def test_no_timer_is_beyond_what_a_checkpoint_can_hold() -> None:
    """With the longest lengths that a rule may name, instants stay below the mark that means never."""
    rule = RULE | {"for": "520w", "keep_firing_for": "520w", "repeat": "520w", "stale_after": "520w", "lateness": "520w"}
    state = held(rule, {"rule": "gone", "kind": "door", "absent": "520w"})
    state.step(record(seen(0, 9), seen(0, True, kind="door")))
    state.step(tick(520 * 7 * 86_400 + 1))
    engine = state.live.engine
    dues = [group.condition_due for bearer in engine.bearers.values() for group in bearer.groups.values()]
    assert all(due <= NEVER for due in dues)
    assert state.full()
