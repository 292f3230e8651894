"""Records to envelopes and back: cityloop's own msgpack, a single JSON observation, or a CloudEvent, told apart by ``content-type``."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import msgspec

from config.kinds import Kind
from config.moment import Micros
from config.problem import Problem, ProblemsError
from streams import cloudevents
from streams.envelope import Envelope
from streams.fold import Headers
from streams.observation import Observation
from streams.publicform import read_observation, write_observation
from streams.topics import ENVELOPE_TYPE, JSON_TYPE

MAX_RECORD_BYTES = 1_048_576
"""The longest value that is looked at: Kafka's own default bound for a record."""
MAX_OBSERVATIONS = 500
"""The most observations of one envelope."""
CONTENT_TYPE = "content-type"
"""The header that says what a value is (the name that the CloudEvents Kafka binding uses too)."""
ENVELOPE_HEADERS: Headers = {CONTENT_TYPE: ENVELOPE_TYPE.encode()}
"""The headers of an envelope."""

_FILE = "<record>"
_FORMS = f"Write {ENVELOPE_TYPE}, {JSON_TYPE} or {cloudevents.STRUCTURED_TYPE}."
_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Envelope).decode


class Encoded(NamedTuple):
    """A record's value and its headers."""

    value: bytes
    headers: Headers


def decode_record(value: bytes, headers: Headers, *, kinds: Mapping[str, Kind] | None = None, timestamp: Micros = 0) -> Envelope:
    """Read a record of ``cityloop.observations`` or ``cityloop.urgent``.

    Args:
        value: the raw value.
        headers: the record's headers.
        kinds: what single observations are checked against; ``None`` checks their form only. The observations of an
            envelope were checked by the gateway that wrote it.
        timestamp: the broker's record time; it stands for the time of receipt of an observation that came without a gateway.

    Raises:
        ProblemsError: the record cannot be read; every fault with what to write instead.
    """
    if len(value) > MAX_RECORD_BYTES:
        raise _refused(f"The value has {len(value)} bytes.", f"Write at most {MAX_RECORD_BYTES}; send pictures as references.")
    media = headers.get(CONTENT_TYPE, b"").decode("utf-8", "replace").partition(";")[0].strip().lower()
    if media == ENVELOPE_TYPE:
        return _envelope(value)
    observation = read_observation(_public_form(value, headers, media), now=timestamp, kinds=kinds, file=_FILE)
    return Envelope(sent_at=timestamp, writer="", observations=(observation,))


def encode_envelope(envelope: Envelope) -> bytes:
    """The value of an envelope's record; its headers are :data:`ENVELOPE_HEADERS`."""
    return _encode(envelope)


def encode_json(observation: Observation) -> Encoded:
    """A record of one observation in the public form."""
    return Encoded(msgspec.json.encode(write_observation(observation)), {CONTENT_TYPE: JSON_TYPE.encode()})


def encode_structured(observation: Observation) -> Encoded:
    """A CloudEvent in structured mode: attributes and data in one JSON object."""
    event = cloudevents.event_of(write_observation(observation))
    return Encoded(msgspec.json.encode(event), {CONTENT_TYPE: f"{cloudevents.STRUCTURED_TYPE}; charset=UTF-8".encode()})


def encode_binary(observation: Observation) -> Encoded:
    """A CloudEvent in binary mode: attributes in ``ce_`` headers, the data alone in the value."""
    event = cloudevents.event_of(write_observation(observation))
    data, media = event.pop("data"), event.pop("datacontenttype")
    headers = {cloudevents.HEADER_PREFIX + name: str(text).encode() for name, text in event.items()}
    return Encoded(msgspec.json.encode(data), {**headers, CONTENT_TYPE: media.encode()})


def _envelope(value: bytes) -> Envelope:
    envelope: Envelope = _parsed(_decode, value, "envelope")
    if len(envelope.observations) > MAX_OBSERVATIONS:
        raise _refused(f"The envelope has {len(envelope.observations)} observations.", f"Write at most {MAX_OBSERVATIONS}.")
    return envelope


def _public_form(value: bytes, headers: Headers, media: str) -> object:
    """The public form that the record holds, not yet checked."""
    if media == cloudevents.STRUCTURED_TYPE:
        return cloudevents.observation_of(_parsed(msgspec.json.decode, value, "CloudEvent"), file=_FILE)
    if cloudevents.HEADER_PREFIX + "specversion" in headers:
        if media != JSON_TYPE and not media.endswith("+json"):
            raise _refused(f"The data of the CloudEvent is {media or 'of no type'}.", f"Write {JSON_TYPE} and say so in {CONTENT_TYPE}.")
        attributes = {
            name.removeprefix(cloudevents.HEADER_PREFIX): raw.decode("utf-8", "replace")
            for name, raw in headers.items()
            if name.startswith(cloudevents.HEADER_PREFIX)
        }
        return cloudevents.observation_of({**attributes, "data": _parsed(msgspec.json.decode, value, "data of the CloudEvent")}, file=_FILE)
    if media == JSON_TYPE:
        return _parsed(msgspec.json.decode, value, "observation")
    if not media:
        raise _refused(f"The record has no {CONTENT_TYPE} header.", _FORMS)
    raise _refused(f"The {CONTENT_TYPE} {media!r} is not one that is read here.", _FORMS)


def _parsed(decode: Callable[[bytes], Any], value: bytes, what: str) -> Any:
    """Parse, with every way in which bytes can be wrong turned into one kind of refusal."""
    try:
        return decode(value)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise _refused(f"The {what} cannot be decoded: {error}.", "Write it as its schema says (cityloop export schemas).") from None
    except RecursionError:
        raise _refused(f"The {what} is nested too deeply.", "Write a flat object.") from None


def _refused(what: str, fix: str) -> ProblemsError:
    return ProblemsError([Problem(file=_FILE, what=what, fix=fix)])
