"""The codec: the content type decides, and every refusal says why."""

from typing import Any

import msgspec
import pytest

from config.problem import ProblemsError
from streams.codec import (
    CONTENT_TYPE,
    ENVELOPE_HEADERS,
    MAX_OBSERVATIONS,
    MAX_RECORD_BYTES,
    decode_record,
    encode_binary,
    encode_envelope,
    encode_structured,
)
from streams.ids import foreign_id
from tests.fakes.observations import KINDS, NOON, envelope, observation

STRUCTURED = {CONTENT_TYPE: b"application/cloudevents+json; charset=UTF-8"}
EVENT: dict[str, Any] = {
    "specversion": "1.0",
    "id": "a-1",
    "source": "sensor/door-1",
    "type": "cityloop.observation.door",
    "time": "2026-03-02T12:00:00+08:00",
    "data": {"value": True},
}


def refusal(value: bytes, headers: dict[str, bytes], **options: Any) -> str:
    with pytest.raises(ProblemsError) as caught:
        decode_record(value, headers, **options)
    return " / ".join(f"{problem.what} {problem.fix}".strip() for problem in caught.value.problems)


def structured(**changes: object) -> bytes:
    return msgspec.json.encode({name: given for name, given in {**EVENT, **changes}.items() if given is not ...})


def test_tick_is_an_envelope() -> None:
    """A tick travels as an envelope without observations."""
    tick = envelope(tick=NOON)
    assert decode_record(encode_envelope(tick), ENVELOPE_HEADERS) == tick


def test_content_type_decides_not_the_bytes() -> None:
    """JSON under the envelope's content type is not guessed at but refused."""
    assert refusal(b'{"source": "sensor/1"}', dict(ENVELOPE_HEADERS)).startswith("The envelope cannot be decoded: ")


def test_content_type_parameters_do_not_matter() -> None:
    """Upper case and a charset parameter are the same media type."""
    value = b'{"source": "sensor/door-1", "kind": "door", "at": "2026-03-02T04:00:00Z", "value": true}'
    read = decode_record(value, {CONTENT_TYPE: b"Application/JSON; charset=utf-8"}, timestamp=NOON)
    assert read.observations == (observation(received_at=NOON),)
    assert (read.sent_at, read.writer) == (NOON, "")


def test_no_content_type() -> None:
    """A record without the header is refused, with the types that can be written."""
    assert refusal(b"{}", {}) == (
        "The record has no content-type header. "
        "Write application/vnd.cityloop.envelope+msgpack, application/json or application/cloudevents+json."
    )


def test_unknown_content_type() -> None:
    """Another media type is refused by its name."""
    assert refusal(b"{}", {CONTENT_TYPE: b"text/html"}).startswith("The content-type 'text/html' is not one that is read here. Write ")


def test_single_observation_is_checked_against_the_kinds() -> None:
    """A single observation comes from anybody, so that its kind and value are checked here."""
    value = b'{"source": "sensor/door-1", "kind": "dor", "at": "2026-03-02T04:00:00Z", "value": 1}'
    assert refusal(value, {CONTENT_TYPE: b"application/json"}, kinds=KINDS) == "kind: 'dor' is not in the kinds table. Did you mean 'door'?"


def test_value_is_bounded() -> None:
    """A value beyond the bound is refused before anything looks into it."""
    assert refusal(b"x" * (MAX_RECORD_BYTES + 1), dict(ENVELOPE_HEADERS)).startswith("The value has 1048577 bytes. Write at most 1048576")


def test_envelope_is_bounded() -> None:
    """An envelope with more observations than a gateway writes is refused."""
    full = encode_envelope(envelope(*[observation()] * MAX_OBSERVATIONS))
    assert len(decode_record(full, ENVELOPE_HEADERS).observations) == 500
    assert (
        refusal(encode_envelope(envelope(*[observation()] * 501)), dict(ENVELOPE_HEADERS))
        == "The envelope has 501 observations. Write at most 500."
    )


def test_deep_nesting() -> None:
    """A value that nests a hundred thousand lists is refused instead of exhausting the stack."""
    assert refusal(b"[" * 100_000, {CONTENT_TYPE: b"application/json"}) == "The observation is nested too deeply. Write a flat object."


def test_truncated_json() -> None:
    """JSON that was cut off is refused with the decoder's own reason."""
    assert refusal(b'{"source": "sens', {CONTENT_TYPE: b"application/json"}).startswith(
        "The observation cannot be decoded: Input data was truncated."
    )


