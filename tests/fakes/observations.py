"""Observations, kinds and records for tests: builders with plain defaults, and Hypothesis strategies over all that is valid."""

from typing import Any

from hypothesis import strategies as st

from config.kinds import Kind, Text, ValueType
from streams.envelope import Envelope
from streams.fold import Record
from streams.ids import observation_id
from streams.observation import Observation, Position
from streams.topics import OBSERVATIONS

KINDS = {
    "door": Kind(name="door", value=ValueType.BOOL, label=Text("door", "门")),
    "smoke": Kind(name="smoke", value=ValueType.BOOL, label=Text("smoke", "烟雾"), life_safety=True),
    "battery": Kind(name="battery", value=ValueType.NUMBER, label=Text("battery", "电量"), unit="%"),
    "camera_health": Kind(name="camera_health", value=ValueType.STRING, label=Text("camera health", "摄像机状况")),
}
"""A kinds table with a row of each value type and one of life safety."""

NOON = 1_772_424_000_000_000
"""2026-03-02T04:00:00Z, which is noon in China."""


def observation(**changes: Any) -> Observation:
    """A door that was opened at noon, with some fields changed."""
    fields: dict[str, Any] = {"source": "sensor/door-1", "kind": "door", "at": NOON, "value": True, **changes}
    fields.setdefault("id", observation_id(fields["source"], fields["kind"], fields["at"], fields["value"]))
    return Observation(**fields)


def envelope(*observations: Observation, **changes: Any) -> Envelope:
    """An envelope of the test's gateway, sent at noon."""
    return Envelope(**{"sent_at": NOON, "writer": "gateway-test", "observations": observations, **changes})


def record(value: bytes, offset: int = 0, **changes: Any) -> Record:
    """A record of partition 0 of the observations."""
    fields: dict[str, Any] = {"topic": OBSERVATIONS, "partition": 0, "timestamp": NOON, "key": None, "headers": {}, **changes}
    return Record(value=value, offset=offset, **fields)


_letters = st.characters(categories=("L", "N"), codec="utf-8")
_text = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=40)
_number = st.floats(allow_nan=False, allow_infinity=False)
sources = st.builds("{}/{}".format, st.sampled_from(["camera", "sensor"]), st.text(_letters, min_size=1, max_size=20))
instants = st.integers(0, 4_102_444_800_000_000)
values = st.one_of(_number, st.booleans(), st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=40))
_json = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-(2**53), 2**53), _text), lambda inner: st.lists(inner, max_size=3), max_leaves=4
)


@st.composite
def observations(draw: st.DrawFn) -> Observation:
    """Any valid observation."""
    source, at, value = draw(sources), draw(instants), draw(values)
    return Observation(
        id=draw(st.one_of(st.just(observation_id(source, "any_kind", at, value)), _text)),
        source=source,
        kind=draw(st.from_regex(r"[a-z][a-z0-9_]{0,20}", fullmatch=True)),
        at=at,
        value=value,
        unit=draw(st.none() | _text),
        position=draw(st.none() | st.builds(Position, st.floats(-180, 180), st.floats(-90, 90))),
        zone=draw(st.none() | _text),
        confidence=draw(st.none() | st.floats(0, 1)),
        evidence=draw(st.lists(_text, max_size=3).map(tuple)),
        attributes=draw(st.dictionaries(st.from_regex(r"x[a-z0-9]{1,10}", fullmatch=True), _json, max_size=3)),
        received_at=draw(st.none() | instants),
    )
