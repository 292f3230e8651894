"""Reading the public form: every mistake has its own sentence, and nothing that was sent is lost."""

from pathlib import Path

import msgspec
import pytest

from config.moment import parse
from config.problem import ProblemsError
from streams.observation import Position
from streams.publicform import MAX_ATTRIBUTES_BYTES, read_observation, write_observation
from tests.fakes.observations import KINDS, NOON, observation

BAD = Path("tests/data/bad/observations")
GOOD = {"source": "sensor/door-1", "kind": "door", "at": "2026-03-02T12:00:00+08:00", "value": True}
MESSAGES = {
    "attribute-given-twice": ["battery: given as a field and again under 'attributes'. Keep one of the two."],
    "attributes-as-text": ['attributes: "x" is not an object. Write for example {"battery": 97}.'],
    "before-1970": ['at: "1969-12-31T23:59:59Z" lies outside the years 1970 to 9999. Set the clock of the device.'],
    "confidence-in-percent": ["confidence: 97 is not a confidence. Write a number from 0 to 1."],
    "empty-zone": ["zone: has 0 characters. Write 1 to 200."],
    "epoch-seconds": ["at: 1772409600 is not an RFC 3339 date-time. Write for example 2026-03-02T08:00:00+08:00."],
    "everything-at-once": [
        'at: "today" is not an RFC 3339 date-time. Write for example 2026-03-02T08:00:00+08:00.',
        "confidence: -1 is not a confidence. Write a number from 0 to 1.",
        'source: missing. Add it, for example {"source":"sensor/door-7"}.',
        'value: missing. Add it, for example {"value":true}.',
        "kind: 'dor' is not in the kinds table. Did you mean 'door'?",
    ],
    "evidence-as-text": ['evidence: "a.jpg" is not a list of references. Write a list of at most 32 URIs.'],
    "infinite-value": [
        "value: 100000000000000000000000000000000000000000000000000000000... is not a finite number. Write a number that fits in 64 bits of floating point."
    ],
    "kind-in-capitals": ['kind: "Door" is not the name of a kind. Write lower-case letters, digits and _, for example bin_fullness.'],
    "list-for-value": ["value: [true] is not a value. Write a number, true, false or a text in quotes."],
    "misspelled-source": ["source: missing. There is a field 'soruce'; call it 'source'."],
    "no-offset": [
        'at: "2026-03-02T08:00:00" has no offset from UTC. Write 2026-03-02T08:00:00+08:00 for China\'s time, or 2026-03-02T08:00:00Z for UTC.'
    ],
    "no-source": ['source: missing. Add it, for example {"source":"sensor/door-7"}.'],
    "no-such-day": [
        'at: "2026-02-30T08:00:00+08:00" is not a date-time: day is out of range for month. Write for example 2026-03-02T08:00:00+08:00.'
    ],
    "not-an-object": ['An observation is a JSON object, not [1,2]. Write {"source": ...}.'],
    "nul-in-attributes": ["attributes: have a NUL character. Leave it out."],
    "nul-in-zone": ['zone: "a\\u0000b" has a NUL character. Leave it out.'],
    "number-beyond-64-bits": ["attributes: have a whole number beyond 64 bits. Send it as a text."],
    "number-for-bool": ["value: 1 is a number. 'door' takes true or false."],
    "number-for-text": ["value: 2 is a number. 'camera_health' takes a text in quotes."],
    "number-for-unit": ["unit: 5 is not a text. Write it in quotes."],
    "position-as-list": ['position: [121.5,31.2] is not a position. Write {"lon": 121.47, "lat": 31.23}, in degrees.'],
    "position-off-the-earth": ['position: {"lon":31.2,"lat":121.5} is not on the earth. Write {"lon": 121.47, "lat": 31.23}, in degrees.'],
    "source-without-class": [
        'source: "door-1" names no source. Write camera/<id> or sensor/<id>; an id has up to 200 letters, digits and . : @ + / - _ characters.'
    ],
    "text-for-number": ["value: \"97\" is a text. 'battery' takes a number."],
    "unknown-kind": ["kind: 'dor' is not in the kinds table. Did you mean 'door'?"],
}


def test_every_bad_file_has_its_messages() -> None:
    """The table below and the folder of bad files name the same mistakes."""
    assert sorted(MESSAGES) == sorted(path.stem for path in BAD.iterdir())


@pytest.mark.parametrize("mistake", sorted(MESSAGES))
def test_mistake_is_told(mistake: str) -> None:
    """A bad observation is refused with exactly these sentences, and with the file it came from."""
    with pytest.raises(ProblemsError) as caught:
        read_observation(msgspec.json.decode((BAD / f"{mistake}.json").read_bytes()), now=NOON, kinds=KINDS, file="door.ndjson", line=7)
    assert [f"{problem.what} {problem.fix}" for problem in caught.value.problems] == MESSAGES[mistake]
    assert {(problem.file, problem.line) for problem in caught.value.problems} == {("door.ndjson", 7)}


