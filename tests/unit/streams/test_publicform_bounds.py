"""The bounds of each field of an observation: the last value that is taken, and the first one that is not, with its words."""

from typing import Any

import pytest

from config.moment import SECOND
from config.problem import ProblemsError
from streams.publicform import read_observation, write_observation
from tests.fakes.observations import KINDS, NOON, observation

GOOD: dict[str, Any] = {"source": "sensor/door-1", "kind": "door", "at": "2026-03-02T12:00:00+08:00", "value": True}
A_SOURCE = "Write camera/<id> or sensor/<id>; an id has up to 200 letters, digits and . : @ + / - _ characters."
A_KIND = "Write lower-case letters, digits and _, for example bin_fullness."
A_TIME = "Write for example 2026-03-02T08:00:00+08:00."
A_PLACE = 'Write {"lon": 121.47, "lat": 31.23}, in degrees.'
SIXTY = "x" * 56


def problems(**changes: object) -> list[str]:
    """What is said of an observation with some fields changed; nothing when it is taken."""
    given = {name: value for name, value in (GOOD | changes).items() if value is not ...}
    try:
        read_observation(given, now=NOON, kinds=None)
    except ProblemsError as error:
        return [f"{problem.what} {problem.fix}" for problem in error.problems]
    return []


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("source", "camera/1"),
        ("source", "sensor/" + "x" * 200),
        ("source", "sensor/厨房-2"),
        ("source", "sensor/a.b:c@d+e/f-g_h"),
        ("kind", "k"),
        ("kind", "k" * 64),
        ("kind", "pm2_5"),
        ("id", "x" * 200),
        ("unit", "u" * 40),
        ("zone", "z" * 200),
        ("zone", "北门"),
        ("value", ""),
        ("value", "x" * 1_000),
        ("value", -0.0),
        ("value", 2**53),
        ("value", 1.7976931348623157e308),
        ("confidence", 0),
        ("confidence", 1),
        ("confidence", 0.5),
        ("position", {"lon": -180, "lat": -90}),
        ("position", {"lon": 180.0, "lat": 90.0}),
        ("evidence", []),
        ("evidence", ["e"] * 32),
        ("evidence", ["e" * 2_000]),
        ("at", "1970-01-01T00:00:00Z"),
        ("at", "1970-01-01T08:00:00+08:00"),
        ("at", "9999-12-31T23:59:59.999999Z"),
        ("at", "2026-03-02T12:00:00-00:00"),
        ("at", "2028-02-29T12:00:00+14:00"),
        ("attributes", {}),
        ("attributes", {"deep": {"er": [1, None, "x"]}}),
    ],
    ids=lambda value: str(value)[:24],
)
def test_the_last_value_that_is_taken(field: str, value: object) -> None:
    """At its bound a field is still good."""
    assert problems(**{field: value}) == []


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("source", "", f'source: "" names no source. {A_SOURCE}'),
        ("source", "sensor/", f'source: "sensor/" names no source. {A_SOURCE}'),
        ("source", "Sensor/1", f'source: "Sensor/1" names no source. {A_SOURCE}'),
        ("source", "gateway/1", f'source: "gateway/1" names no source. {A_SOURCE}'),
        ("source", "sensor/a b", f'source: "sensor/a b" names no source. {A_SOURCE}'),
        ("source", "sensor/a\n", f'source: "sensor/a\\n" names no source. {A_SOURCE}'),
        ("source", "sensor/a#", f'source: "sensor/a#" names no source. {A_SOURCE}'),
        ("source", "sensor/" + "x" * 201, f'source: "sensor/{"x" * 49}... names no source. {A_SOURCE}'),
        ("source", 7, f"source: 7 names no source. {A_SOURCE}"),
        ("kind", "", f'kind: "" is not the name of a kind. {A_KIND}'),
        ("kind", "2fast", f'kind: "2fast" is not the name of a kind. {A_KIND}'),
        ("kind", "bin-fullness", f'kind: "bin-fullness" is not the name of a kind. {A_KIND}'),
        ("kind", "k" * 65, f'kind: "{SIXTY.replace("x", "k")}... is not the name of a kind. {A_KIND}'),
        ("kind", "door\n", f'kind: "door\\n" is not the name of a kind. {A_KIND}'),
        ("id", "", "id: has 0 characters. Write 1 to 200."),
        ("id", "x" * 201, "id: has 201 characters. Write 1 to 200."),
        ("id", 5, "id: 5 is not a text. Write it in quotes."),
        ("unit", "u" * 41, "unit: has 41 characters. Write 1 to 40."),
        ("zone", ["z"], 'zone: ["z"] is not a text. Write it in quotes.'),
        ("zone", "z" * 201, "zone: has 201 characters. Write 1 to 200."),
        ("value", "x" * 1_001, "value: has 1001 characters. Write at most 1000."),
        ("value", "a\0", 'value: "a\\u0000" has a NUL character. Leave it out.'),
        ("value", float("inf"), "value: null is not a finite number. Write a number that fits in 64 bits of floating point."),
        ("value", {}, "value: {} is not a value. Write a number, true, false or a text in quotes."),
        ("confidence", 1.0001, "confidence: 1.0001 is not a confidence. Write a number from 0 to 1."),
        ("confidence", -0.1, "confidence: -0.1 is not a confidence. Write a number from 0 to 1."),
        ("confidence", True, "confidence: true is not a confidence. Write a number from 0 to 1."),
        ("confidence", "0.5", 'confidence: "0.5" is not a confidence. Write a number from 0 to 1.'),
        ("confidence", float("nan"), "confidence: null is not a confidence. Write a number from 0 to 1."),
        ("position", {"lon": 180.1, "lat": 0}, f'position: {{"lon":180.1,"lat":0}} is not on the earth. {A_PLACE}'),
        ("position", {"lon": 0, "lat": -90.1}, f'position: {{"lon":0,"lat":-90.1}} is not on the earth. {A_PLACE}'),
        ("position", {"lon": "1", "lat": 0}, f'position: {{"lon":"1","lat":0}} is not on the earth. {A_PLACE}'),
        ("position", {"lon": True, "lat": 0}, f'position: {{"lon":true,"lat":0}} is not on the earth. {A_PLACE}'),
        ("position", {"lon": 1}, f'position: {{"lon":1}} is not a position. {A_PLACE}'),
        ("position", {"lon": 1, "lat": 1, "alt": 5}, f'position: {{"lon":1,"lat":1,"alt":5}} is not a position. {A_PLACE}'),
        ("evidence", ["e"] * 33, "evidence: [" + '"e",' * 14 + "... is not a list of references. Write a list of at most 32 URIs."),
        ("evidence", [""], "evidence: has 0 characters. Write 1 to 2000."),
        ("evidence", ["e" * 2_001], "evidence: has 2001 characters. Write 1 to 2000."),
        ("evidence", [5], "evidence: 5 is not a text. Write it in quotes."),
        ("at", "2026-03-02", f'at: "2026-03-02" is not an RFC 3339 date-time. {A_TIME}'),
        ("at", "2026-03-02T12:00Z", f'at: "2026-03-02T12:00Z" is not an RFC 3339 date-time. {A_TIME}'),
        ("at", "20260302T120000Z", f'at: "20260302T120000Z" is not an RFC 3339 date-time. {A_TIME}'),
        ("at", "2026-03-02T12:00:00.Z", f'at: "2026-03-02T12:00:00.Z" is not an RFC 3339 date-time. {A_TIME}'),
        ("at", "2026-03-02T12:00:00+0800", f'at: "2026-03-02T12:00:00+0800" is not an RFC 3339 date-time. {A_TIME}'),
        ("at", "2026-03-02T12:00:00Z\n", f'at: "2026-03-02T12:00:00Z\\n" is not an RFC 3339 date-time. {A_TIME}'),
        ("at", "2026-03-02T12:00:00+07:60", f'at: "2026-03-02T12:00:00+07:60" is not an RFC 3339 date-time. {A_TIME}'),
        ("at", "2026-03-02T12:00:0\u0660Z", f'at: "2026-03-02T12:00:0\u0660Z" is not an RFC 3339 date-time. {A_TIME}'),
        ("at", True, f"at: true is not an RFC 3339 date-time. {A_TIME}"),
        ("at", "2026-03-02T12:00:60Z", f'at: "2026-03-02T12:00:60Z" is not a date-time: second must be in 0..59. {A_TIME}'),
        ("at", "2026-13-02T12:00:00Z", f'at: "2026-13-02T12:00:00Z" is not a date-time: month must be in 1..12. {A_TIME}'),
        ("at", "9999-12-31T23:59:59-00:01", 'at: "9999-12-31T23:59:59-00:01" lies outside the years 1970 to 9999. Set the clock of the device.'),
        ("at", "1970-01-01T00:00:00+00:01", 'at: "1970-01-01T00:00:00+00:01" lies outside the years 1970 to 9999. Set the clock of the device.'),
        ("attributes", [], 'attributes: [] is not an object. Write for example {"battery": 97}.'),
        ("attributes", {"zone": 1, "x": 2**64}, "attributes: have a whole number beyond 64 bits. Send it as a text."),
    ],
    ids=lambda value: str(value)[:24],
)  # fmt: skip
def test_the_first_value_that_is_refused(field: str, value: object, said: str) -> None:
    """Beyond its bound a field is refused in exactly these words, and no other field is blamed."""
    assert problems(**{field: value}) == [said]


