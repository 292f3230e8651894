"""How a city's folder becomes a catalogue."""

import shutil
from pathlib import Path

import pytest

from config.catalogue import Catalogue
from config.loader import FILES, OPTIONAL, load_city
from config.matters import ClockType

DATA = Path(__file__).parents[2] / "data" / "config"


def city_with(tmp_path: Path, **files: str) -> Catalogue:
    """The good city with some of its files written anew; a dot in a name is written as two underscores."""
    folder = tmp_path / "city"
    shutil.copytree(DATA / "good", folder)
    for name, text in files.items():
        (folder / name.replace("__", ".")).write_text(text, encoding="utf-8")
    return load_city(folder)


@pytest.mark.parametrize("name", sorted(set(FILES) - OPTIONAL))
def test_what_is_not_optional_must_be_there(name: str, tmp_path: Path) -> None:
    """Without any one of these files the city is refused, and the file is named."""
    folder = tmp_path / "city"
    shutil.copytree(DATA / "good", folder)
    (folder / name).unlink()
    with pytest.raises(Exception, match=f"{name}: the file does not exist"):
        load_city(folder)


def test_optional_files_may_be_left_out(tmp_path: Path) -> None:
    """A city without devices and tables of its own takes the shipped tables and the default calendar."""
    folder = tmp_path / "city"
    shutil.copytree(DATA / "good", folder)
    (folder / "devices.csv").unlink()
    city = load_city(folder)
    assert city.devices == {}
    assert city.categories["10999"].zh == "居家烟感报警"
    assert city.calendar.zone == "Asia/Shanghai"


def test_the_calendar_takes_the_citys_zone(tmp_path: Path) -> None:
    """A city in another zone counts its working hours there."""
    assert city_with(tmp_path, city__yaml="name: Two Houses\nzone: Europe/Vienna\n").calendar.zone == "Europe/Vienna"


def test_a_calendar_of_its_own(tmp_path: Path) -> None:
    """calendar.yaml is read when it is there."""
    assert city_with(tmp_path, calendar__yaml="week: [mon, tue]\n").calendar.week == ("mon", "tue")


def test_own_standards_replace_the_shipped_ones_of_their_category(tmp_path: Path) -> None:
    """A city's limits for a category stand alone; the other categories keep theirs."""
    own = (
        "code,condition,limit,clock,closing_condition,source\n10999,smoke,10,urgent_minute,silent,ours\n10999,drill,1,work_day,noted,ours\n"
    )
    city = city_with(tmp_path, standards__csv=own)
    assert [(row.condition, row.limit) for row in city.standards if row.code == "10999"] == [("smoke", 10), ("drill", 1)]
    assert [row.clock for row in city.standards if row.code == "09009"] == [ClockType.URGENT_HOUR]


def test_own_categories_stand_beside_the_shipped_ones(tmp_path: Path) -> None:
    """A local code is added, and may be used in the other tables."""
    city = city_with(
        tmp_path,
        categories__csv="standard_ref,kind,code,zh,en,emergency\nlocal,matter,10990,井盖打开,Manhole open,yes\n",
        responsibilities__csv="category,cell,unit\n10990,990100,care\n*,990100,centre\n",
    )
    assert city.categories["10990"].emergency is True
    assert len(city.categories) > 30


def test_a_component_does_not_hide_a_matter(tmp_path: Path) -> None:
    """Of two rows with one code the matter is what tickets are about, whichever file it stands in."""
    own = "standard_ref,kind,code,zh,en,emergency\nlocal,component,06042,箱,Bin,no\n"
    assert city_with(tmp_path, categories__csv=own).categories["06042"].kind == "matter"


def test_rule_files_come_in_the_order_of_their_names(tmp_path: Path) -> None:
    """What was loaded first on one machine is loaded first on every other."""
    folder = tmp_path / "city"
    shutil.copytree(DATA / "good", folder)
    for name in ("b.yaml", "a.yaml", "note.txt"):
        (folder / "rules" / name).write_text("groups: []\n", encoding="utf-8")
    assert [path.name for path in load_city(folder).rule_files] == ["a.yaml", "b.yaml", "smoke.yaml"]


def test_hidden_files_and_readmes_are_no_mistakes(tmp_path: Path) -> None:
    """Editors and people leave things in folders."""
    assert city_with(tmp_path, __gitkeep="", README__md="hello", LICENSE="x").name == "Two Houses"


def test_a_catalogue_is_a_value(tmp_path: Path) -> None:
    """The same folder read twice is the same catalogue, and it cannot be changed."""
    city = city_with(tmp_path)
    assert city == load_city(tmp_path / "city")
    with pytest.raises(AttributeError):
        city.name = "another"  # type: ignore[misc]  # That it cannot be done is the point.
