import pytest

from streams.gateway.body import Form, form_of, read_items
from streams.gateway.jsontext import BadJsonError


@pytest.mark.parametrize(
    ("header", "form"),
    [
        ("application/json", Form.JSON),
        ("Application/JSON; charset=utf-8", Form.JSON),
        ("application/x-ndjson", Form.LINES),
        ("application/cloudevents+json", Form.CLOUDEVENT),
        ("text/plain", None),
        ("", None),
    ],
)
def test_the_content_type_says_the_form(header: str, form: Form | None) -> None:
    """Media types are compared without case and parameters; others have no form."""
    assert form_of(header) is form


def test_an_object_is_one_item() -> None:
    """A body of one object has one item with all of its bytes."""
    (item,) = read_items(b' {"a": 1}\n', Form.JSON)
    assert (item.index, item.value, item.raw, item.line) == (0, {"a": 1}, b' {"a": 1}\n', None)


def test_an_array_keeps_each_items_bytes() -> None:
    """Items of an array are told apart with the bytes that each came as."""
    items = read_items(b'[{"a": 1} , {"b":2.50}]', Form.JSON)
    assert [(item.index, item.raw) for item in items] == [(0, b'{"a": 1}'), (1, b'{"b":2.50}')]


def test_an_empty_array_has_no_items() -> None:
    """A sender with nothing to say may say so."""
    assert read_items(b"[]", Form.JSON) == []


def test_lines_are_numbered_as_they_stand() -> None:
    """Blank lines and Windows line ends do not disturb the count of lines."""
    items = read_items(b'{"a": 1}\r\n\r\n{"b": 2}\n', Form.LINES)
    assert [(item.index, item.line, item.value) for item in items] == [(0, 1, {"a": 1}), (1, 3, {"b": 2})]


def test_a_broken_line_spoils_itself_only() -> None:
    """The lines before and after one that is not JSON are read."""
    good, bad, more = read_items(b'{"a": 1}\n{"a": NaN}\n{"a": 3}', Form.LINES)
    assert (good.problem, more.problem) == (None, None)
    assert str(bad.problem).startswith("<request>:2:7: not JSON: invalid character. JSON has no NaN")
    assert bad.raw == b'{"a": NaN}'


def test_an_item_too_deep_spoils_itself_only() -> None:
    """In an array that parses, an item beyond the bounds is refused alone."""
    deep = b'{"a":' * 40 + b"1" + b"}" * 40
    bad, good = read_items(b"[" + deep + b',{"a":1}]', Form.JSON)
    assert str(bad.problem).startswith("<request>[0]: The JSON is nested deeper than 32 levels.")
    assert good.value == {"a": 1}


@pytest.mark.parametrize("form", list(Form))
def test_an_empty_body_is_told(form: Form) -> None:
    """A body of nothing but white space is refused in every form."""
    with pytest.raises(BadJsonError, match=r"<request>: The body is empty\. Send"):
        read_items(b" \n ", form)


def test_a_broken_array_is_refused_whole() -> None:
    """An array that is cut off cannot be split, so the place is told."""
    with pytest.raises(BadJsonError, match=r"^<request>:2:9: not JSON: input data was truncated"):
        read_items(b'[{"a": 1},\n{"a": 2}', Form.JSON)
