"""Group keys and placeholders."""

import pytest

from config.kinds import Text
from rules.grouping import field_fault, group_of, key_getter
from rules.placeholders import fill, placeholder_fault
from tests.fakes.rulekit import alerts, rules_of, run, seen

OBSERVATION = seen(0, 5, zone="z1", attributes={"floor": 3, "tags": ["b", "a"], "deep": {"y": 1, "x": 2}})


@pytest.mark.parametrize(
    ("by", "key"),
    [
        (("source",), "sensor/1"),
        (("source", "zone"), ("sensor/1", "z1")),
        ((), ()),
        (("attributes.floor",), 3),
        (("attributes.nothing",), None),
        (("unit", "kind"), (None, "level")),
        (("attributes.tags",), '["b","a"]'),
        (("attributes.deep",), '{"x":2,"y":1}'),
        (("attributes.deep.x",), 2),
        (("attributes.deep.z",), None),
        (("attributes.deep.x.y",), None),
        (("attributes.floor.x",), None),
        (("attributes.gone.x", "attributes.deep.y"), (None, 1)),
    ],
)
def test_a_group_key_is_the_value_of_its_fields(by: tuple[str, ...], key: object) -> None:
    """One field gives its value, several a tuple; what is missing is a group too; lists and objects count as their text."""
    assert key_getter(by)(OBSERVATION) == key
    values = (key,) if len(by) == 1 else key
    assert isinstance(values, tuple)
    assert group_of(by, key_getter(by)(OBSERVATION)) == dict(zip(by, values, strict=True))


def test_an_attribute_with_a_dot_in_its_name_comes_before_what_lies_in_another() -> None:
    """Senders that flatten their objects and those that do not are grouped alike; of both at once the flat one counts."""
    key = key_getter(("attributes.site.floor",))
    assert key(seen(0, 1, attributes={"site.floor": "a"})) == key(seen(0, 1, attributes={"site": {"floor": "a"}})) == "a"
    assert key(seen(0, 1, attributes={"site.floor": "a", "site": {"floor": "b"}})) == "a"


def test_a_misspelt_field_is_told() -> None:
    """A field that observations do not have is a fault with the one that was meant."""
    assert field_fault("sorce") == ("observations have no field 'sorce' to tell them apart by.", "Did you mean 'source'?")
    assert field_fault("attributes.") is not None
    assert field_fault("attributes.floor") is None


def test_placeholders_are_filled_but_the_place() -> None:
    """Numbers, truth values and missing values are shown as people write them; ``{place}`` is left for dispatch."""
    values = {"value": 9.0, "count": 3, "zone": None, "attributes.on": True, "unit": 0.25}
    text = fill(Text("{value} {count} {zone} {attributes.on} {unit} {place}", "{source}"), values)
    assert (text.en, text.zh) == ("9 3 - true 0.25 {place}", "-")
    assert placeholder_fault("{valu}") == ("{valu} is no placeholder.", "Did you mean 'value'?")
    assert placeholder_fault("{place} {attributes.anything} plain") is None


def test_a_summary_speaks_of_the_group() -> None:
    """Where nothing was seen, the group's own fields fill the placeholders."""
    rule = {"kind": "door", "absent": "10s", "summary": {"en": "{source} silent: {group}, {attributes.floor}", "zh": "{rule}"}}
    event = alerts(run(rules_of(rule), [seen(0, True, kind="door", attributes={"floor": 3})], until=60))[0]
    assert (event.summary.en, event.summary.zh) == ("sensor/1 silent: sensor/1, 3", "r0")
