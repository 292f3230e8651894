"""Laws of the codec: what was written is read back, and no bytes at all can do more than be refused."""

from collections.abc import Callable

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from config.problem import Problem, ProblemsError
from streams.codec import (
    CONTENT_TYPE,
    ENVELOPE_HEADERS,
    Encoded,
    decode_record,
    encode_binary,
    encode_envelope,
    encode_json,
    encode_structured,
)
from streams.observation import Observation
from streams.publicform import read_observation, write_observation
from streams.topics import ENVELOPE_TYPE
from tests.fakes.observations import envelope, observations


def problems_of(read: Callable[[], object]) -> tuple[Problem, ...]:
    try:
        read()
    except ProblemsError as error:
        return error.problems
    return ()


@given(observations())
def test_public_form_round_trip(seen: Observation) -> None:
    """Writing an observation and reading it back gives the same observation, when the reader adds no clock of its own."""
    through_json = msgspec.json.decode(msgspec.json.encode(write_observation(seen)))
    assert read_observation(through_json, now=None, kinds=None) == seen


@given(st.lists(observations(), max_size=5))
def test_envelope_round_trip(seen: list[Observation]) -> None:
    """An envelope is read back as it was written, types of values included."""
    read = decode_record(encode_envelope(envelope(*seen)), ENVELOPE_HEADERS)
    assert read == envelope(*seen)
    assert [type(one.value) for one in read.observations] == [type(one.value) for one in seen]


@given(observations(), st.sampled_from([encode_json, encode_structured, encode_binary]), st.integers(1, 10**15))
def test_single_observations_round_trip(seen: Observation, encode: Callable[[Observation], Encoded], now: int) -> None:
    """The three single forms carry the same observation; the record's time becomes the time of receipt."""
    bare = msgspec.structs.replace(seen, received_at=None)
    value, headers = encode(bare)
    read = decode_record(value, headers, timestamp=now)
    assert read.observations == (msgspec.structs.replace(bare, received_at=now),)


@given(st.binary(max_size=200), st.sampled_from([ENVELOPE_TYPE, "application/json", "application/cloudevents+json", "text/html", ""]))
def test_any_bytes_are_read_or_refused(value: bytes, media: str) -> None:
    """No value makes the decoder fail in another way than with problems, each with a reason."""
    problems = problems_of(lambda: decode_record(value, {CONTENT_TYPE: media.encode()}))
    assert all(problem.what for problem in problems)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
        lambda x: (
            st.lists(x, max_size=3)
            | st.dictionaries(st.sampled_from(["source", "kind", "at", "value", "position", "evidence", "attributes", "x"]), x, max_size=6)
        ),
        max_leaves=8,
    )
)
def test_any_json_is_read_or_refused(obj: object) -> None:
    """No JSON value makes the reader fail in another way than with problems, and what it takes fits into an envelope."""
    problems = problems_of(lambda: encode_envelope(envelope(read_observation(obj, now=1, kinds=None))))
    assert all(problem.what and problem.fix for problem in problems)
