import pytest

from config.problem import Problem
from streams.gateway.jsontext import MAX_DEPTH, BadJsonError, excess, read_json

NESTED = b'{"a":' * 40 + b"1" + b"}" * 40
BAD = [
    (
        b'{"a": NaN}',
        "f:1:7: not JSON: invalid character. JSON has no NaN and no infinity: leave the observation out when there is no measurement.",
    ),
    (
        b'{\n "a": -Infinity}',
        "f:2:8: not JSON: invalid character. JSON has no NaN and no infinity: leave the observation out when there is no measurement.",
    ),
    (b'{"a": 1', "f:1:8: not JSON: input data was truncated. The text ends too early: send it whole."),
    (b"{'a': 1}", "f:1:2: not JSON: object keys must be strings. Use double quotes."),
    (b'\xef\xbb\xbf{"a": 1}', "f:1:1: not JSON: invalid character. Send UTF-8 without a byte order mark."),
    (
        b'{"a": 1}\n{"a": 2}',
        "f:2:1: not JSON: trailing characters. Send several objects as an array, or one a line with the content type application/x-ndjson.",
    ),
    (b'{"a": 1,}', "f:1:9: not JSON: trailing comma in object. Send one JSON object or array, in UTF-8."),
    (
        NESTED,
        f"f: The JSON is nested deeper than {MAX_DEPTH} levels. Send a flat object; put structure that rules do not read into evidence.",
    ),
    (
        b"[" * 100_000,
        f"f: The JSON is nested deeper than {MAX_DEPTH} levels. Send a flat object; put structure that rules do not read into evidence.",
    ),
    (b'{"a": ' + b"9" * 30 + b"}", "f: A whole number has 30 digits. Write numbers of up to 64 bits, or the digits as a text in quotes."),
]


@pytest.mark.parametrize(("text", "said"), BAD, ids=range(len(BAD)))
def test_bad_json_is_told_with_its_place(text: bytes, said: str) -> None:
    """Each way in which a text can fail to be JSON that we take is told with line, column and remedy."""
    with pytest.raises(BadJsonError) as caught:
        read_json(text, file="f")
    assert str(caught.value) == said


def test_a_line_keeps_its_number() -> None:
    """In a text that is one line of a larger input, the line is the input's and the column the text's."""
    with pytest.raises(BadJsonError) as caught:
        read_json(b'{"a": yes}', file="f", line=17)
    assert (caught.value.problem.line, caught.value.problem.column) == (17, 7)


def test_good_json_is_read() -> None:
    """A text within the bounds is what it says."""
    assert read_json(b' {"a": [1, 2.5, true, null, "\xe7\x83\x9f"]} ', file="f") == {"a": [1, 2.5, True, None, "烟"]}


def test_whole_numbers_of_64_bits_pass() -> None:
    """The largest and the smallest number that msgpack carries are taken; the next ones are not."""
    assert excess({"a": [2**64 - 1, -(2**63)]}) is None
    assert excess(2**64) is not None
    assert excess(-(2**63) - 1) is not None


def test_the_deepest_value_that_passes() -> None:
    """A value nested exactly as deep as allowed passes, one deeper does not."""
    value: object = 1
    for _ in range(MAX_DEPTH):
        value = [value]
    assert excess(value) is None
    assert excess([value]) is not None


def test_the_problem_is_a_value() -> None:
    """The error carries a problem that an answer can hold."""
    with pytest.raises(BadJsonError) as caught:
        read_json(b"", file="f")
    assert caught.value.problem == Problem(
        file="f", line=1, column=1, what="not JSON: input data was truncated.", fix="The text ends too early: send it whole."
    )
