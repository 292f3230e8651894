"""Rule files with one mistake each, and the exact words that are said of it."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from config.kindfile import shipped_kinds
from config.kinds import Kind
from config.problem import ProblemsError
from rules.parser import load_rules

BAD = Path("tests/data/rules/bad")
SAID: dict[str, tuple[str, ...]] = {
    "expected-by": ("7:13: of an expected source nothing but its name is known. Leave 'by' out, or leave 'expected' out.",),
    "expected-of-level": (
        "7:9: 'expected' makes no sense here: 'expected' names sources whose absence counts from the beginning, and the rule does not ask for absence. Leave it out.",
    ),
    "expected-word": (
        "7:19: expected: 'devices' is no source, and no word for the city's sources. Write devices, cameras or sources, {kind: ...}, or a list such as [sensor/door-7].",
    ),
    "schedule-by": ("6:13: each row of the table is a group already, named by 'key'. Leave 'by' out.",),
    "schedule-cells": (
        "tables/cells.csv:2: due: '2026-02-30' is no date. Write 2026-03-02, or an instant with offset: 2026-03-02T09:00:00+08:00.",
        "tables/cells.csv:3: permit: the cell is empty, and it is part of the row's key. Write what names the row.",
        "tables/cells.csv:4: due: '10.03.2026' is no date. Write 2026-03-02, or an instant with offset: 2026-03-02T09:00:00+08:00.",
        "tables/cells.csv:6: due: '20260310' is no date. Write 2026-03-02, or an instant with offset: 2026-03-02T09:00:00+08:00.",
        "tables/cells.csv:7: due: '2026-03-10T09:00:00' is no date. Write 2026-03-02, or an instant with offset: 2026-03-02T09:00:00+08:00.",
        "tables/cells.csv:8: due: '1066-10-14' is no date. Write 2026-03-02, or an instant with offset: 2026-03-02T09:00:00+08:00.",
        "tables/cells.csv:9: lon, lat: '200', '29' is no place on the earth. Write degrees, such as 113.2001 and 29.4003, or neither.",
        "tables/cells.csv:10: lon, lat: '113', '' is no place on the earth. Write degrees, such as 113.2001 and 29.4003, or neither.",
        "tables/cells.csv:11: there is a row for 'P-1' already (line 5). Give each row a key of its own.",
        "tables/cells.csv:12: the row has 2 cells, the header 5. Add or remove commas; quote a text with a comma.",
        "tables/cells.csv:13: due: '2027-02-29' is no date. Write 2026-03-02, or an instant with offset: 2026-03-02T09:00:00+08:00.",
        "tables/cells.csv:14: due: '9999-12-31T23:59:59-10:00' is no date. Write 2026-03-02, or an instant with offset: 2026-03-02T09:00:00+08:00.",
    ),
    "schedule-catch-up": (
        "5:76: catch_up: a date is always noticed a little after it came, and 59s of delay would lose it. Write 1m or more.",
    ),
    "schedule-columns": (
        "5:19: schedule: the table tables/good.csv has no column 'house'. Known: due, owner, permit.",
        "5:19: schedule: the table tables/good.csv has no column 'deu'. Did you mean 'due'?",
    ),
    "schedule-empty": ("tables/empty.csv:1: the table is empty. Start it with a header, the names of its columns.",),
    "schedule-for": (
        "6:14: the condition is true at one instant only, so it can never hold for a time. Leave 'for' out, or say with 'stale_after' how long one match of a level is believed.",
    ),
    "schedule-header": (
        "tables/header.csv:1: column 2 has no name that a placeholder can carry: ''. Write a word, such as due_date.",
        "tables/header.csv:1: the column 'permit' is there twice. Keep one of them.",
        "tables/header.csv:1: column 5 has no name that a placeholder can carry: '{x}'. Write a word, such as due_date.",
    ),
    "schedule-kind": ("6:9: 'kind' makes no sense here: a schedule looks at a table, and at no observation. Leave it out.",),
    "schedule-lateness": ("6:19: a date does not come out of order. Leave 'lateness' out.",),
    "schedule-no-key": ("5:19: schedule: key is missing. Write {table: permits.csv, at: expires, key: permit}.",),
    "schedule-no-table": ("5:19: schedule: there is no table permits.csv. Put it beside the rule file.",),
    "schedule-outside": (
        "5:27: table: '../permits.csv' is no CSV file beside the rule file. Write a name such as permits.csv, without '..' or a leading '/'.",
    ),
    "schedule-placeholder": ("6:18: summary: {onwer} is no placeholder. Did you mean 'owner'?",),
    "schedule-quote": ("tables/quote.csv:2: this is not CSV: unexpected end of data. Close every quote and write one record a line.",),
    "schedule-text": (
        "5:19: schedule is not a mapping. Write 'field: value' pairs; fields: table, at, key, time, zone, before, catch_up.",
    ),
    "schedule-time": (
        '5:72: time: 24:00 is the next day. Write "00:00", and the date of that day in the table.',
        "5:87: zone: 'Asia/Shangai' is not a time zone. Did you mean 'Asia/Shanghai'?",
        "5:101: schedule has no field 'befor'. Did you mean 'before'?",
    ),
    "absent-nothing": ("6:17: absent: it must be longer than nothing. Write for example 30s.",),
    "active-field": ("7:18: active has no field 'day'. Did you mean 'days'?",),
    "active-of-level": (
        "6:9: 'active' makes no sense here: 'active' says in which hours absence is counted, and the rule does not ask for absence. Leave it out.",
    ),
    "active-text": ("7:17: active is not a mapping. Write 'field: value' pairs; fields: zone, hours, days.",),
    "by-attribute-without-name": (
        "6:13: by: observations have no field 'attributes.' to tell them apart by. Did you mean 'attributes.NAME'?",
    ),
    "by-empty-text": ("6:13: by: nothing is written here, or no text. Write one text.",),
    "by-twice": ("6:13: by: zone, zone names something twice. Keep each name once.",),
    "by-typo": ("6:13: by: observations have no field 'sorce' to tell them apart by. Did you mean 'source'?",),
    "category-letters": ("6:19: category: '06A42' is not a category code. Write the digits of the code, for example \"06042\".",),
    "category-one-digit": ("6:19: category: '6' is not a category code. Write the digits of the code, for example \"06042\".",),
    "category-other-digits": ("6:19: category: '٠٦٠٤٢' is not a category code. Write the digits of the code, for example \"06042\".",),
    "cluster-by-source": ("8:13: a cluster needs several sources, and by: source leaves one in each group. Leave 'by' out.",),
    "cluster-one-source": ("6:18: cluster: one source is no cluster. Write at least 2, or leave 'cluster' out.",),
    "cluster-text": (
        "6:18: cluster is not a mapping. Write 'field: value' pairs; fields: sources, radius.",
        "6:18: cluster: sources is missing. Write {sources: 3, radius: 500m}.",
    ),
    "cluster-without-radius": ("6:18: cluster: radius is missing. Write {sources: 3, radius: 500m}.",),
    "cluster-without-sources": ("6:18: cluster: sources is missing. Write {sources: 3, radius: 500m}.",),
    "cluster-without-window": ("4:9: 'cluster' needs 'within'. Add the length of the window, for example within: 10m.",),
    "count-clear": (
        "8:9: 'clear' makes no sense here: 'clear' says when a level is over; here the form itself knows when it is over. Leave it out.",
    ),
    "count-endless-digits": ("6:16: count: '999999999999' is not a whole number from 1. Write for example 3.",),
    "count-fraction": ("6:16: count: '2.5' is not a whole number from 1. Write for example 3.",),
    "count-other-digits": ("6:16: count: '²' is not a whole number from 1. Write for example 3.",),
    "count-stale-after": (
        "8:9: 'stale_after' makes no sense here: 'stale_after' says how long one match of a level is believed; here the form has its own time. Leave it out.",
    ),
    "count-without-window": ("4:9: 'count' needs 'within'. Add the length of the window, for example within: 10m.",),
    "count-zero": ("6:16: count: '0' is not a whole number from 1. Write for example 3.",),
    "days-twice": ("7:24: days: mon, mon names something twice. Keep each name once.",),
    "days-typo": ("7:24: days: 'tues' is not a weekday. Did you mean 'tue'?",),
    "distinct-kind-of-one": (
        "6:16: the observations that the rule looks at have at most 1 different kinds, so there are never 2. Write at most 1, or count something else.",
    ),
    "distinct-of-group": ("8:19: each group has one source only, since the rule groups by it. Group by something else than source.",),
    "distinct-truths": (
        "6:16: the observations that the rule looks at have at most 2 different values, so there are never 3. Write at most 2, or count something else.",
    ),
    "distinct-two": ("8:19: distinct: it takes one field. Write for example source.",),
    "distinct-typo": ("8:19: distinct: observations have no field 'zones' to tell them apart by. Did you mean 'zone'?",),
    "distinct-without-count": (
        "6:9: 'distinct' makes no sense here: 'distinct' tells apart what 'count' counts, and nothing is counted here. Leave it out.",
    ),
    "document-deep": ("1:1: this is not YAML: it is nested too deeply. Write it without so many brackets.",),
    "document-group-field": ("3:5: a rule group has no field 'interval'. Known: name, rules.",),
    "document-group-name": ("2:11: name: 'a b' is no name. Write letters, digits, '-', '_' and '.', for example bin-overflow.",),
    "document-group-text": ("2:5: a rule group is not a mapping. Write 'field: value' pairs; fields: name, rules.",),
    "document-key-twice": ("4:5: 'rules' is written twice. Keep one; the first stands on line 3.",),
    "document-null": ("1:1: a rule file is not a mapping. Write 'field: value' pairs; fields: groups.",),
    "document-open-quote": (
        "3:1: this is not YAML: found unexpected end of stream. Check the indentation, the colons and the quotes here.",
    ),
    "document-scalar": ("1:1: a rule file is not a mapping. Write 'field: value' pairs; fields: groups.",),
    "document-tab": (
        "2:1: this is not YAML: found character '\\t' that cannot start any token. Check the indentation, the colons and the quotes here.",
    ),
    "document-two": ("2:1: a second document begins here. Take the line '---' out, or put what follows into a file of its own.",),
    "document-unknown-alias": (
        "1:9: this is not YAML: found undefined alias 'nowhere'. Check the indentation, the colons and the quotes here.",
    ),
    "field-unknown-far": ("6:9: a rule has no field 'qqq'. 26 are known, such as absent, active, by.",),
    "field-unknown": ("6:9: a rule has no field 'treshold'. 26 are known, such as absent, active, by.",),
    "for-endless-digits": ("6:14: for: it is longer than ten years. Write for example 30s, 10m or 1h30m.",),
    "for-fraction": ("6:14: for: '1.5h' is not a length of time. Write for example 30s, 10m or 1h30m.",),
    "for-negative": ("6:14: for: '-5s' is not a length of time. Write for example 30s, 10m or 1h30m.",),
    "for-on-cluster": (
        "8:14: the condition is true at one instant only, so it can never hold for a time. Leave 'for' out, or say with 'stale_after' how long one match of a level is believed.",
    ),
    "for-on-momentary-level": (
        "7:14: the condition is true at one instant only, so it can never hold for a time. Leave 'for' out, or say with 'stale_after' how long one match of a level is believed.",
    ),
    "for-on-pulse-kind": (
        "6:14: the condition is true at one instant only, so it can never hold for a time. Leave 'for' out, or say with 'stale_after' how long one match of a level is believed.",
    ),
    "for-on-sequence": (
        "7:14: the condition is true at one instant only, so it can never hold for a time. Leave 'for' out, or say with 'stale_after' how long one match of a level is believed.",
    ),
    "for-too-long": ("6:14: for: it is longer than ten years. Write for example 30s, 10m or 1h30m.",),
    "for-units-in-wrong-order": ("6:14: for: '30s1m' is not a length of time. Write for example 30s, 10m or 1h30m.",),
    "for-without-unit": ("6:14: for: '30' is not a length of time. Write 30s for seconds or 30m for minutes.",),
    "for-words": ("6:14: for: 'half an hour' is not a length of time. Write for example 30s, 10m or 1h30m.",),
    "hours-beyond-midnight": ('7:25: hours: \'24:01\' is not a time of day. Write "06:00", from "00:00" to "24:00".',),
    "hours-empty-span": ("7:25: hours: a span that ends where it begins is no time at all. Leave out 'hours' for the whole day.",),
    "hours-minutes": ('7:25: hours: \'06:60\' is not a time of day. Write "06:00", from "00:00" to "24:00".',),
    "hours-no-time": ('7:25: hours: \'6am\' is not a time of day. Write "06:00", from "00:00" to "24:00".',),
    "hours-one-end": ('7:25: hours: a span has a begin and an end. Write ["06:00", "11:30"].',),
    "hours-overlap-over-midnight": ("7:25: hours: two spans overlap. Join them into one.",),
    "hours-overlap": ("7:25: hours: two spans overlap. Join them into one.",),
    "hours-text": ('7:25: hours: hours are not a list of spans. Write [["06:00", "11:30"], ["13:00", "21:00"]].',),
    "hours-three-ends": ('7:25: hours: a span has a begin and an end. Write ["06:00", "11:30"].',),
    "keep-firing-for-list": ("6:26: keep_firing_for: nothing is written here, or no text. Write one text.",),
    "kind-empty-list": ("5:15: kind: the list is empty. Name at least one.",),
    "kind-life-safety-mixed": (
        "5:15: 'smoke' is a life-safety kind and 'door' is not; they travel apart, so no rule sees both. Write two rules.",
    ),
    "kind-mapping": ("5:15: kind: nothing is written here, or no text. Write one text.",),
    "kind-missing": ("4:9: the rule names no kind of observation. Add 'kind:'.",),
    "kind-pulse-mixed": (
        "5:15: some of these kinds are true at one instant only and others last, so the rule cannot know when a match is over. Say so with 'stale_after', or write two rules.",
    ),
    "kind-twice": ("5:15: kind: door, door names something twice. Keep each name once.",),
    "kind-typo-in-list": ("5:15: kind: 'motoin' is not in the kinds table. Did you mean 'motion'?",),
    "kind-typo-in-step": ("5:19: kind: 'dor' is not in the kinds table. Did you mean 'door'?",),
    "labels-empty": ("6:17: labels: nothing is written here, or no text. Write one text.",),
    "labels-list": ("6:17: labels: labels are not a mapping. Write { name: text }.",),
    "labels-nested": ("6:17: labels: nothing is written here, or no text. Write one text.",),
    "lateness-words": ("6:19: lateness: 'soon' is not a length of time. Write for example 30s, 10m or 1h30m.",),
    "name-begins-with-dash": ("4:15: rule: '-r' is no name. Write letters, digits, '-', '_' and '.', for example bin-overflow.",),
    "name-blank": ("4:15: rule: nothing is written here, or no text. Write one text.",),
    "name-missing": ("4:9: the rule has no name. Add 'rule: some-name'.",),
    "name-too-long": (
        "4:15: rule: 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa' is no name. Write letters, digits, '-', '_' and '.', for example bin-overflow.",
    ),
    "name-twice": ("5:9: there is a rule 'r' already (name-twice.yaml:4). Give each rule a name of its own.",),
    "radius-beyond-the-earth": ("6:39: radius: '21000km' is not a radius on the earth. Write metres, for example 500m or 2km.",),
    "radius-miles": ("6:39: radius: '5mi' is not a radius on the earth. Write metres, for example 500m or 2km.",),
    "radius-negative": ("6:39: radius: '-5' is not a radius on the earth. Write metres, for example 500m or 2km.",),
    "radius-not-a-number": ("6:39: radius: 'nan' is not a radius on the earth. Write metres, for example 500m or 2km.",),
    "radius-nothing": ("6:39: radius: '0m' is not a radius on the earth. Write metres, for example 500m or 2km.",),
    "rate-bound-infinite": ("6:23: above: '.inf' is not a number. Write for example 0.5.",),
    "rate-bound-text": ("6:23: above: 'high' is not a number. Write for example 0.5.",),
    "rate-bound-too-large": ("6:23: above: '1e999' is not a finite number. Write for example 0.5.",),
    "rate-no-bound": ("6:15: rate: a rate has one bound. Write either {above: X, per: 1m} or {below: X, per: 1m}.",),
    "rate-of-truth": ("5:15: 'door' has no numbers that a rate could be taken of. Use 'count'.",),
    "rate-per-nothing": ("6:31: per: it must be longer than nothing. Write for example 30s.",),
    "rate-text": (
        "6:15: rate is not a mapping. Write 'field: value' pairs; fields: above, below, per.",
        "6:15: rate: a rate has one bound. Write either {above: X, per: 1m} or {below: X, per: 1m}.",
    ),
    "rate-two-bounds": ("6:15: rate: a rate has one bound. Write either {above: X, per: 1m} or {below: X, per: 1m}.",),
    "rate-without-per": ("6:15: rate: per is missing. Say for which time the bound is meant, for example per: 1m.",),
    "rate-without-window": ("4:9: 'rate' needs 'within'. Add the length of the window, for example within: 10m.",),
    "repeat-too-often": (
        "6:17: repeat: it is shorter than 1s: the clock of the log goes on once a second, and nobody reads what is said more often. Write for example 5m.",
    ),
    "repeat-nothing": ("6:17: repeat: it must be longer than nothing. Write for example 30s.",),
    "sequence-begins-with-not": (
        "5:19: sequence: a sequence cannot begin with what does not come. Use 'absent' for a match that does not come at all.",
    ),
    "sequence-by-kind": (
        "7:13: the steps of the sequence are of different kinds, and no group has more than one. Leave 'kind' out of 'by'.",
    ),
    "sequence-kind": ("5:9: 'kind' makes no sense here: each step of a sequence names its own kind. Leave it out.",),
    "sequence-life-safety-mixed": (
        "5:19: 'smoke' is a life-safety kind and 'motion' is not; they travel apart, so no rule sees both. Write two rules.",
    ),
    "sequence-mapping": ("5:19: sequence: a sequence is a list of two steps. Write [{kind: ..., where: ...}, {kind: ..., where: ...}].",),
    "sequence-not-and-kind": (
        "5:19: sequence: a step is either '{kind:, where:}' or '{not: {kind:, where:}}'. Write kind and where inside 'not'.",
    ),
    "sequence-not-not": (
        "5:40: not: a step names no kind. Add 'kind:'.",
        "5:41: a step of a sequence has no field 'not'. Known: kind, where.",
    ),
    "sequence-one-step": ("5:19: sequence: a sequence is a list of two steps. Write [{kind: ..., where: ...}, {kind: ..., where: ...}].",),
    "sequence-step-field": ("5:33: a step of a sequence has no field 'count'. Known: kind, not, where.",),
    "sequence-step-text": (
        "5:19: sequence: a step names no kind. Add 'kind:'.",
        "5:20: a step of a sequence is not a mapping. Write 'field: value' pairs; fields: kind, where, not.",
    ),
    "sequence-step-without-kind": ("5:19: sequence: a step names no kind. Add 'kind:'.",),
    "sequence-three-steps": (
        "5:19: sequence: a sequence is a list of two steps. Write [{kind: ..., where: ...}, {kind: ..., where: ...}].",
    ),
    "sequence-where": ("5:9: 'where' makes no sense here: each step of a sequence has its own 'where'. Leave it out.",),
    "sequence-without-window": ("4:9: 'sequence' needs 'within'. Add how soon the second step counts, for example within: 2m.",),
    "severity-number": ("6:19: severity: '1' is not one of its values. Known: critical, major, minor, warning.",),
    "severity-typo": ("6:19: severity: 'majr' is not one of its values. Did you mean 'major'?",),
    "shadow-word": ("6:17: shadow: 'perhaps' is neither true nor false. Write true, or leave it out.",),
    "shadow-twice": ("10:9: there is a rule 'r' already (shadow-twice.yaml:8). Give each rule a name of its own.",),
    "summary-empty-placeholder": (
        "6:18: summary: {} is no placeholder. Known: confidence, count, group, kind, place, rule, source, unit, value, zone.",
    ),
    "summary-language": ("6:36: summary has no field 'de'. Known: en, zh.",),
    "summary-list": ("6:18: summary: nothing is written here, or no text. Write one text.",),
    "summary-no-english": ("6:18: summary: the text in 'en' is missing. Write { en: ..., zh: ... }.",),
    "summary-placeholder": ("6:18: summary: {vlaue} is no placeholder. Did you mean 'value'?",),
    "ticket-typo": ("6:17: ticket: 'confirmed' is not one of its values. Did you mean 'confirm'?",),
    "ticket-without-category": ('6:17: a ticket has a category, and the rule names none. Add for example category: "06042".',),
    "two-forms": ("7:9: a rule has one form, and 'count' and 'absent' are two. Write two rules.",),
    "where-empty": ("6:16: where: nothing is written here, or no text. Write one text.",),
    "where-list": ("6:16: where: nothing is written here, or no text. Write one text.",),
    "within-nothing": ("7:17: within: it must be longer than nothing. Write for example 30s.",),
    "within-of-absent": (
        "7:9: 'within' makes no sense here: 'within' is the window of count, sequence, cluster or rate, and the rule is none of these. Leave it out.",
    ),
    "within-of-level": (
        "6:9: 'within' makes no sense here: 'within' is the window of count, sequence, cluster or rate, and the rule is none of these. Leave it out.",
    ),
    "zone-path": ("7:24: zone: '../Europe/Berlin' is not a time zone. Did you mean 'Europe/Berlin'?",),
    "zone-typo": ("7:24: zone: 'Europe/Berlni' is not a time zone. Did you mean 'Europe/Berlin'?",),
}
"""By file: line, column, what is wrong and what to write instead. One mistake may have two: of a value and of what holds it."""


@pytest.fixture(name="kinds", scope="module")
def kinds_of_the_product() -> Mapping[str, Kind]:
    """The table that is shipped, read once."""
    return shipped_kinds()


@pytest.mark.parametrize("name", SAID)
def test_a_mistake_is_told_in_these_words(name: str, kinds: Mapping[str, Kind]) -> None:
    """The file is refused with these messages and no others, each at its line and column."""
    path = BAD / f"{name}.yaml"
    with pytest.raises(ProblemsError) as caught:
        load_rules([path], kinds)
    assert tuple(str(problem).replace(f"{BAD}/", "").removeprefix(f"{name}.yaml:") for problem in caught.value.problems) == SAID[name]


def test_every_bad_file_has_its_words() -> None:
    """No bad file lies there without a test; those of predicates are told in a table of their own."""
    files = {path.stem for path in BAD.glob("*.yaml")}
    assert {name for name in files if not name.startswith("where-")} | {"where-empty", "where-list"} == set(SAID)
