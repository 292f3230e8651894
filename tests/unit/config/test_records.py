"""Fields become structs one by one, so that one fault does not hide the next."""

import msgspec

from config.kinds import Kind
from config.people import Duty, Person, Role
from config.records import read_record
from config.report import Place, Report

HERE = Place("table.csv", 3)


class Sample(msgspec.Struct, frozen=True, kw_only=True):
    """One field of each type that a table can hold."""

    name: str
    number: int = 0
    part: float | None = None
    sure: bool = False
    names: tuple[str, ...] = ()


def test_a_row_of_texts_becomes_typed_values() -> None:
    """Numbers, truth values and lists are read from the words of a table."""
    report = Report()
    found = read_record(
        Sample, {"name": "a", "number": "7", "part": "0.5", "sure": "yes", "names": "x y"}, lambda _: HERE, report, text=True
    )
    assert found == Sample(name="a", number=7, part=0.5, sure=True, names=("x", "y"))
    assert report.problems == ()


def test_an_empty_cell_means_absent() -> None:
    """A cell without text takes the field's default, and is no empty text."""
    report = Report()
    assert read_record(Sample, {"name": "a", "part": "", "names": ""}, lambda _: HERE, report, text=True) == Sample(name="a")


def test_an_empty_required_cell_is_missing() -> None:
    """A required field cannot be an empty cell."""
    report = Report()
    assert read_record(Sample, {"name": ""}, lambda _: HERE, report, text=True) is None
    assert str(report.problems[0]) == "table.csv:3: the field 'name' is missing. Add 'name': a text."


def test_a_missing_mapping_is_told_with_its_fields() -> None:
    """What a field takes is said in the words of the file, and not by the name of a type."""
    report = Report()
    assert read_record(Kind, {"name": "door", "value": "bool"}, lambda _: HERE, report) is None
    assert str(report.problems[0]) == "table.csv:3: the field 'label' is missing. Add 'label': a mapping such as {en: ..., zh: ...}."


def test_all_faults_of_a_record_are_told() -> None:
    """An unknown field, a wrong value and a missing field are three problems."""
    report = Report()
    assert read_record(Sample, {"nam": "a", "number": "seven"}, lambda _: HERE, report, text=True) is None
    assert [problem.what for problem in report.problems] == [
        "unknown field 'nam'.",
        "the field 'name' is missing.",
        "number: 'seven' does not fit: Expected `int`, got `str`.",
    ]


def test_a_yaml_value_keeps_its_type() -> None:
    """Outside tables a number is no text and a text no number."""
    report = Report()
    assert read_record(Sample, {"name": 7}, lambda _: HERE, report) is None
    assert report.problems[0].what == "name: 7 does not fit: Expected `str`, got `int`."


def test_an_unknown_field_is_shown_at_its_key() -> None:
    """The place of a name that means nothing is the name's own, not its value's."""
    report = Report()
    read_record(Sample, {"name": "a", "nme": 1}, lambda _: HERE, report, unknown=lambda _: Place("table.csv", 9, 2))
    assert (report.problems[0].line, report.problems[0].column) == (9, 2)


def test_enums_are_listed_in_the_cure() -> None:
    """A wrong role tells which roles there are."""
    report = Report()
    read_record(Person, {"id": "a", "name": "A", "unit": "u", "role": "boss"}, lambda _: HERE, report, text=True)
    assert report.problems[0].fix == "Write one of " + ", ".join(Role) + "."


def test_nested_structs_are_read() -> None:
    """A kind's label is a mapping of its own."""
    report = Report()
    kind = read_record(Kind, {"name": "tilt", "value": "bool", "label": {"en": "Tilt", "zh": "倾斜"}}, lambda _: HERE, report)
    assert kind is not None
    assert kind.label.zh == "倾斜"


def test_the_days_of_a_duty_are_a_list_of_words() -> None:
    """A roster writes its weekdays with blanks between them."""
    duty = read_record(Duty, {"person": "a", "cell": "1", "days": "mon tue"}, lambda _: HERE, Report(), text=True)
    assert duty is not None
    assert duty.days == ("mon", "tue")
