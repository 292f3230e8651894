"""What lies on the wire, byte for byte: formats that other versions and other programs read."""

import msgspec
import pytest

from config.problem import ProblemsError
from streams.checkpoint.chunks import Chunk, ChunkKey, Crash, Part, decode_key, encode_key, encode_value
from streams.codec import CONTENT_TYPE, ENVELOPE_HEADERS, decode_record, encode_binary, encode_envelope, encode_json, encode_structured
from streams.envelope import Envelope, FeedState, Origin
from streams.observation import Position
from streams.partition import murmur2, partition_of, partition_of_key
from tests.fakes.observations import NOON, envelope, observation


def test_the_order_of_an_observations_fields() -> None:
    """An observation is an array whose order never changes: a field may only be appended."""
    whole = observation(
        id="a", unit="u", position=Position(1.0, 2.0), zone="z", confidence=0.5, evidence=("e",), attributes={"x": 1}, received_at=NOON
    )
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(whole)) == [
        "a", "sensor/door-1", "door", NOON, True, "u", [1.0, 2.0], "z", 0.5, ["e"], {"x": 1}, NOON,
    ]  # fmt: skip


def test_the_order_of_an_envelopes_fields() -> None:
    """An envelope is an array: when, who, observations, tick, version of the rules, feeds, origin, rules."""
    envelope = Envelope(
        sent_at=1, writer="g", tick=2, ruleset="v", feeds=(FeedState("mqtt", 3),), origin=Origin("cityloop.observations", 4, 5), rules=b"r"
    )
    whole = [1, "g", [], 2, "v", [["mqtt", 3]], ["cityloop.observations", 4, 5], b"r"]
    assert msgspec.msgpack.decode(encode_envelope(envelope)) == whole


def test_an_envelope_of_a_later_version_is_read() -> None:
    """Fields that a later version appends are passed over, in envelopes and in observations."""
    later = [
        NOON,
        "g",
        [["a", "sensor/1", "door", NOON, True, None, None, None, None, [], {}, None, "new"]],
        None,
        None,
        [],
        None,
        b"",
        "new",
    ]
    read = decode_record(msgspec.msgpack.encode(later), ENVELOPE_HEADERS)
    assert [found.id for found in read.observations] == ["a"]


def test_an_envelope_of_an_earlier_version_is_read() -> None:
    """Fields that an earlier version did not have take their defaults."""
    earlier = [NOON, "g", [["a", "sensor/1", "door", NOON, True]]]
    read = decode_record(msgspec.msgpack.encode(earlier), ENVELOPE_HEADERS)
    assert (read.observations[0].evidence, read.observations[0].received_at, read.tick) == ((), None, None)


def test_the_order_of_a_checkpoints_fields() -> None:
    """Keys and values of the checkpoint topic are arrays of schema 1."""
    key = ChunkKey(1, "cityloop.observations", 3, Part.DELTA, "w", 4, 5, 6)
    assert msgspec.msgpack.decode(encode_key(key)) == [1, "cityloop.observations", 3, "delta", "w", 4, 5, 6]
    assert msgspec.msgpack.decode(encode_value(Chunk(7, 8, b"x"))) == [7, 8, b"x"]
    assert msgspec.msgpack.decode(encode_value(Crash(7, 2, "boom"))) == [7, 2, "boom"]
    assert decode_key(encode_key(key)) == key


@pytest.mark.parametrize("part", list(Part), ids=lambda part: part.value)
def test_parts_keep_their_names(part: Part) -> None:
    """A part is written by its name, so that another order of the enum changes no checkpoint."""
    assert part.value == part.name.lower()