@pytest.mark.parametrize(
    ("missing", "meant", "said"),
    [
        ("source", "sorce", "source: missing. There is a field 'sorce'; call it 'source'."),
        ("kind", "kinds", "kind: missing. There is a field 'kinds'; call it 'kind'."),
        ("value", "vlaue", "value: missing. There is a field 'vlaue'; call it 'value'."),
        ("at", "when", 'at: missing. Add it, for example {"at":"2026-03-02T08:00:00+08:00"}.'),
        ("kind", "zzz", 'kind: missing. Add it, for example {"kind":"door"}.'),
    ],
)
def test_a_misspelt_field_is_recognised(missing: str, meant: str, said: str) -> None:
    """A required field under nearly its name is told to be renamed; under another name it is told to be added."""
    assert problems(**{missing: ..., meant: GOOD[missing]}) == [said]


@pytest.mark.parametrize("field", ["source", "kind", "at", "value"])
def test_null_is_no_value_for_what_is_required(field: str) -> None:
    """A required field that is null is missing."""
    (told,) = problems(**{field: None})
    assert told.startswith(f"{field}: missing. Add it")


@pytest.mark.parametrize(
    ("kind", "value", "said"),
    [
        ("door", True, None),
        ("door", 1, "value: 1 is a number. 'door' takes true or false."),
        ("door", "true", "value: \"true\" is a text. 'door' takes true or false."),
        ("battery", 5, None),
        ("battery", 5.5, None),
        ("battery", False, "value: false is a truth value. 'battery' takes a number."),
        ("battery", "5", "value: \"5\" is a text. 'battery' takes a number."),
        ("camera_health", "dark", None),
        ("camera_health", True, "value: true is a truth value. 'camera_health' takes a text in quotes."),
        ("camera_health", 3, "value: 3 is a number. 'camera_health' takes a text in quotes."),
        ("doors", True, "kind: 'doors' is not in the kinds table. Did you mean 'door'?"),
        ("zzz", True, "kind: 'zzz' is not in the kinds table. Known: battery, camera_health, door, smoke."),
    ],
)
def test_each_type_against_each_kind(kind: str, value: object, said: str | None) -> None:
    """A kind takes the values of its own type: a truth value is never a number, and a number never a truth value."""
    try:
        read_observation(GOOD | {"kind": kind, "value": value}, now=NOON, kinds=KINDS)
        told = None
    except ProblemsError as error:
        (problem,) = error.problems
        told = f"{problem.what} {problem.fix}"
    assert told == said


