"""The rows of a replay, field by field (SEMANTICS, section 4)."""

import json
from typing import Any

import msgspec
import pytest

from rules.engine import Failed, Note, Noted
from rules.parser import parse_rules
from rules.replay import Summary, read_lines, replay
from rules.replay.rows import rejected, row_of
from tests.fakes.rulekit import EPOCH, KINDS, seen

FIXED = ["event", "at", "id", "rule", "group", "severity", "starts_at", "fired_at", "last_seen", "ends_at", "count"]
"""The fields that the specification fixes, in its order; ``why`` stands last."""
RULE = {
    "rule": "over",
    "kind": "level",
    "where": "value > 5 && confidence >= 0.5",
    "for": "10s",
    "keep_firing_for": "5s",
    "severity": "critical",
    "category": "06042",
    "ticket": "auto",
    "summary": {"en": "{value} at {source}", "zh": "{source}：{value}"},
}


def rows(*lines: dict[str, Any], rule: dict[str, Any] | None = None) -> list[dict[str, Any]]:
    """What a replay of one rule prints, through JSON and back."""
    ruleset = parse_rules(json.dumps({"groups": [{"name": "g", "rules": [RULE if rule is None else rule]}]}), KINDS)
    raw = [json.dumps(line).encode() for line in lines]
    return [json.loads(msgspec.json.encode(row)) for row in replay(ruleset, read_lines(raw, KINDS), None, Summary())]


def line(at: str, value: object, **fields: Any) -> dict[str, Any]:
    """An observation at a time of the day."""
    given = {"id": f"{at}-{value}", "source": "sensor/1", "kind": "level", "at": f"2026-03-02T{at}+08:00", "value": value}
    return given | {"confidence": 0.75} | fields


STORY = [line("12:00:00", 9), line("12:00:10.5", 8), line("12:00:12.25", 1), line("12:00:30", 1)]


def test_an_alerts_row_has_every_fixed_field_in_its_order_and_why_at_the_end() -> None:
    """Firing and resolved alike: none is left out, more may stand between."""
    for row in rows(*STORY):
        names = list(row)
        assert [name for name in names if name in FIXED] == FIXED
        assert names[-1] == "why"


def test_a_firing_row() -> None:
    """Everything that is known at the firing; the end is not."""
    row = rows(*STORY)[0]
    told = {name: value for name, value in row.items() if name not in ("why", "id", "rule_version")}
    assert told == {
        "event": "firing",
        "at": "2026-03-02T04:00:10Z",
        "rule": "over",
        "group": {"source": "sensor/1"},
        "severity": "critical",
        "starts_at": "2026-03-02T04:00:00Z",
        "fired_at": "2026-03-02T04:00:10Z",
        "last_seen": "2026-03-02T04:00:00Z",
        "ends_at": None,
        "count": 1,
        "distinct_sources": 1,
        "category": "06042",
        "ticket": "auto",
        "stale": False,
        "evidence": [],
        "summary": {"en": "9 at sensor/1", "zh": "sensor/1：9"},
    }


def test_a_resolved_row() -> None:
    """The instant of the resolution, the end of the trouble before it, and the last match with its fraction."""
    firing, updated, resolved = rows(*STORY)
    assert (updated["event"], updated["at"], updated["ends_at"], updated["count"]) == ("updated", "2026-03-02T04:00:10.5Z", None, 2)
    assert (resolved["event"], resolved["at"], resolved["ends_at"]) == ("resolved", "2026-03-02T04:00:17.25Z", "2026-03-02T04:00:12.25Z")
    assert (resolved["last_seen"], resolved["count"]) == ("2026-03-02T04:00:10.5Z", 2)
    assert {row["id"] for row in (firing, updated, resolved)} == {firing["id"]}


def test_why_names_the_condition_with_what_it_read() -> None:
    """The tree of conditions, each with its verdict and the values that were read, and the observation that began it."""
    why = rows(*STORY)[0]["why"]
    assert why["form"] == "level"
    assert why["for"] == "10s"
    assert why["observation"] == {
        "id": "12:00:00-9",
        "source": "sensor/1",
        "kind": "level",
        "at": "2026-03-02T04:00:00Z",
        "value": 9.0,
    }
    assert "confidence" in json.dumps(why["where"])
    assert "0.75" in json.dumps(why["where"])
    assert [row["why"] for row in rows(*STORY)] == [why] * 3


@pytest.mark.parametrize(
    ("written", "printed"),
    [
        ("12:00:00", "04:00:00Z"),
        ("12:00:00.0", "04:00:00Z"),
        ("12:00:00.5", "04:00:00.5Z"),
        ("12:00:00.500000", "04:00:00.5Z"),
        ("12:00:00.000001", "04:00:00.000001Z"),
        ("12:00:00.120", "04:00:00.12Z"),
        ("12:00:00.999999999", "04:00:00.999999Z"),
        ("07:59:59.999999", "1T23:59:59.999999Z"),
    ],
)
def test_instants_are_printed_in_utc_with_a_fraction_only_where_there_is_one(written: str, printed: str) -> None:
    """RFC 3339 with ``Z``, to the microsecond, without zeros at the end of a fraction."""
    (row,) = rows(line(written, 9), rule=RULE | {"for": "0s"})
    assert row["starts_at"].endswith(printed)
    assert row["starts_at"] == row["at"] == row["fired_at"]


