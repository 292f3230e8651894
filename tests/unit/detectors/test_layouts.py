"""Labels of published data sets, from small files in their layouts."""

from pathlib import Path

import pytest

from config.report import Report
from detectors.evaluation.labels import read_labels
from detectors.evaluation.layouts import LAYOUTS

INDEX = """<?xml version="1.0"?><Library xmlns="urn:index"><Clip><filename>PVTEA101a.mov</filename><duration>00:10:00</duration>
<alarms><Alarm><StartTime>00:02:00</StartTime><AlarmDuration>00:00:30</AlarmDuration></Alarm></alarms></Clip>
<Clip><filename>PVTEN102.mov</filename></Clip></Library>"""
SPACES = '<parking id="{lot}"><space id="1" occupied="{one}"/><space id="2" occupied="{two}"/></parking>'
COCO = """{"images": [{"id": 1, "file_name": "batch_1/000006.jpg"}, {"id": 2, "file_name": "batch_1/000007.JPG"}],
"categories": [{"id": 5, "name": "Overflow"}, {"id": 6, "name": "Container"}],
"annotations": [{"id": 1, "image_id": 1, "category_id": 5}, {"id": 2, "image_id": 2, "category_id": 6}]}"""


def ilids(folder: Path, text: str = INDEX) -> Path:
    """An index file."""
    path = folder / "index.xml"
    path.write_text(text)
    return path


def test_an_ilids_index(tmp_path: Path) -> None:
    """An alarm's stay began a minute before it; namespaces and the case of names do not matter."""
    assert list(LAYOUTS["ilids"](ilids(tmp_path))) == [
        {"watch": "camera/pvtea101a", "from": "1970-01-01T00:00:00Z", "to": "1970-01-01T00:10:00Z"},
        {
            "source": "camera/pvtea101a", "kind": "illegal_parking", "dwell": "60s",
            "since": "1970-01-01T00:01:00Z", "until": "1970-01-01T00:02:30Z",
        },
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("<a><b></a>", "this is not XML"),
        ("<a/>", "there is no clip in it"),
        ("<a><clip/></a>", "a clip has no file name"),
        ("<a><clip><filename>x.mov</filename><alarm/></clip></a>", "an alarm of x.mov has no start time"),
        ("<a><clip><filename>x.mov</filename><duration>long</duration></clip></a>", "'long' is not a time of a clip: HH:MM:SS"),
    ],
)
def test_a_damaged_index_is_told(tmp_path: Path, text: str, reason: str) -> None:
    """What is no index says why."""
    with pytest.raises(ValueError, match=reason):
        list(LAYOUTS["ilids"](ilids(tmp_path, text)))


def pictures(folder: Path, *times: tuple[str, int, int]) -> Path:
    """A day of a parking lot: (time, first space, second space)."""
    day = folder / "PUCPR" / "Sunny" / "2012-09-12"
    day.mkdir(parents=True)
    for time, one, two in times:
        (day / f"2012-09-12_{time}.xml").write_text(SPACES.format(lot="pucpr", one=one, two=two))
    return folder


def test_pklot_spaces_become_stays(tmp_path: Path) -> None:
    """A space that stays occupied is one stay; a gap in the pictures ends it, since nobody looked."""
    folder = pictures(tmp_path, ("06_00_00", 1, 0), ("06_05_00", 1, 1), ("06_10_00", 0, 1), ("09_00_00", 0, 1))
    labels = list(LAYOUTS["pklot"](folder))
    assert [label for label in labels if "watch" in label] == [
        {"watch": "camera/pucpr", "from": "2012-09-12T06:00:00Z", "to": "2012-09-12T06:10:00Z"},
        {"watch": "camera/pucpr", "from": "2012-09-12T09:00:00Z", "to": "2012-09-12T09:00:00Z"},
    ]
    assert [(label["zone"], label["since"][11:16], label["until"][11:16], label["condition"]) for label in labels if "zone" in label] == [
        ("space-1", "06:00", "06:05", "sunny"),
        ("space-2", "06:05", "06:10", "sunny"),
        ("space-2", "09:00", "09:00", "sunny"),
    ]


def test_pklot_needs_its_file_names(tmp_path: Path) -> None:
    """Without the time in its name a picture cannot be placed; an empty folder is no data set."""
    with pytest.raises(ValueError, match="there are no XML files below it"):
        list(LAYOUTS["pklot"](tmp_path))
    (tmp_path / "a" / "b" / "c").mkdir(parents=True)
    (tmp_path / "a" / "b" / "c" / "noon.xml").write_text("<parking/>")
    with pytest.raises(ValueError, match="its name is not YYYY-MM-DD_HH_MM_SS"):
        list(LAYOUTS["pklot"](tmp_path))


@pytest.mark.parametrize(("layout", "kind", "events"), [("taco", "exposed_rubbish", 2), ("streetview-waste", "bin_overflow", 1)])
def test_single_pictures_are_cameras_that_looked_once(tmp_path: Path, layout: str, kind: str, events: int) -> None:
    """Every mark of TACO is litter; of the containers only what overflows is an event. All pictures are watched."""
    (tmp_path / "annotations.json").write_text(COCO)
    labels = list(LAYOUTS[layout](tmp_path))
    assert [label["watch"] for label in labels if "watch" in label] == ["camera/batch_1-000006", "camera/batch_1-000007"]
    assert [label["kind"] for label in labels if "kind" in label] == [kind] * events


def test_what_is_no_coco_file_is_told(tmp_path: Path) -> None:
    """A JSON file of another form says so."""
    (tmp_path / "x.json").write_text("[]")
    with pytest.raises(ValueError, match="these are not annotations in COCO's form"):
        list(LAYOUTS["taco"](tmp_path / "x.json"))


def test_every_layout_yields_labels_that_can_be_read(tmp_path: Path) -> None:
    """What loaders say is what the label reader takes, without a problem."""
    (tmp_path / "annotations.json").write_text(COCO)
    folder = pictures(tmp_path / "lots", ("06_00_00", 1, 0), ("06_05_00", 1, 1))
    paths = {"ilids": ilids(tmp_path), "pklot": folder, "taco": tmp_path, "streetview-waste": tmp_path}
    report = Report()
    read = [read_labels(name, enumerate(LAYOUTS[name](path), 1), report) for name, path in paths.items()]
    assert report.problems == ()
    assert [len(one.events) for one in read] == [1, 2, 2, 1]
