"""From the body of a request to its items: one object, an array of them, or one a line."""

from collections.abc import Iterator, Mapping
from enum import StrEnum

import msgspec

from config.problem import Problem
from streams.gateway.jsontext import BadJsonError, read_json

REQUEST = "<request>"
"""What problems call the body of a request."""


class Form(StrEnum):
    """How a body is laid out."""

    JSON = "json"
    LINES = "lines"
    CLOUDEVENT = "cloudevent"


FORMS: Mapping[str, Form] = {
    "application/json": Form.JSON,
    "application/x-ndjson": Form.LINES,
    "application/ndjson": Form.LINES,
    "application/cloudevents+json": Form.CLOUDEVENT,
    "application/cloudevents-batch+json": Form.CLOUDEVENT,
}
"""Media types of ``POST /v1/observations``."""


class Item(msgspec.Struct, frozen=True):
    """One observation of a request, or what is wrong with its text.

    Attributes:
        index: place in the request, from 0.
        raw: its bytes as they came.
        line: line of the body, for bodies of one object a line.
        value: decoded JSON, when it could be decoded.
        problem: why it could not.
    """

    index: int
    raw: bytes
    line: int | None = None
    value: object = None
    problem: Problem | None = None


def form_of(content_type: str) -> Form | None:
    """The form that a ``Content-Type`` header announces; ``None`` for one that we do not take. Parameters are ignored."""
    return FORMS.get(content_type.partition(";")[0].strip().lower())


def read_items(body: bytes, form: Form) -> list[Item]:
    """Split a body into its items and decode each.

    A line that is not JSON spoils itself only; a broken object or array cannot be split and spoils the request.

    Raises:
        BadJsonError: the body as a whole cannot be read.
    """
    return list(_lines(body)) if form is Form.LINES else list(_values(body))


def _values(body: bytes) -> Iterator[Item]:
    if not body.strip():
        raise BadJsonError(Problem(file=REQUEST, what="The body is empty.", fix='Send an observation: {"source": ...}.'))
    if not body.lstrip().startswith(b"["):
        yield Item(0, body, None, read_json(body, file=REQUEST))
        return
    for index, raw in enumerate(read_json(body, file=REQUEST, kind=list[msgspec.Raw])):
        yield _item(index, bytes(raw), None)


def _lines(body: bytes) -> Iterator[Item]:
    index = 0
    for number, raw in enumerate(body.split(b"\n"), start=1):
        if not raw.strip():
            continue
        yield _item(index, raw.rstrip(b"\r"), number)
        index += 1
    if index == 0:
        raise BadJsonError(Problem(file=REQUEST, what="The body is empty.", fix="Send one observation a line."))


def _item(index: int, raw: bytes, line: int | None) -> Item:
    try:
        return Item(index, raw, line, read_json(raw, file=REQUEST if line else f"{REQUEST}[{index}]", line=line))
    except BadJsonError as error:
        return Item(index, raw, line, problem=error.problem)
