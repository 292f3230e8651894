"""A folder of the city with one mistake each, and exactly what is said of it."""

import shutil
from pathlib import Path

import pytest

from config.loader import load_city, read_city
from config.problem import ProblemsError
from config.report import Report

DATA = Path(__file__).parents[2] / "data" / "config"

EXPECTED: dict[str, list[str]] = {
    "bad-camera": [
        "cameras/gate.yaml:3:1: unknown field 'zone'. Did you mean 'zones'?",
        "cameras/gate.yaml:5:22: unknown scene 'illegal_parkin'. Did you mean 'illegal_parking'?",
    ],
    "bad-camera-kind": [
        "cameras/gate.yaml:1:1: the kind 'ilegal_parking' is not known. Did you mean 'illegal_parking'?",
    ],
    "bad-hours": [
        "roster.csv:2:12: start: '8:00' is no time of day. Write HH:MM, 00:00 to 23:59.",
        "roster.csv:2:17: end: '24:00' is no time of day. Write HH:MM, 00:00 to 23:59.",
        "roster.csv:3:32: the day 'monday' is not known. Did you mean 'mon'?",
    ],
    "bad-source": [
        "devices.csv:2:56: lat: 'north' does not fit: Expected `float`, got `str`. Write a number.",
        "devices.csv:3:1: the id 'sensor/' is no source. Write sensor/<name>.",
    ],
    "bad-truth": [
        "categories.csv:2:31: emergency: 'maybe' does not fit: Expected `bool`, got `str`. Write a truth value (yes or no).",
    ],
    "bow-tie": [
        "cells.geojson:4:1: the polygon of 990101001001002 is not valid: Self-intersection[113.0015 29.0005]. Redraw it without crossing edges.",
    ],
    "broken-yaml": [
        "city.yaml:3:1: this is not YAML: expected ',' or ']', but got '<stream end>'. Check the indentation, the colons and the quotes here.",
    ],
    "category-taken": [
        "categories.csv:2:14: the category '10999' is there already. Take a code of your own for a local category.",
    ],
    "city-with-parent": [
        "cells.geojson:2:1: the city '990100' has a parent. Leave the parent of the widest layer out.",
        "cells.geojson:2:1: 990100 sticks out of its parent 990101001001001 by 10814.0 square metres near 113.0015, 29.0005. Let it end at the parent's border, or widen the parent.",
    ],
    "doubled-camera": [
        "cameras/gate.yaml:1:1: the id 'camera/gate' is there already (cameras/gate-again.yaml:1). Give each its own id.",
    ],
    "doubled-code": [
        "cells.geojson:4:1: the code '990101001001001' is there already (cells.geojson:3). Give each its own code.",
    ],
    "doubled-column": [
        "units.csv:1:9: the column 'name' is there twice. Keep one of them.",
    ],
    "doubled-id": [
        "units.csv:4:1: the id 'care' is there already (units.csv:3). Give each its own id.",
    ],
    "doubled-key": [
        'city.yaml:2:1: this is not YAML: found duplicate key "name" with value "Three Houses" (original value: "Two Houses"). Check the indentation, the colons and the quotes here.',
    ],
    "empty-table": [
        "units.csv:1:1: the table is empty. Start it with the header id,name,parent,webhook,confirm.",
    ],
    "feeds-doors": [
        "feeds.yaml:2:24: the feed 'mqtt' is that of the door mqtt. Write door: mqtt.",
        "feeds.yaml:3:39: the feed 'http' has every source that no other feed has. Leave 'sources' out.",
        "feeds.yaml:4:25: the ticks are one feed. Name it 'gateway', or take the door mqtt, http or cameras.",
    ],
    "feeds-lengths": [
        "feeds.yaml:2:47: heartbeat: '90' is not a length of time: write whole numbers with units, the longest first, like 30s, 10m, 1h30m or 2d. Write for example heartbeat: 90s.",
        "feeds.yaml:3:41: heartbeat: 100ms is not between 1s and 31d. Write for example heartbeat: 90s.",
        "feeds.yaml:4:41: heartbeat: 'half a minute' is not a length of time: write whole numbers with units, the longest first, like 30s, 10m, 1h30m or 2d. Write for example heartbeat: 90s.",
        "feeds.yaml:5:46: catch_up has no meaning for a feed that does not replay. Write replays: true, or leave it out.",
        "feeds.yaml:6:80: catch_up: 60d is not between 1s and 31d. Write for example catch_up: 90s.",
    ],
    "feeds-mistakes": [
        "feeds.yaml:2:28: door: 'htp' does not fit: Invalid enum value 'htp'. Write one of gateway, mqtt, http, cameras.",
        "feeds.yaml:3:69: severity: 'severe' does not fit: Invalid enum value 'severe'. Write one of critical, major, minor, warning.",
        "feeds.yaml:4:59: unknown field 'heartbeet'. Did you mean 'heartbeat'?",
        "feeds.yaml:5:12: 'city hospital' is not a feed's name. Write a short name in lower case: city-hospital.",
        "feeds.yaml:7:12: the feed 'clinic' is there already. Give each its own name.",
        "feeds.yaml:8:5: the feed 'empty' has no sources. Add patterns: sources: ['sensor/elder-*'].",
        "feeds.yaml:9:5: the field 'name' is missing. Add 'name': a text.",
        "feeds.yaml:10:5: the category '01051' is not known. Did you mean '01050'?",
        "feeds.yaml:11:1: unknown field 'feed'. Write the feeds under 'feeds:'.",
    ],
    "feeds-no-list": [
        "feeds.yaml:1:8: feeds is not a list. Write 'feeds:' and below it one '- ...' an entry.",
    ],
    "feeds-signs": [
        "feeds.yaml:2:60: topics are signs of life at the door mqtt, not at http. Leave topics out.",
        "feeds.yaml:3:58: keys are signs of life at the door http, not at mqtt. Leave keys out.",
        "feeds.yaml:4:62: 'zigbee2mqtt/#/state' is no MQTT topic filter. '+' and '#' stand alone between slashes, '#' last.",
        "feeds.yaml:5:39: the pattern 'sensor/nobody-*' fits no source that comes in by mqtt. Did you mean 'sensor/smoke-1'?",
        "feeds.yaml:6:42: the pattern 'camera/nowhere' fits no source that comes in by cameras. Did you mean 'camera/gate'?",
    ],
    "gap": [
        "cells.geojson:2:1: the children of 990100 leave a gap of 540.7 square metres near 113.000975, 29.0005. Widen a child, or add the missing one.",
    ],
    "kind-bad": [
        "kinds.yaml:1:1: unknown field 'kind'. Write the table under 'kinds:'.",
        "kinds.yaml:3:25: value: 'boolean' does not fit: Invalid enum value 'boolean'. Write one of number, bool, string.",
        "kinds.yaml:4:5: 'tilt' is not a mapping. Write 'field: value' pairs.",
    ],
    "kind-redefined": [
        "kinds.yaml:2:12: the kind 'smoke' is defined already. Choose another name, or remove this entry.",
    ],
    "long-area-code": [
        "cells.geojson:2:1: the code '990100000000000' of a city is not digits, fewer than 15. Write the area's administrative code.",
        "cells.geojson:3:1: the parent '990100' is not known. Known: 990100000000000, 990101001001001, 990101001001002.",
        "cells.geojson:4:1: the parent '990100' is not known. Known: 990100000000000, 990101001001001, 990101001001002.",
        "responsibilities.csv:2:7: the cell '990100' is not known. Known: 990100000000000, 990101001001001, 990101001001002.",
        "responsibilities.csv:3:3: the cell '990100' is not known. Known: 990100000000000, 990101001001001, 990101001001002.",
        "roster.csv:2:5: the cell '990100' is not known. Known: 990100000000000, 990101001001001, 990101001001002.",
    ],
    "missing-name": [
        "city.yaml:1:1: the field 'name' is missing. Add 'name': a text.",
    ],
    "mistyped-file": [
        "unit.csv: this name means nothing in a city's folder. Did you mean 'units.csv'?",
    ],
    "narrow-parent": [
        "cells.geojson:2:1: the children of 990100 leave a gap of 10814.0 square metres near 113.0015, 29.0005. Widen a child, or add the missing one.",
        "cells.geojson:3:1: the children of 990101001001001 leave a gap of 10814.0 square metres near 113.0005, 29.0005. Widen a child, or add the missing one.",
        "cells.geojson:4:1: the parent '990101001001001' is a cell, not wider than a cell. Name a cell of a wider layer.",
        "cells.geojson:4:1: 990101001001002 sticks out of its parent 990101001001001 by 10814.0 square metres near 113.0015, 29.0005. Let it end at the parent's border, or widen the parent.",
    ],
    "no-geometry": [
        "cells.geojson:4:1: feature 2 has no properties or no geometry. Give it both: code, layer, parent, name; and a polygon.",
    ],
    "no-parent": [
        "cells.geojson:2:1: the children of 990100 leave a gap of 10814.0 square metres near 113.0015, 29.0005. Widen a child, or add the missing one.",
        "cells.geojson:4:1: the cell '990101001001002' has no parent. Name the code of the cell around it.",
    ],
    "no-ring": [
        "cells.geojson:4:1: feature 2 (990101001001002): the geometry is empty. Draw it as closed rings of [longitude, latitude] in degrees.",
    ],
    "not-a-map": [
        "cells.geojson:1:29: this is not a GeoJSON feature collection: Input data was truncated. Export the layer as GeoJSON (RFC 7946).",
    ],
    "not-utf8": [
        "units.csv:2:8: the text is not UTF-8. Save the file with the encoding UTF-8.",
    ],
    "one-feature": [
        "cells.geojson:1:1: the type is 'Feature'. Write a FeatureCollection of polygons.",
    ],
    "open-quote": [
        "units.csv:2:1: this is not CSV: unexpected end of data. Close every quote and write one record a line.",
    ],
    "open-ring": [
        "cells.geojson:4:1: feature 2 (990101001001002): a ring is not closed, or has fewer than three corners. Draw it as closed rings of [longitude, latitude] in degrees.",
    ],
    "overlap": [
        "cells.geojson:3:1: 990101001001001 and 990101001001002 overlap by 540.7 square metres near 113.001025, 29.0005. Move the border that they share.",
    ],
    "point-geometry": [
        "cells.geojson:4:1: feature 2 (990101001001002): the geometry is a Point, not a Polygon or MultiPolygon. Draw it as closed rings of [longitude, latitude] in degrees.",
    ],
    "short-code": [
        "cells.geojson:4:1: the code '99010100100102' of a cell has not 15 digits. Write county 6, street 3, community 3, cell 3 digits.",
    ],
    "sticks-out": [
        "cells.geojson:4:1: 990101001001002 sticks out of its parent 990100 by 1081.4 square metres near 113.00205, 29.0005. Let it end at the parent's border, or widen the parent.",
    ],
    "swapped-axes": [
        "cells.geojson:4:1: feature 2 (990101001001002): a coordinate lies outside the range of degrees (longitude first). Draw it as closed rings of [longitude, latitude] in degrees.",
    ],
    "text-coordinates": [
        "cells.geojson:4:1: feature 2 (990101001001002): the coordinates do not fit: Expected `float`, got `str` - at `$[0][0][0]`. Draw it as closed rings of [longitude, latitude] in degrees.",
    ],
    "too-many-cells": [
        "people.csv:3:7: the unit 'care' is not known. Did you mean 'centre'?",
        "responsibilities.csv:2:14: the unit 'care' is not known. Did you mean 'centre'?",
        "units.csv:3:1: the row has 4 cells, the header 3. Add or remove commas; quote a text with a comma.",
    ],
    "unknown-category": [
        "responsibilities.csv:2:1: the category '10909' is not known. Did you mean '10999'?",
    ],
    "unknown-clock": [
        "standards.csv:2:16: clock: 'minutes' does not fit: Invalid enum value 'minutes'. Write one of urgent_minute, urgent_hour, natural_day, work_hour, work_day.",
    ],
    "unknown-column": [
        "units.csv:1:4: unknown column 'nme'. Did you mean 'name'?",
    ],
    "unknown-field": [
        "city.yaml:2:1: unknown field 'timezone'. Did you mean 'zone'?",
    ],
    "unknown-kind-of-device": [
        "devices.csv:2:36: the kind 'smok' is not known. Did you mean 'smoke'?",
    ],
    "unknown-layer": [
        "cells.geojson:4:1: layer: 'cel' does not fit: Invalid enum value 'cel'. Write one of city, district, street, community, cell, micro.",
    ],
    "unknown-parent": [
        "cells.geojson:2:1: the children of 990100 leave a gap of 10814.0 square metres near 113.0015, 29.0005. Widen a child, or add the missing one.",
        "cells.geojson:4:1: the parent '990110' is not known. Did you mean '990100'?",
    ],
    "unknown-parent-unit": [
        "units.csv:3:21: the unit 'center' is not known. Did you mean 'centre'?",
    ],
    "unknown-person": [
        "roster.csv:2:1: the person 'anne' is not known. Did you mean 'ann'?",
    ],
    "unknown-role": [
        "people.csv:3:12: role: 'stuff' does not fit: Invalid enum value 'stuff'. Write one of acceptor, dispatcher, leader, staff, collector, admin.",
        "roster.csv:3:1: the person 'bo' is not known. Known: ann.",
    ],
    "unknown-unit": [
        "people.csv:3:7: the unit 'car' is not known. Did you mean 'care'?",
    ],
    "unknown-zone": [
        "city.yaml:2:7: the time zone 'Asia/Shangai' is not known. Did you mean 'Asia/Shanghai'?",
    ],
    "yaml-list": [
        "city.yaml:1:1: the file does not hold a mapping. Write 'field: value' lines.",
    ],
    "endless-limit": [
        "standards.csv:2:13: the limit of 5256001 urgent_minute is longer than ten years, and every look at a ticket would count them. Write a shorter one.",
        "standards.csv:4:13: the limit of 99999999999999999999 work_day is longer than ten years, and every look at a ticket would count them. Write a shorter one.",
    ],
    "zero-limit": [
        "standards.csv:2:13: the limit is 0. Write a whole number above zero.",
    ],
}
"""Mistake (the folder's name in tests/data/config/bad) to every problem told, the city's folder left out."""


