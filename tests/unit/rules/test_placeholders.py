"""Placeholders of a rule's texts, one by one."""

import pytest

from config.kinds import Text
from rules.placeholders import FILLED, fill, placeholder_fault, shown
from tests.fakes.rulekit import alerts, rules_of, run, seen


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (9.0, "9"),
        (-3.0, "-3"),
        (2.5, "2.5"),
        (0.1, "0.1"),
        (1e14, "100000000000000"),
        (1e300, "1e+300"),
        (7, "7"),
        (True, "true"),
        (False, "false"),
        ("北门", "北门"),
        ("", ""),
        (None, "-"),
    ],
)
def test_values_are_shown_as_people_write_them(value: object, told: str) -> None:
    """Whole numbers without a fraction, truth values in small letters, what is missing as a dash."""
    assert shown(value) == told


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{value} at {source}", "9 at sensor/1"),
        ("{place}: {value}", "{place}: 9"),
        ("{zone}/{unit}/{confidence}", "z1/-/-"),
        ("{attributes.battery} %", "40 %"),
        ("{attributes.site.floor}", "3"),
        ("{attributes.site.wing.name}", "东"),
        ("{attributes.site.gone}/{attributes.gone.floor}/{attributes.battery.floor}", "-/-/-"),
        ("{rule} {count} {group} {kind}", "r0 1 sensor/1 level"),
        ("{value}{value}", "99"),
        ("no placeholder, } and {", "no placeholder, } and {"),
        ("{{value}}", "{9}"),
    ],
)
def test_a_summary_is_filled_from_the_last_match(text: str, told: str) -> None:
    """Fields, attributes and what lies in them; ``{place}`` is left to dispatch, what is missing is a dash."""
    site = {"floor": 3, "wing": {"name": "东"}}
    history = [seen(0, 9, zone="z1", attributes={"battery": 40, "site": site})]
    (event,) = alerts(run(rules_of({"where": "value > 5", "summary": text}), history))
    assert (event.summary.en, event.summary.zh) == (told, told)


def test_both_languages_are_filled_each_from_its_own_text() -> None:
    """English and Chinese need not name the same things."""
    assert fill(Text("{a}", "{b}、{a}"), {"a": 1.0, "b": None}) == Text("1", "-、1")


@pytest.mark.parametrize("name", [*FILLED, "place", "attributes.x", "attributes.x.y"])
def test_what_is_known_is_no_fault(name: str) -> None:
    """Every field of an alert of observations, the place, and any attribute."""
    assert placeholder_fault(f"before {{{name}}} behind") is None


@pytest.mark.parametrize(("name", "meant"), [("vlaue", "value"), ("sorce", "source"), ("plaec", "place"), ("Zone", "zone")])
def test_what_nothing_fills_is_told_with_what_was_meant(name: str, meant: str) -> None:
    """A typo is found when the rule is read, and not when the first alert speaks."""
    fault = placeholder_fault(f"{{value}} {{{name}}}")
    assert fault is not None
    assert fault[0] == f"{{{name}}} is no placeholder."
    assert f"'{meant}'" in fault[1]


def test_of_a_table_its_columns_are_known_and_nothing_of_observations() -> None:
    """A schedule has no value and no attributes, but its columns."""
    assert placeholder_fault("{permit} {rule} {group} {place}", ("permit",)) is None
    assert placeholder_fault("{value}", ("permit",)) is not None
    assert placeholder_fault("{attributes.x}", ("permit",)) is not None
