"""The sources of a city as rules expect them."""

from pathlib import Path

from cityloop.commands.rulesources import reporters_of
from config.csvfile import parse_csv
from config.loader import DEMO_CITY, load_city
from config.report import Report
from config.sources import Camera, Device, Reporter, Zone, reporters

SQUARE = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0))


def test_devices_report_their_kinds_and_cameras_what_their_zones_are_judged_for() -> None:
    """A zone's own kind wins over its scene; every camera reports its health; tags are the device's."""
    zones = (
        Zone(id="a", scene="illegal_parking", polygon=SQUARE),
        Zone(id="b", scene="illegal_parking", polygon=SQUARE, kind="taxi_rank"),
    )
    camera = Camera(id="camera/1", zones=zones)
    device = Device(id="sensor/1", adapter="z", address="z", kinds=("door",), name="", lon=0, lat=0, tags=("lives_alone",))
    assert reporters({camera.id: camera}, {device.id: device}) == {
        "sensor/1": Reporter(fleet="devices", kinds=("door",), tags=("lives_alone",)),
        "camera/1": Reporter(fleet="cameras", kinds=("camera_health", "illegal_parking", "taxi_rank")),
    }


def test_the_column_of_tags_may_be_left_out_or_empty() -> None:
    """Words are parted by blanks."""
    report = Report()
    head = "id,adapter,address,kinds,name,lon,lat"
    rows = parse_csv(f"{head},tags\ns,z,a,door,n,1,2,lives_alone ground_floor\nt,z,b,door,n,1,2,\n", "d.csv", Device, report)
    plain = parse_csv(f"{head}\ns,z,a,door,n,1,2\n", "d.csv", Device, report)
    assert [row.value.tags for row in (*rows, *plain)] == [("lives_alone", "ground_floor"), (), ()]
    assert report.problems == ()


def test_the_commands_know_the_sources_that_the_city_has() -> None:
    """What ``--city`` reads is what the catalogue has; without a city nobody is known."""
    assert reporters_of(DEMO_CITY) == load_city(DEMO_CITY).reporters
    assert len(reporters_of(DEMO_CITY) or ()) == 212
    assert reporters_of(None) is None


def test_a_city_without_devices_has_its_cameras(tmp_path: Path) -> None:
    """The table of devices is optional."""
    assert reporters_of(tmp_path) == {}