@pytest.mark.parametrize(
    ("lines", "event", "reason"),
    [
        ([line("12:00:10", 1), line("12:00:05", 9)], "late", "its group has already applied a later observation"),
        ([line("12:00:10", 1), line("12:00:10", 1)], "duplicate", "the same id came before"),
        ([line("12:00:10", 9, confidence=None)], "undecided", "confidence is missing"),
    ],
    ids=["late", "duplicate", "undecided"],
)
def test_what_was_not_applied_is_a_row_with_rule_group_and_reason(lines: list[dict[str, Any]], event: str, reason: str) -> None:
    """The observation's own time and id stand in it, not those of what was read last."""
    (row,) = rows(*lines)
    last = lines[-1]
    assert row == {
        "event": event,
        "at": "2026-03-02T04:00:05Z" if event == "late" else "2026-03-02T04:00:10Z",
        "id": last["id"],
        "rule": "over",
        "group": {"source": "sensor/1"},
        "source": "sensor/1",
        "kind": "level",
        "reason": reason,
    }


def test_what_a_timer_made_late_says_so() -> None:
    """The other reason for being late: the alert's timer was run already."""
    found = rows(line("12:00:00", 9), line("12:00:11", 1, source="sensor/2"), line("12:00:10", 1, id="x"))
    assert [row["event"] for row in found] == ["firing", "late"]
    assert found[1]["reason"] == "its group has already run a timer that was due then or later"


def test_a_line_from_the_future_is_rejected_with_what_could_be_read() -> None:
    """Its number, how far ahead it was, and which observation it is; no rule is named, since none saw it."""
    (row,) = rows(line("12:10:00", 9, received_at="2026-03-02T04:00:00Z"))
    assert row == {
        "event": "rejected",
        "line": 1,
        "reason": "its time is 10m after it was received; at most 5m is believed.",
        "at": "2026-03-02T04:10:00Z",
        "id": "12:10:00-9",
        "source": "sensor/1",
        "kind": "level",
    }


def test_a_rejected_line_has_its_number_and_its_reason() -> None:
    """What could not be read at all has nothing more to tell."""
    assert rejected(7, "No.") == {"event": "rejected", "line": 7, "reason": "No."}
    (row,) = rows(line("12:00:00", "high"))
    assert row == {"event": "rejected", "line": 1, "reason": "value: \"high\" is a text. 'level' takes a number."}


def test_an_observation_that_broke_a_rule_is_rejected_with_the_rule() -> None:
    """The rule, the error and the observation, so that both can be found."""
    row = row_of(Noted(Note.CRASHED, seen(0, 9, id="a"), "ValueError: no", "over", {"source": "sensor/1"}), 3)
    assert row["reason"] == "rule over: ValueError: no."
    assert (row["event"], row["line"], row["id"]) == ("rejected", 3, "a")


def test_a_timer_that_broke_is_rejected_with_rule_and_group() -> None:
    """There is no observation to name; the instant is the timer's."""
    row = row_of(Failed(EPOCH + 500_000, "ValueError: no", "over", {"zone": None}), 3)
    assert (row["line"], row["at"], row["rule"], row["group"]) == (3, "2026-03-02T04:00:00.5Z", "over", {"zone": None})


def test_groups_are_told_as_they_were_written() -> None:
    """Whole numbers without a fraction, truth values as such, what is missing as null, in the order of ``by``."""
    rule = RULE | {"by": ["zone", "attributes.floor", "attributes.lit"], "for": "0s"}
    found = rows(line("12:00:00", 9, floor=3, lit=True, zone="北"), line("12:00:01", 9, floor=2.5), rule=rule)
    assert [json.dumps(row["group"], ensure_ascii=False) for row in found] == [
        '{"zone": "北", "attributes.floor": 3, "attributes.lit": true}',
        '{"zone": null, "attributes.floor": 2.5, "attributes.lit": null}',
    ]


def test_a_summary_counts_lines_and_rows() -> None:
    """Lines that were read, rejected ones included, and rows by event."""
    summary = Summary()
    raw = [json.dumps(one).encode() for one in STORY] + [b"{", b""]
    ruleset = parse_rules(json.dumps({"groups": [{"name": "g", "rules": [RULE]}]}), KINDS)
    printed = list(replay(ruleset, read_lines(raw, KINDS), None, summary))
    assert (summary.lines, summary.rejected) == (5, 1)
    assert summary.events == {"firing": 1, "updated": 1, "resolved": 1, "rejected": 1}
    assert len(printed) == 4
