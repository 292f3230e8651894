"""The shipped kinds and a city's own beside them."""

from pathlib import Path

from config.kindfile import read_kinds, shipped_kinds
from config.kinds import ValueType
from config.report import Report


def test_life_safety_kinds_are_marked() -> None:
    """Smoke, gas, carbon monoxide and calls for help are the life-safety kinds, and nothing else is."""
    assert {kind.name for kind in shipped_kinds().values() if kind.life_safety} == {"smoke", "gas", "carbon_monoxide", "sos"}


def test_what_happens_in_an_instant_is_a_pulse() -> None:
    """Motion, vibration, a call and a sign of life last no time of their own."""
    assert {kind.name for kind in shipped_kinds().values() if kind.pulse} == {"motion", "vibration", "sos", "heartbeat"}


def test_every_kind_has_both_languages() -> None:
    """No label is left empty in either language."""
    assert all(kind.label.en and kind.label.zh for kind in shipped_kinds().values())


def test_only_numbers_have_units() -> None:
    """A truth value or a text has no unit."""
    assert all(kind.value is ValueType.NUMBER for kind in shipped_kinds().values() if kind.unit)


def test_a_city_adds_kinds(tmp_path: Path) -> None:
    """A city's own kind stands beside the shipped ones."""
    path = tmp_path / "kinds.yaml"
    path.write_text("kinds:\n  - {name: manhole_open, value: bool, label: {en: Manhole open, zh: 井盖打开}}\n", encoding="utf-8")
    report = Report()
    kinds = read_kinds(path, report, shipped_kinds())
    assert report.problems == ()
    assert kinds["manhole_open"].label.en == "Manhole open"
    assert len(kinds) == len(shipped_kinds()) + 1