def city_with(mistake: str, tmp_path: Path) -> Path:
    """The good city with the files of one mistake laid over it."""
    folder = tmp_path / "city"
    shutil.copytree(DATA / "good", folder)
    shutil.copytree(DATA / "bad" / mistake, folder, dirs_exist_ok=True)
    return folder


@pytest.mark.parametrize("mistake", sorted(EXPECTED))
def test_every_mistake_is_told_with_its_place_and_its_cure(mistake: str, tmp_path: Path) -> None:
    """Each bad file gives exactly its messages: file, line, what is wrong, what to write instead."""
    folder = city_with(mistake, tmp_path)
    report = Report()
    read_city(folder, report, tiling=True)
    assert [str(problem).replace(f"{folder}/", "") for problem in report.problems] == EXPECTED[mistake]


def test_no_bad_file_is_without_its_messages() -> None:
    """The table and the folder of bad files name the same mistakes."""
    assert {path.name for path in (DATA / "bad").iterdir()} == set(EXPECTED)


def test_the_good_city_has_no_problem() -> None:
    """What the mistakes are laid over is itself without fault."""
    report = Report()
    city = read_city(DATA / "good", report, tiling=True)
    assert report.problems == ()
    assert (len(city.cells), len(city.people), len(city.devices), len(city.cameras), len(city.rule_files)) == (3, 2, 1, 1, 1)


def test_mistakes_in_several_files_are_told_together(tmp_path: Path) -> None:
    """A city with faults in three files is refused once, with all of them."""
    folder = city_with("unknown-zone", tmp_path)
    for mistake in ("unknown-role", "zero-limit"):
        shutil.copytree(DATA / "bad" / mistake, folder, dirs_exist_ok=True)
    with pytest.raises(ProblemsError) as refused:
        load_city(folder)
    assert {Path(problem.file).name for problem in refused.value.problems} == {"city.yaml", "people.csv", "roster.csv", "standards.csv"}


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    """A city without its units is told which file to add."""
    folder = city_with("zero-limit", tmp_path)
    (folder / "units.csv").unlink()
    report = Report()
    read_city(folder, report)
    assert "the file does not exist. Add units.csv to the city's folder." in str(report.problems[-1])


def test_a_folder_that_is_none_is_refused(tmp_path: Path) -> None:
    """A wrong path is one problem, not one for each file."""
    with pytest.raises(ProblemsError, match=r"there is no such folder. Name the folder of a city, such as config/city.demo"):
        load_city(tmp_path / "nowhere")
