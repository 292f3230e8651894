"""Lines of a recording, and kinds inferred from them."""

import json
from typing import Any

import pytest

from config.kinds import ValueType
from rules.engine import Failed
from rules.parser import parse_rules
from rules.replay import Summary, infer_kinds, read_lines, replay
from rules.replay.lines import MAX_LINE_BYTES
from rules.replay.rows import row_of
from tests.fakes.rulekit import EPOCH, KINDS, rules_of

GOOD: dict[str, Any] = {"id": "a", "source": "sensor/1", "kind": "level", "at": "2026-03-02T04:00:00Z", "value": 9}


def line(**changes: Any) -> bytes:
    """A line with some fields changed."""
    return json.dumps(GOOD | changes).encode() + b"\n"


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"{", "The line is not JSON: Input data was truncated. Write one JSON object a line."),
        (b"\xff{}", "The line is not JSON: "),
        (b'{"id": "\xff"}', "The line is not UTF-8. Save the file with the encoding UTF-8."),
        (b"[1]", 'An observation is a JSON object, not [1]. Write {"source": ...}.'),
        (line(kind="levle"), "kind: 'levle' is not in the kinds table. Did you mean 'level'?"),
        (line(value="9"), "value: \"9\" is a text. 'level' takes a number."),
        (line(at="2026-03-02T04:00:00"), 'at: "2026-03-02T04:00:00" has no offset from UTC.'),
        (b"[" * 5000, "The line is "),
        (b" " + b"1" * (MAX_LINE_BYTES + 1), f"The line has {MAX_LINE_BYTES + 1} bytes."),
    ],
    ids=["broken off", "not JSON", "not UTF-8", "no object", "kind", "value", "offset", "nested", "long"],
)  # fmt: skip
def test_a_line_that_is_no_observation_says_why(raw: bytes, reason: str) -> None:
    """Each way in which a line can be wrong has its sentence and its number, and the next line is read."""
    first, second = read_lines([raw, line()], KINDS)
    assert (first.number, first.observation) == (1, None)
    assert first.reason.startswith(reason)
    assert second.observation is not None
    assert second.number == 2


def test_empty_lines_and_a_byte_order_mark_are_no_faults() -> None:
    """They are passed over, and the numbers stay those of the file."""
    found = list(read_lines([b"\xef\xbb\xbf" + line(), b"\n", b"  \r\n", line(id="b")], KINDS))
    assert [(one.number, one.reason) for one in found] == [(1, ""), (4, "")]


def test_a_recording_keeps_its_time_of_receipt() -> None:
    """``received_at`` of a recording is believed, since only the recording knows it."""
    (found,) = read_lines([line(received_at="2026-03-02T03:00:00Z")], KINDS)
    assert found.observation is not None
    assert found.observation.received_at == found.observation.at - 3_600_000_000


def test_kinds_are_inferred_from_their_values() -> None:
    """Kinds that no table has get the type of their usable values; those of the table stay; nonsense is passed over."""
    raw = [
        line(kind="a", value=None),
        line(kind="a", value=True),
        line(kind="b", value=1.5),
        line(kind="b", value=2),
        line(kind="c", value="x"),
    ]
    found = infer_kinds([b"{", b"[]", line(kind=5), line(kind="level", value="x"), *raw], KINDS)
    assert {name: found[name].value for name in ("a", "b", "c", "level")} == {
        "a": ValueType.BOOL,
        "b": ValueType.NUMBER,
        "c": ValueType.STRING,
        "level": ValueType.NUMBER,
    }
    assert found.keys() - KINDS.keys() == {"a", "b", "c"}


@pytest.mark.parametrize(
    ("values", "type_"),
    [
        (["n/a", 1, 2.5], ValueType.NUMBER),
        ([True, 1, 2], ValueType.NUMBER),
        ([1, True, True], ValueType.BOOL),
        ([1, "x"], ValueType.NUMBER),
        (["x", 1], ValueType.STRING),
        ([[1], {"a": 1}, None, "x"], ValueType.STRING),
    ],
    ids=["a slip first", "a truth among numbers", "a number among truths", "as many: number first", "as many: text first", "no values"],
)
def test_one_slip_does_not_decide_of_which_type_a_kind_is(values: list[object], type_: ValueType) -> None:
    """The type is that of most values; of the first, where as many are of another. Truth values are no numbers."""
    assert infer_kinds([line(kind="a", value=value) for value in values], KINDS)["a"].value is type_


def test_values_of_another_type_than_was_inferred_are_rejected() -> None:
    """A sensor whose first line says ``n/a`` is a sensor of numbers: that one line is rejected, the others count."""
    raw = [
        line(kind="sludge", value=value, id=str(number), at=f"2026-03-02T04:00:0{number}Z") for number, value in enumerate(["n/a", 9, 1])
    ]
    kinds = infer_kinds(raw, KINDS)
    rules = parse_rules("groups: [{name: g, rules: [{rule: r, kind: sludge, where: value > 5}]}]", kinds)
    rows = list(replay(rules, read_lines(raw, kinds), None, Summary()))
    assert [(row["event"], row.get("at", row.get("line"))) for row in rows] == [
        ("rejected", 1),
        ("firing", "2026-03-02T04:00:01Z"),
        ("resolved", "2026-03-02T04:00:02Z"),
    ]


def test_a_summary_counts_what_was_printed() -> None:
    """Lines, events by name, and how many lines were rejected."""
    summary = Summary()
    rows = list(replay(rules_of({"where": "value > 5"}), read_lines([line(), line(), b"{"], KINDS), None, summary))
    assert (summary.lines, summary.rejected, len(rows)) == (3, 1, 3)
    assert summary.events == {"firing": 1, "duplicate": 1, "rejected": 1}


def test_nothing_in_gives_nothing_out() -> None:
    """An empty recording has no last instant, and says nothing."""
    assert list(replay(rules_of({"where": "value > 5"}), [], None, Summary())) == []


def test_an_undecided_row_says_what_was_missing() -> None:
    """An observation that a rule could not judge is a row with the rule, the group, the observation and the reason."""
    (row,) = replay(rules_of({"where": "confidence > 0.5"}), read_lines([line()], KINDS), None, Summary())
    assert row == {
        "event": "undecided",
        "at": "2026-03-02T04:00:00Z",
        "id": "a",
        "rule": "r0",
        "group": {"source": "sensor/1"},
        "source": "sensor/1",
        "kind": "level",
        "reason": "confidence is missing",
    }


def test_a_failed_timer_is_a_rejected_row_with_its_rule_and_group() -> None:
    """What a rule cannot stand at a timer is told with the line at which it was noticed, its instant, rule and group."""
    assert row_of(Failed(EPOCH, "RuntimeError: no", "over", {"source": "sensor/1"}), 7) == {
        "event": "rejected",
        "line": 7,
        "reason": "rule over: a timer failed: RuntimeError: no.",
        "at": "2026-03-02T04:00:00Z",
        "rule": "over",
        "group": {"source": "sensor/1"},
    }