def test_wrong_type_within_an_envelope() -> None:
    """An envelope whose third field is no list is refused with the place."""
    assert "$[2]" in refusal(msgspec.msgpack.encode([1, "w", 5]), dict(ENVELOPE_HEADERS))


def test_structured_event() -> None:
    """Source, instant, id and kind come from the event's attributes, the rest from its data."""
    read = decode_record(structured(data={"value": False, "zone": "z"}), STRUCTURED, kinds=KINDS, timestamp=NOON)
    assert read.observations == (observation(id="a-1", value=False, zone="z", received_at=NOON),)


def test_bare_value_as_data() -> None:
    """The data of an event may be the bare value."""
    assert decode_record(structured(data=True), STRUCTURED, kinds=KINDS).observations[0].value is True


def test_data_wins_over_the_event() -> None:
    """A field that stands in the data too is taken from there."""
    read = decode_record(structured(data={"id": "mine", "at": "2026-03-02T04:00:01Z", "value": True}), STRUCTURED).observations[0]
    assert (read.id, read.at) == ("mine", NOON + 1_000_000)


def test_extensions_become_attributes() -> None:
    """Extension attributes of an event are kept as attributes of the observation."""
    assert decode_record(structured(traceparent="00-ab"), STRUCTURED).observations[0].attributes == {"traceparent": "00-ab"}


def test_foreign_events_keep_source_and_id_apart() -> None:
    """An event of another's type has an id that is unique within its source only, so both make the identity."""
    foreign = structured(type="com.example.door", data={"kind": "door", "value": True})
    assert decode_record(foreign, STRUCTURED).observations[0].id == foreign_id("sensor/door-1", "a-1")


def test_foreign_event_without_kind() -> None:
    """An event of another's type must say the kind in its data."""
    assert refusal(structured(type="com.example.door"), STRUCTURED) == 'kind: missing. Add it, for example {"kind":"door"}.'


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"specversion": "0.3"}, "specversion: '0.3' is not read here. Write 1.0."),
        ({"id": ...}, "id: missing from the CloudEvent, or not a text. CloudEvents 1.0 requires 'id'."),
        ({"source": 5}, "source: missing from the CloudEvent, or not a text. CloudEvents 1.0 requires 'source'."),
        ({"data_base64": "AA=="}, "data_base64: binary data is no observation. Send the observation as JSON in 'data'."),
        ({"data": ...}, 'value: missing. Add it, for example {"value":true}.'),
        ({"time": ...}, 'at: missing. Add it, for example {"at":"2026-03-02T08:00:00+08:00"}.'),
    ],
)
def test_events_that_are_refused(changes: dict[str, object], said: str) -> None:
    """Each fault of a structured event has its own sentence."""
    assert refusal(structured(**changes), STRUCTURED) == said


def test_all_faults_of_an_event() -> None:
    """An event without any required attribute is told of all of them."""
    assert refusal(b"{}", STRUCTURED).count("CloudEvents 1.0 requires") == 4
    assert refusal(b"[]", STRUCTURED) == 'A CloudEvent is a JSON object. Write {"specversion": "1.0", ...}.'


def test_structured_form_is_the_specification_s() -> None:
    """The structured form has the attributes' names and the content type of the specification."""
    value, headers = encode_structured(observation(id="a-1"))
    assert msgspec.json.decode(value) == {**EVENT, "time": "2026-03-02T04:00:00Z", "datacontenttype": "application/json"}
    assert headers == STRUCTURED


def test_binary_form_is_the_specification_s() -> None:
    """In binary mode the attributes are ``ce_`` headers, the content type is the data's, and the value is the data alone."""
    value, headers = encode_binary(observation(id="a-1"))
    assert value == b'{"value":true}'
    assert headers == {
        "ce_specversion": b"1.0",
        "ce_id": b"a-1",
        "ce_source": b"sensor/door-1",
        "ce_type": b"cityloop.observation.door",
        "ce_time": b"2026-03-02T04:00:00Z",
        "content-type": b"application/json",
    }


def test_binary_event_of_no_json() -> None:
    """A binary event whose data is no JSON is refused by its type."""
    headers = dict(encode_binary(observation()).headers) | {CONTENT_TYPE: b"application/avro"}
    assert refusal(b"x", headers) == "The data of the CloudEvent is application/avro. Write application/json and say so in content-type."
