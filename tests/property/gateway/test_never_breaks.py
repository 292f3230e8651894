"""Laws of the gateway's core: whatever comes in, it is judged, and nothing is lost between what came and what is told."""

from typing import Any

import msgspec
from hypothesis import example, given
from hypothesis import strategies as st

from config.moment import render
from config.problem import Problem
from config.sources import Device
from streams.gateway.adapters.reading import City, Message, devices_by_address
from streams.gateway.adapters.seen import last_seen
from streams.gateway.adapters.table import read_message
from streams.gateway.body import Form, Item, read_items
from streams.gateway.jsontext import BadJsonError, excess, read_json
from streams.gateway.judgement import candidate_of, judge
from streams.observation import Observation
from streams.publicform import write_observation
from tests.fakes.observations import KINDS, NOON, instants, observations

DEVICE = Device(id="sensor/a", adapter="zigbee2mqtt", address="a", kinds=("door", "smoke"), name="a", lon=121.5, lat=31.25)
OWN = Device(id="sensor/b", adapter="cityloop", address="sensor/b", kinds=("door",), name="b", lon=121.5, lat=31.25)
CITY = City(devices=devices_by_address({DEVICE.id: DEVICE, OWN.id: OWN}), kinds=KINDS)
TOPICS = [
    "zigbee2mqtt/a",
    "zigbee2mqtt/bridge/x",
    "zigbee2mqtt/a/set",
    "cityloop/sensor/b/door",
    "cityloop/sensor/b/camera_health",
    "other",
]

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=12,
)
reports = st.fixed_dictionaries(
    {}, optional=dict.fromkeys(("contact", "smoke", "battery", "test", "last_seen", "linkquality", "value", "at", "id"), json_values)
)


@given(
    st.sampled_from(TOPICS),
    st.binary(max_size=200) | json_values.map(msgspec.json.encode) | reports.map(msgspec.json.encode),
    st.booleans(),
)
def test_every_message_is_an_observation_a_problem_or_ignored(topic: str, payload: bytes, retained: bool) -> None:
    """No payload breaks an adapter, none is passed over in silence, and every observation can be written to the log."""
    reading = read_message(Message(topic=topic, payload=payload, retained=retained), CITY, NOON)
    assert bool(reading.observations or reading.problems) != (reading.ignored is not None)
    for observation in reading.observations:
        assert msgspec.msgpack.decode(msgspec.msgpack.encode(observation), type=Observation) == observation
        assert observation.received_at == NOON
        assert not retained


@given(reports, st.booleans())
def test_a_fire_is_never_missed(report: dict[str, Any], drill: bool) -> None:
    """Whatever else a report says, however odd, smoke true is a smoke observation, marked as a drill only if it says so."""
    payload = {**report, "smoke": True, "test": drill}
    if excess(payload) is not None:
        return
    reading = read_message(Message(topic="zigbee2mqtt/a", payload=msgspec.json.encode(payload)), CITY, NOON)
    (smoke,) = [observation for observation in reading.observations if observation.kind == "smoke"]
    assert smoke.value is True
    assert ("test" in smoke.attributes) == drill


@given(st.sampled_from(list(Form)), st.binary(max_size=400) | st.lists(json_values, max_size=5).map(msgspec.json.encode))
@example(Form.LINES, b'\xff\n{"a":1}\r\n[')
def test_every_body_is_split_or_refused(form: Form, body: bytes) -> None:
    """A body is refused whole with a problem, or its items are numbered without a gap and each is judged."""
    items, problem = split(body, form)
    if problem is not None:
        assert problem.what
        assert problem.fix
        return
    assert [item.index for item in items] == list(range(len(items)))
    for item in items:
        verdict = judge(candidate_of(item, form), KINDS, NOON)
        assert isinstance(verdict, Observation) or all(found.what for found in verdict)


def split(body: bytes, form: Form) -> tuple[list[Item], Problem | None]:
    try:
        return read_items(body, form), None
    except BadJsonError as error:
        return [], error.problem


@given(st.lists(observations(), max_size=5))
def test_what_is_written_can_be_sent(found: list[Observation]) -> None:
    """Observations in their public form come through the door unchanged, in an array and one a line alike."""
    public = [{name: value for name, value in write_observation(each).items() if name != "received_at"} for each in found]
    array = msgspec.json.encode(public)
    lines = b"\n".join(msgspec.json.encode(each) for each in public)
    for body, form in ((array, Form.JSON), (lines, Form.LINES)):
        if form is Form.LINES and not found:
            continue
        verdicts = [judge(candidate_of(item, form), None, NOON) for item in read_items(body, form)]
        assert [getattr(verdict, "id", verdict) for verdict in verdicts] == [each.id for each in found]
        assert all(isinstance(verdict, Observation) and verdict.value == each.value for verdict, each in zip(verdicts, found, strict=True))


@given(instants)
def test_last_seen_survives_its_formats(moment: int) -> None:
    """An instant written as ISO 8601 is read back to the microsecond, and as epoch to the millisecond."""
    assert last_seen(render(moment)) == moment
    if moment >= 946_684_800_000_000:
        assert last_seen(moment // 1000) == moment // 1000 * 1000


@given(st.binary(max_size=300))
def test_reading_json_gives_a_value_or_a_place(text: bytes) -> None:
    """Bytes are JSON within our bounds, or refused with a line and column that lie within the text or just behind it."""
    try:
        value = read_json(text, file="f")
    except BadJsonError as error:
        line, column = error.problem.line, error.problem.column
        if line is not None and column is not None:
            lines = text.split(b"\n")
            assert 1 <= line <= len(lines)
            assert 1 <= column <= len(lines[line - 1]) + 1
        return
    assert excess(value) is None