def test_plain_observation() -> None:
    """The four required fields are enough: the id is the hash, the reader's clock is the time of receipt."""
    assert read_observation(GOOD, now=NOON + 5, kinds=KINDS) == observation(at=NOON, received_at=NOON + 5)


def test_every_field_is_read() -> None:
    """All fields of the public form arrive in the observation."""
    given = GOOD | {
        "id": "a-1",
        "unit": "1",
        "position": {"lon": 121, "lat": 31.5},
        "zone": "bay",
        "confidence": 1,
        "evidence": ["evidence:sha256/00"],
        "attributes": {"battery": 97},
    }
    assert read_observation(given, now=NOON, kinds=KINDS) == observation(
        id="a-1",
        unit="1",
        position=Position(121.0, 31.5),
        zone="bay",
        confidence=1.0,
        evidence=("evidence:sha256/00",),
        attributes={"battery": 97},
        received_at=NOON,
    )


def test_unknown_fields_are_kept() -> None:
    """A field that is not known becomes an attribute beside those that were given."""
    read = read_observation(GOOD | {"linkquality": 80, "attributes": {"battery": 97}}, now=NOON, kinds=KINDS)
    assert read.attributes == {"linkquality": 80, "battery": 97}


def test_null_is_absent() -> None:
    """An optional field that is null counts as not sent."""
    assert read_observation(GOOD | {"zone": None, "attributes": None, "id": None}, now=None, kinds=KINDS) == observation()


def test_a_sender_cannot_say_when_it_was_received() -> None:
    """At a gateway the sender's ``received_at`` is kept as an attribute and the gateway's clock holds."""
    read = read_observation(GOOD | {"received_at": "2020-01-01T00:00:00Z"}, now=NOON, kinds=KINDS)
    assert (read.received_at, read.attributes) == (NOON, {"received_at": "2020-01-01T00:00:00Z"})


def test_a_recording_says_when_it_was_received() -> None:
    """When a recording is read, its own ``received_at`` holds."""
    read = read_observation(GOOD | {"received_at": "2026-03-02T04:00:00.000001Z"}, now=None, kinds=KINDS)
    assert (read.received_at, read.attributes) == (NOON + 1, {})


@pytest.mark.parametrize(
    "at", ["2026-03-02t04:00:00z", "2026-03-02 12:00:00+08:00", "2026-03-02T04:00:00.0000009Z", f"2026-03-02T12:00:00.{'0' * 30}9+08:00"]
)
def test_instants_as_rfc_3339_allows_them(at: str) -> None:
    """Lower case, a space and digits beyond the microsecond, however many, are read as the same instant."""
    assert read_observation(GOOD | {"at": at}, now=None, kinds=KINDS).at == NOON


def test_fractions_are_exact() -> None:
    """Six digits of a second arrive as whole microseconds."""
    assert read_observation(GOOD | {"at": "2026-03-01T21:40:42.846533Z"}, now=None, kinds=KINDS).at == parse("2026-03-01T21:40:42.846533Z")


def test_without_a_table_the_value_says_its_type() -> None:
    """Without a kinds table every kind is taken with the value that it has."""
    assert read_observation(GOOD | {"kind": "pm10", "value": 9}, now=None, kinds=None).value == 9.0


def test_whole_numbers_become_floats() -> None:
    """A number kind takes whole numbers, and they are floats from then on."""
    value = read_observation(GOOD | {"kind": "battery", "value": 97}, now=None, kinds=KINDS).value
    assert (value, type(value)) == (97.0, float)


def test_attributes_are_bounded() -> None:
    """Attributes beyond their bound are refused with their size."""
    with pytest.raises(ProblemsError, match=f"attributes: take {MAX_ATTRIBUTES_BYTES + 11 - 1} bytes"):
        read_observation(GOOD | {"attributes": {"x": "y" * (MAX_ATTRIBUTES_BYTES + 2)}}, now=None, kinds=KINDS)


def test_a_backslash_before_u0000_is_no_nul() -> None:
    """The six characters of an escape, sent as text, are not mistaken for a NUL."""
    assert read_observation(GOOD | {"note": "\\u0000"}, now=None, kinds=KINDS).attributes == {"note": "\\u0000"}


def test_written_form_leaves_out_what_is_not_set() -> None:
    """The written form of a plain observation has its identity and the four required fields, in UTC."""
    assert write_observation(observation(id="x")) == {
        "id": "x",
        "source": "sensor/door-1",
        "kind": "door",
        "at": "2026-03-02T04:00:00Z",
        "value": True,
    }
