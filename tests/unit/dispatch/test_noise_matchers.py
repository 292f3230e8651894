"""Matchers: what they ask for, how they are written, and everything that is wrong with one."""

import pytest

from dispatch.alertcase import begin
from dispatch.noise.matcher import Matcher, Operator, Values, match_all, matches
from dispatch.noise.matchertext import complaints_about, parse_matcher, render_matcher
from dispatch.noise.subject import spelled, subject_of
from tests.fakes.town import NOON, alert

VALUES: Values = {"rule": ("door-left-open",), "cell": ("A1", "A", "91", "9"), "source": ("sensor/7",)}


@pytest.mark.parametrize(
    ("text", "met"),
    [
        ('rule="door-left-open"', True),
        ('rule="door"', False),
        ('rule!="door"', True),
        ('rule=~"door-.*"', True),
        ('rule=~"door"', False),
        ('rule!~"door-.*"', False),
        ('cell="91"', True),
        ('cell="92"', False),
        ('cell!="91"', False),
        ('cell!~"9."', False),
        ('zone=""', True),
        ('zone!=""', False),
        ('zone=~".*"', True),
        ('zone=~".+"', False),
        ('labels.team="x"', False),
        ('labels.team!="x"', True),
    ],
)
def test_what_a_matcher_asks_for(text: str, met: bool) -> None:
    """Expressions fit the whole value; a cell is in all cells around it; a field without value is the empty text."""
    assert matches(parse_matcher(text), VALUES) is met


def test_all_matchers_must_be_met() -> None:
    """One that is not decides; none at all asks for nothing."""
    assert match_all([parse_matcher('rule=~".+"'), parse_matcher('source="sensor/7"')], VALUES)
    assert not match_all([parse_matcher('rule=~".+"'), parse_matcher('source="sensor/8"')], VALUES)
    assert match_all([], VALUES)


@pytest.mark.parametrize(
    ("text", "matcher"),
    [
        ('rule="a"', Matcher(field="rule", operator=Operator.EQUAL, value="a")),
        (" rule !~ a|b ", Matcher(field="rule", operator=Operator.NO_MATCH, value="a|b")),
        (r'labels.x.y-z=~"\\d+\""', Matcher(field="labels.x.y-z", operator=Operator.MATCH, value='\\d+"')),
        ("zone=", Matcher(field="zone", operator=Operator.EQUAL, value="")),
        ('source!="=~"', Matcher(field="source", operator=Operator.UNEQUAL, value="=~")),
    ],
)
def test_how_matchers_are_written(text: str, matcher: Matcher) -> None:
    """Quoted with JSON's escapes, or bare; what is written is read back."""
    assert parse_matcher(text) == matcher
    assert parse_matcher(render_matcher(matcher)) == matcher


@pytest.mark.parametrize("text", ["rule", "=x", 'rule="a', "1rule=x", ""])
def test_what_is_no_matcher(text: str) -> None:
    """It is told with the text."""
    with pytest.raises(ValueError, match=r"is no matcher|is no text"):
        parse_matcher(text)


def test_every_fault_of_a_list_is_told() -> None:
    """Unknown fields with the likely one, expressions that are none, values that are too long."""
    found = complaints_about(
        [
            Matcher(field="sevrity", operator=Operator.EQUAL, value="x"),
            Matcher(field="labels.", operator=Operator.EQUAL, value="x"),
            Matcher(field="rule", operator=Operator.MATCH, value="(?=a)"),
            Matcher(field="rule", operator=Operator.EQUAL, value="x" * 1001),
        ]
    )
    assert [f"{one.where}: {one.what} {one.fix}" for one in found] == [
        "matchers[0].field: the field 'sevrity' is not known. Did you mean 'severity'?",
        "matchers[1].field: the field 'labels.' is not known. Did you mean 'labels.NAME'?",
        "matchers[2].value: '(?=a)' is no expression: invalid perl operator: (?=. Write RE2's syntax (no look-ahead, no back-reference).",
        "matchers[3].value: the value has 1001 characters. Write at most 1000.",
    ]


def test_a_list_that_everything_meets_is_refused() -> None:
    """No matcher, only matchers that an empty value meets, or too many."""
    assert [one.what for one in complaints_about([])] == ["there is no matcher, so everything would match."]
    wide = [parse_matcher('zone!="x"'), parse_matcher('rule=~".*"')]
    assert [one.what for one in complaints_about(wide)] == ["every matcher is met by an empty value too, so that everything could match."]
    assert complaints_about([*wide, parse_matcher('rule=~".+"')]) == ()
    assert [one.what for one in complaints_about([parse_matcher("rule=x")] * 21)] == ["there are 21 matchers."]


def test_an_alert_as_matchers_see_it() -> None:
    """Its own fields, its cell with those around, its unit with those above, labels of the rule and the group key."""
    case = begin(alert(labels={"team": "a"}), NOON, cell="A1", place="x", unit="order")
    subject = subject_of(case, ("A1", "A"), ("order", "centre"))
    assert subject.values == {
        "rule": ("illegal-parking",), "severity": ("minor",), "category": ("09009",), "source": ("camera/1",), "zone": ("bay",),
        "cell": ("A1", "A"), "unit": ("order", "centre"), "labels.team": ("a",), "group.source": ("camera/1",), "group.zone": ("bay",),
    }  # fmt: skip
    assert (subject.first("cell"), subject.first("labels.x"), subject.rule) == ("A1", None, "illegal-parking")
    assert (spelled("x"), spelled(3), spelled([1, "a"])) == ("x", "3", '[1,"a"]')
