"""Identities: the same in every process, different for different things."""

import subprocess
import sys
import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.ids import NAMESPACE, alert_id, canonical, event_id, foreign_id, observation_id


def test_observation_id_is_fixed() -> None:
    """The identity of an observation is a value that other programs can rely on, release after release."""
    assert observation_id("sensor/door-1", "door", 1, True) == "66bb680c27ac7d9f8dc0814129e156c5"


@pytest.mark.parametrize(
    "changed",
    [
        ("sensor/door-2", "door", 1, True),
        ("sensor/door-1", "gate", 1, True),
        ("sensor/door-1", "door", 2, True),
        ("sensor/door-1", "door", 1, False),
    ],
)
def test_each_field_of_an_observation_counts(changed: tuple[str, str, int, bool]) -> None:
    """A change of source, kind, instant or value is another observation."""
    assert observation_id(*changed) != observation_id("sensor/door-1", "door", 1, True)


def test_fields_do_not_run_into_each_other() -> None:
    """Moving a character from one field to the next gives another identity."""
    assert observation_id("sensor/a", "bc", 1, "") != observation_id("sensor/ab", "c", 1, "")


def test_a_whole_number_is_the_float_it_equals() -> None:
    """1 and 1.0 are one value on every wire; true is another."""
    assert observation_id("sensor/a", "k", 1, 1) == observation_id("sensor/a", "k", 1, 1.0)
    assert observation_id("sensor/a", "k", 1, True) != observation_id("sensor/a", "k", 1, 1.0)


def test_alert_id_does_not_depend_on_the_order_of_the_group() -> None:
    """The group key is canonical JSON, so the order in which its fields were put in changes nothing."""
    assert alert_id("r", {"source": "sensor/a", "zone": "z"}, 5) == alert_id("r", {"zone": "z", "source": "sensor/a"}, 5)


def test_alert_and_event_ids_are_fixed() -> None:
    """The namespace and the canonical form never change: these very ids must come out for ever."""
    alert = alert_id("door-left-open", {"source": "sensor/door-1"}, 1_772_424_000_000_000)
    assert alert == "978104f5-f3d8-5c85-bde2-e045954ef96a"
    assert event_id(alert, "firing", 1_772_424_030_000_000) == "0a2a013f-63c4-5e3a-989f-3f8c862e80f3"


@given(st.text(), st.integers(-(2**62), 2**62))
def test_identities_are_name_based_uuids(rule: str, at: int) -> None:
    """An alert's and an event's identity is what the standard library calls the version 5 UUID of the canonical form."""
    assert alert_id(rule, {"source": rule}, at) == str(uuid.uuid5(NAMESPACE, canonical((rule, {"source": rule}, at))))
    assert event_id(rule, "firing", at) == str(uuid.uuid5(NAMESPACE, canonical((rule, "firing", at))))


def test_ids_are_the_same_in_another_process() -> None:
    """No identity depends on Python's hash seed."""
    script = "from streams.ids import *; print(alert_id('r', {'b': 1, 'a': '门'}, 7), observation_id('sensor/a', 'k', 1, 2.5))"
    told = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout.split()
    assert told == [alert_id("r", {"a": "门", "b": 1}, 7), observation_id("sensor/a", "k", 1, 2.5)]


def test_foreign_ids_are_told_apart_by_source() -> None:
    """Two systems that both count from 1 do not send the same observation."""
    assert foreign_id("sensor/a", "1") != foreign_id("sensor/b", "1")


def test_canonical_json_is_sorted_at_every_depth() -> None:
    """Canonical JSON sorts keys at every depth and has no white space."""
    assert canonical({"b": {"d": 1, "c": 2}, "a": "门"}) == '{"a":"门","b":{"c":2,"d":1}}'