@pytest.mark.parametrize(
    ("given", "micros"),
    [
        ("2026-03-02T12:00:00+08:00", 0),
        ("2026-03-02T12:00:00.1+08:00", 100_000),
        ("2026-03-02T12:00:00.000001+08:00", 1),
        ("2026-03-02T12:00:00.0000019+08:00", 1),
        ("2026-03-02T12:00:00.999999999+08:00", 999_999),
        ("2026-03-02T04:00:01Z", SECOND),
        ("2026-03-02T09:30:00+05:30", 0),
        ("2026-03-01T23:30:00-04:30", 0),
    ],
)
def test_instants_are_exact(given: str, micros: int) -> None:
    """Every offset gives the same instant, and digits beyond the microsecond are cut off rather than rounded up."""
    assert read_observation(GOOD | {"at": given}, now=None, kinds=None).at == NOON + micros


def test_the_advice_on_an_offset_is_short() -> None:
    """An instant without offset is shown with it up to the microsecond, however many digits came."""
    with pytest.raises(ProblemsError) as caught:
        read_observation(GOOD | {"at": f"2026-03-02T12:00:00.{'1' * 5000}"}, now=None, kinds=None)
    assert caught.value.problems[0].fix == (
        "Write 2026-03-02T12:00:00.111111+08:00 for China's time, or 2026-03-02T12:00:00.111111Z for UTC."
    )


def test_the_written_form_of_everything() -> None:
    """Every field has its place in the public form, and reading that form gives the same observation."""
    whole = observation(
        id="a", unit="1", zone="z", confidence=0.0, evidence=("e",), attributes={"x": None}, received_at=NOON + 1, value=0.0, kind="pm"
    )
    written = write_observation(whole)
    assert list(written) == ["id", "source", "kind", "at", "value", "unit", "zone", "confidence", "evidence", "received_at", "attributes"]
    assert written["confidence"] == 0.0
    assert read_observation(written, now=None, kinds=None) == whole