@pytest.mark.parametrize(
    ("key", "hashed"),
    [
        (b"21", -973932308),
        (b"foobar", -790332482),
        (b"a-little-bit-long-string", -985981536),
        (b"a-little-bit-longer-string", -1486304829),
        (b"lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58897971),
        (b"abc", 479470107),
    ],
    ids=lambda value: str(value)[:24],
)
def test_murmur2_gives_the_values_of_kafkas_own_test(key: bytes, hashed: int) -> None:
    """The signed hashes of Kafka's UtilsTest.testMurmur2 come out, so any client finds a source where ours put it."""
    assert murmur2(key) == hashed % 2**32
    assert partition_of_key(key, 4) == (hashed & 0x7FFFFFFF) % 4


def test_sources_spread_over_the_partitions() -> None:
    """Of a thousand sensors every one of eight partitions gets about an eighth."""
    counts = [0] * 8
    for number in range(1_000):
        counts[partition_of(f"sensor/smoke-{number}", 8)] += 1
    assert min(counts) > 80
    assert max(counts) < 180


def test_one_partition_takes_all() -> None:
    """With a single partition there is no choice."""
    assert {partition_of(f"sensor/{number}", 1) for number in range(50)} == {0}


@pytest.mark.parametrize(
    ("headers", "said"),
    [
        ({"content-type": b""}, "The record has no content-type header."),
        ({"content-type": b"; charset=utf-8"}, "The record has no content-type header."),
        ({"Content-Type": b"application/json"}, "The record has no content-type header."),
        ({"content-type": b"\xff\xfe"}, "The content-type '\ufffd\ufffd' is not one that is read here."),
        ({"content-type": b"application/x-ndjson"}, "The content-type 'application/x-ndjson' is not one that is read here."),
        ({"ce_specversion": b"1.0"}, "The data of the CloudEvent is of no type."),
        ({"ce_specversion": b"1.0", "content-type": b"text/plain"}, "The data of the CloudEvent is text/plain."),
        ({"ce_specversion": b"1.0", "content-type": b"application/json"}, "id: missing from the CloudEvent, or not a text."),
    ],
)
def test_headers_that_say_too_little(headers: dict[str, bytes], said: str) -> None:
    """What the headers do not say is never guessed from the bytes."""
    with pytest.raises(ProblemsError) as caught:
        decode_record(b"{}", headers)
    assert caught.value.problems[0].what == said


@pytest.mark.parametrize("media", ["application/json", "application/vnd.acme+json", "APPLICATION/JSON; charset=utf-8"])
def test_binary_events_of_any_json_type(media: str) -> None:
    """The data of a binary event may be of every JSON type."""
    value, headers = encode_binary(observation())
    read = decode_record(value, {**headers, CONTENT_TYPE: media.encode()}, timestamp=NOON)
    assert read.observations == (observation(received_at=NOON),)


def test_an_extension_in_a_binary_event_becomes_an_attribute() -> None:
    """A ``ce_`` header that the specification does not know is kept, and other headers are not mixed in."""
    value, headers = encode_binary(observation())
    (read,) = decode_record(value, {**headers, "ce_traceparent": b"00-ab", "tracestate": b"x"}).observations
    assert read.attributes == {"traceparent": "00-ab"}


@pytest.mark.parametrize("encode", [encode_json, encode_structured, encode_binary], ids=["json", "structured", "binary"])
def test_each_form_of_a_single_observation_carries_every_field(encode: object) -> None:
    """Whichever way one observation is written, nothing of it is lost."""
    assert callable(encode)
    whole = observation(id="a", unit="u", position=Position(1.0, 2.0), zone="z", confidence=0.5, evidence=("e",), attributes={"x": [1]})
    value, headers = encode(whole)
    (read,) = decode_record(value, headers, timestamp=NOON + 9).observations
    assert msgspec.structs.replace(read, received_at=None) == whole
    assert read.received_at == NOON + 9


@pytest.mark.parametrize("cut", [0, 1, 5, -1])
def test_an_envelope_that_was_cut_off_is_refused(cut: int) -> None:
    """Half an envelope is no envelope, with a sentence and not with another error."""
    value = encode_envelope(envelope(observation()))
    with pytest.raises(ProblemsError, match="The envelope cannot be decoded"):
        decode_record(value[:cut], ENVELOPE_HEADERS)
