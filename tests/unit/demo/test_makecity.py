"""How the demo city is drawn and staffed."""

import csv
import json
from collections import Counter
from pathlib import Path

import pytest

from cityloop.demo.makecity.areas import COMMUNITIES, SPLIT, areas
from cityloop.demo.makecity.cameras import TAKES, cameras
from cityloop.demo.makecity.devices import devices
from cityloop.demo.makecity.grid import COLUMNS, ROWS, block, corners, middle
from cityloop.demo.makecity.staff import POSTS, RESPONSIBLE, UNITS, people, responsibilities, roster
from cityloop.demo.makecity.write import write_map, write_table
from config.camerafile import load_camera
from config.people import Role, Unit
from config.places import Cell, Layer


@pytest.fixture(scope="module")
def cells() -> list[Cell]:
    """Every cell of a city of another seed than the committed one."""
    return list(areas(corners(1)))


@pytest.fixture(scope="module")
def houses(cells: list[Cell]) -> list[Cell]:
    """The micro cells."""
    return [cell for cell in cells if cell.layer is Layer.MICRO]


def test_the_same_seed_is_the_same_map() -> None:
    """Corners differ with the seed, and with nothing else."""
    assert corners(1) == corners(1)
    assert corners(1) != corners(2)
    assert len(corners(1)) == (COLUMNS + 1) * (ROWS + 1)


def test_a_block_goes_through_every_corner_on_its_edge() -> None:
    """A ring of two by three meshes has ten corners and is closed."""
    net = corners(1)
    ring = block(net, 0, 0, 2, 3)
    assert ring[0] == ring[-1]
    assert len(ring) == 10 + 1
    assert net[1, 1] not in ring
    assert net[0, 2] in ring


def test_the_middle_of_a_house_lies_within_it(houses: list[Cell]) -> None:
    """Devices are put there, so it must be inside, whatever the corner's wobble."""
    from shapely.geometry import Point, shape  # noqa: PLC0415  # Only this test wants geometry.

    for house in houses:
        assert shape(house.geometry).contains(Point(middle(house.geometry["coordinates"][0])))


def test_there_are_as_many_houses_as_promised(houses: list[Cell]) -> None:
    """Six in each cell, and one more where a mesh is cut: 125."""
    assert len(houses) == 20 * 6 + len(SPLIT) == 125
    assert set(Counter(house.parent for house in houses).values()) == {6, 7}


def test_codes_are_unique_and_begin_with_their_community(cells: list[Cell]) -> None:
    """Cells and houses share the community's twelve digits and no code."""
    assert len({cell.code for cell in cells}) == len(cells)
    communities = {cell.code for cell in cells if cell.layer is Layer.COMMUNITY}
    assert len(communities) == len(COMMUNITIES)
    assert {cell.code[:12] for cell in cells if cell.layer in {Layer.CELL, Layer.MICRO}} == communities


def test_names_are_bilingual_and_unique_among_houses(houses: list[Cell]) -> None:
    """A place is told in both languages, and no two houses have one name."""
    assert len({house.name for house in houses}) == len(houses)
    assert all(house.name.isascii() is False and "House" in house.name for house in houses)


def test_staff_follow_the_posts() -> None:
    """Forty people with unique logins, phones and homes, as the table of posts says."""
    found = [person for person, _, _ in people([(113.0, 29.0)] * 125)]
    assert len(found) == sum(post.number for post in POSTS) == 40
    assert len({person.id for person in found}) == len({person.phone for person in found}) == 40
    assert Counter(person.role for person in found)[Role.COLLECTOR] == 6
    assert {person.unit for person in found} == {unit.id for unit in UNITS}


def test_the_roster_names_only_known_people_and_each_of_them() -> None:
    """Nobody is without duty."""
    staff = list(people([(113.0, 29.0)] * 125))
    assert {duty.person for duty in roster(staff)} == {person.id for person, _, _ in staff}


def test_night_shifts_pass_midnight() -> None:
    """The third shift ends before it begins, on the clock."""
    assert any(duty.start > duty.end for duty in roster(list(people([(113.0, 29.0)] * 125))))


def test_no_category_has_two_units() -> None:
    """Each category is named once, and the rest goes to the centre."""
    rows = list(responsibilities())
    assert max(Counter(row.category for row in rows).values()) == 1
    assert rows[-1].category == "*"
    assert rows[-1].unit == "centre"
    assert sum(len(categories) for categories in RESPONSIBLE.values()) + 1 == len(rows)


def test_devices_have_one_address_each(houses: list[Cell]) -> None:
    """Two hundred devices with unique ids and addresses, spread over the houses."""
    found = list(devices(houses))
    assert len({device.id for device in found}) == len({device.address for device in found}) == 200
    assert len({(device.lon, device.lat) for device in found}) > 100


def test_every_camera_can_be_read(houses: list[Cell], tmp_path: Path) -> None:
    """What the script writes is what the reader of cameras takes; two of them hold a frame with a standing vehicle."""
    read = []
    for name, text in cameras(houses):
        (tmp_path / name).write_text(text, encoding="utf-8")
        read.append(load_camera(tmp_path / name))
    assert len({camera.id for camera in read}) == len(TAKES) == 12
    assert [camera.id for camera in read if camera.options.get("hold_at") in {2.28, 6.52}] == ["camera/gate-3", "camera/gate-7"]


def test_tables_have_one_row_a_struct(tmp_path: Path) -> None:
    """Absent values are empty cells, and commas are quoted."""
    write_table(tmp_path / "t.csv", ("id", "name", "parent"), [Unit(id="a", name="A, B"), Unit(id="b", name="B", parent="a")])
    assert list(csv.reader((tmp_path / "t.csv").read_text(encoding="utf-8").splitlines())) == [
        ["id", "name", "parent"],
        ["a", "A, B", ""],
        ["b", "B", "a"],
    ]


def test_a_map_has_one_feature_a_line(cells: list[Cell], tmp_path: Path) -> None:
    """So that a problem's line is the feature's; and it is GeoJSON."""
    write_map(tmp_path / "m.geojson", cells[:3])
    text = (tmp_path / "m.geojson").read_text(encoding="utf-8")
    assert len(text.splitlines()) == 3 + 2
    assert [feature["properties"]["code"] for feature in json.loads(text)["features"]] == [cell.code for cell in cells[:3]]
