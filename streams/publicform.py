"""The public JSON form of an observation: reading it with every fault named, and writing it."""

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

import msgspec

from config.kinds import Kind, ValueType
from config.moment import Micros, render
from config.problem import Problem, ProblemsError, suggestion
from streams import fields
from streams.fields import BadFieldError
from streams.ids import observation_id
from streams.observation import Observation, Value

MAX_ATTRIBUTES_BYTES = 65_536
"""The most that the attributes of one observation may take, as JSON."""

_REQUIRED = ("source", "kind", "at", "value")
_READERS: Mapping[str, Callable[[Any], Any]] = {
    "id": partial(fields.text, limit=200),
    "source": fields.source,
    "kind": fields.kind,
    "at": fields.instant,
    "value": fields.value,
    "unit": partial(fields.text, limit=40),
    "position": fields.position,
    "zone": partial(fields.text, limit=200),
    "confidence": fields.confidence,
    "evidence": fields.evidence,
    "received_at": fields.instant,
}
_EXAMPLES = {"source": "sensor/door-7", "kind": "door", "at": "2026-03-02T08:00:00+08:00", "value": True}
_PYTHON_TYPES: Mapping[ValueType, type] = {ValueType.NUMBER: float, ValueType.BOOL: bool, ValueType.STRING: str}
_IN_WORDS: Mapping[ValueType, str] = {
    ValueType.NUMBER: "a number",
    ValueType.BOOL: "true or false",
    ValueType.STRING: "a text in quotes",
}
_JSON_TYPES: Mapping[type, str] = {float: "a number", bool: "a truth value", str: "a text"}


def read_observation(
    obj: object,
    *,
    now: Micros | None,
    kinds: Mapping[str, Kind] | None,
    file: str = "<request>",
    line: int | None = None,
) -> Observation:
    """Read the public form; fields that are not known are kept under ``attributes``.

    Args:
        obj: decoded JSON.
        now: the clock of whoever takes it in, kept as ``received_at`` (a sender's own ``received_at`` becomes an
            attribute, since a sender cannot say when we received). ``None`` when a recording is read: then the
            recording's ``received_at`` holds.
        kinds: the kinds table; ``None`` takes every kind with the type that its value has.
        file: what the user knows the input as.
        line: line of the input, where it has lines.

    Raises:
        ProblemsError: with every fault, not the first only.
    """
    if not isinstance(obj, Mapping):
        found = Problem(
            file=file, line=line, what=f"An observation is a JSON object, not {fields.shown(obj)}.", fix='Write {"source": ...}.'
        )
        raise ProblemsError([found])
    faults: list[tuple[str, str]] = []
    got: dict[str, Any] = {}
    for name, reader in _READERS.items():
        given = obj.get(name)
        if given is None:
            continue
        try:
            got[name] = reader(given)
        except BadFieldError as error:
            faults.append((f"{name}: {error.what}", error.fix))
    unknown = {name: obj[name] for name in obj if name not in _READERS and name != "attributes"}
    faults.extend(_missing(obj, unknown))
    faults.extend(_kind_faults(got, kinds))
    if now is not None and "received_at" in got:
        unknown["received_at"] = obj["received_at"]
    attributes, more = _attributes(obj.get("attributes"), unknown)
    faults.extend(more)
    if faults:
        raise ProblemsError([Problem(file=file, line=line, what=what, fix=fix) for what, fix in faults])
    if now is not None:
        got["received_at"] = now
    if "id" not in got:
        got["id"] = observation_id(got["source"], got["kind"], got["at"], got["value"])
    return Observation(**got, attributes=attributes)


def write_observation(observation: Observation) -> dict[str, Any]:
    """The public form; fields that are not set are left out, instants are RFC 3339 in UTC."""
    written: dict[str, Any] = {
        "id": observation.id,
        "source": observation.source,
        "kind": observation.kind,
        "at": render(observation.at),
        "value": observation.value,
    }
    for name in ("unit", "zone", "confidence"):
        if (given := getattr(observation, name)) is not None:
            written[name] = given
    if observation.position is not None:
        written["position"] = {"lon": observation.position.lon, "lat": observation.position.lat}
    if observation.evidence:
        written["evidence"] = list(observation.evidence)
    if observation.received_at is not None:
        written["received_at"] = render(observation.received_at)
    if observation.attributes:
        written["attributes"] = dict(observation.attributes)
    return written


def _missing(obj: Mapping[str, Any], unknown: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What must be there and is not, with the misspelled field that was probably meant."""
    faults = []
    for name in _REQUIRED:
        if obj.get(name) is not None:
            continue
        close = suggestion(name, unknown)
        if close.startswith("Did you mean"):
            written = close.removeprefix("Did you mean ").removesuffix("?")
            faults.append((f"{name}: missing.", f"There is a field {written}; call it '{name}'."))
        else:
            faults.append((f"{name}: missing.", f"Add it, for example {msgspec.json.encode({name: _EXAMPLES[name]}).decode()}."))
    return faults


def _kind_faults(got: Mapping[str, Any], kinds: Mapping[str, Kind] | None) -> list[tuple[str, str]]:
    """Whether the kind is in the table and the value is of its type."""
    if kinds is None or "kind" not in got:
        return []
    kind = kinds.get(got["kind"])
    if kind is None:
        return [(f"kind: {got['kind']!r} is not in the kinds table.", suggestion(got["kind"], kinds))]
    if "value" not in got or isinstance(got["value"], _PYTHON_TYPES[kind.value]):
        return []
    given: Value = got["value"]
    # As it was written, most likely: a door's sender knows its 1, not our 1.0.
    written = int(given) if isinstance(given, float) and given.is_integer() else given
    return [(f"value: {fields.shown(written)} is {_JSON_TYPES[type(given)]}.", f"{kind.name!r} takes {_IN_WORDS[kind.value]}.")]


def _attributes(given: object, unknown: Mapping[str, Any]) -> tuple[dict[str, Any], list[tuple[str, str]]]:
    """The given attributes and the unknown fields together, bounded."""
    if given is None:
        given = {}
    if not isinstance(given, Mapping):
        return {}, [(f"attributes: {fields.shown(given)} is not an object.", 'Write for example {"battery": 97}.')]
    twice = sorted(str(name) for name in given.keys() & unknown.keys())
    faults = [(f"{name}: given as a field and again under 'attributes'.", "Keep one of the two.") for name in twice]
    merged = {**unknown, **given}
    if merged:
        faults.extend(_attribute_faults(merged))
    return merged, faults


def _attribute_faults(attributes: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """What would stop the attributes later on: too many bytes, or values that a wire or a database cannot carry."""
    written = msgspec.json.encode(attributes)
    if len(written) > MAX_ATTRIBUTES_BYTES:
        yield f"attributes: take {len(written)} bytes.", f"Send at most {MAX_ATTRIBUTES_BYTES}; send pictures and files as evidence."
    if b"\\u0000" in written.replace(b"\\\\", b""):  # Without escaped backslashes, what is left stands for a real NUL.
        yield "attributes: have a NUL character.", "Leave it out."
    try:
        msgspec.msgpack.encode(attributes)
    except OverflowError:
        yield "attributes: have a whole number beyond 64 bits.", "Send it as a text."
