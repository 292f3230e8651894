"""Camera files: what a good one becomes, and what a bad one is told, word for word."""

from pathlib import Path

import pytest

from config.camerafile import load_camera
from config.cameraoptions import Options, options_of
from config.duration import parse_duration, render_duration
from config.moment import SECOND, parse
from config.polygon import area, fault_of
from config.problem import ProblemsError
from config.sources import Point, Zone, Zoom
from config.weekly import Active

BAD = Path(__file__).parents[2] / "data" / "detectors" / "bad"
GOOD = """
id: camera/gate-3
name: 东门
url: rtsp://10.0.0.5/stream1
started_at: 2026-03-02T08:00:00+08:00
rate: 0.5
lon: 113.2
lat: 29.4
options: {timeout: 5, credentials: "env:GATE_3"}
zones:
  - {id: bay, scene: illegal_parking, dwell: 1m30s, polygon: [[0.62, 0.05], [0.82, 0.05], [0.82, 0.25], [0.62, 0.25]]}
  - {id: kerb, scene: illegal_parking, kind: fire_lane_blocked, polygon: [[0, 0.5], [1, 0.5], [1, 1]]}
"""


def refusal(path: Path) -> list[str]:
    """What is told about a bad file, without its folder."""
    with pytest.raises(ProblemsError) as refused:
        load_camera(path)
    return [str(problem).removeprefix(f"{path.parent}/") for problem in refused.value.problems]


def written(tmp_path: Path, text: str) -> Path:
    """A camera file with a text."""
    path = tmp_path / "camera.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_good_camera(tmp_path: Path) -> None:
    """Every field arrives, durations and instants as whole microseconds, with the defaults of a zone."""
    camera = load_camera(written(tmp_path, GOOD))
    assert (camera.id, camera.name, camera.url, camera.rate) == ("camera/gate-3", "东门", "rtsp://10.0.0.5/stream1", 0.5)
    assert (camera.lon, camera.lat, camera.started_at) == (113.2, 29.4, parse("2026-03-02T00:00:00Z"))
    assert camera.zones[0] == Zone(
        id="bay", scene="illegal_parking", polygon=((0.62, 0.05), (0.82, 0.05), (0.82, 0.25), (0.62, 0.25)), dwell=90 * SECOND
    )
    assert (camera.zones[1].dwell, camera.zones[1].kind) == (30 * SECOND, "fire_lane_blocked")
    assert options_of(camera.options) == Options(timeout=5.0, credentials="env:GATE_3")


def test_hours_of_the_week(tmp_path: Path) -> None:
    """A zone's hours arrive as minutes and weekdays; a span past midnight is cut in two; without a time zone it is the city's usual one."""
    active = "active: {hours: [['07:00', '12:00'], ['22:00', '02:00']], days: [sun, mon]}"
    camera = load_camera(written(tmp_path, GOOD.replace("dwell: 1m30s", active)))
    assert camera.zones[0].active == Active(zone="Asia/Shanghai", hours=((0, 120), (420, 720), (1320, 1440)), days=(0, 6))
    assert camera.zones[1].active is None


@pytest.mark.parametrize("zoom", list(Zoom))
def test_how_closely_a_zone_is_looked_at(tmp_path: Path, zoom: Zoom) -> None:
    """Each word of ``zoom`` arrives; without one it is auto."""
    camera = load_camera(written(tmp_path, GOOD.replace("dwell: 1m30s", f"zoom: {zoom}")))
    assert [zone.zoom for zone in camera.zones] == [zoom, Zoom.AUTO]


def test_no_way_to_look_at_a_zone() -> None:
    """Other words, numbers and YAML's own yes and no are refused with the three that there are."""
    fix = "Write one of auto, never, always."
    assert refusal(BAD / "zoom.yaml") == [
        f"zoom.yaml:3:47: zoom: 'sometimes' is no way to look at a zone. {fix}",
        f"zoom.yaml:4:47: zoom: 2 is no way to look at a zone. {fix}",
        f"zoom.yaml:5:47: zoom: True is no way to look at a zone. {fix}",
        f"zoom.yaml:6:47: zoom: ['auto'] is no way to look at a zone. {fix}",
    ]


def test_an_instant_in_quotes(tmp_path: Path) -> None:
    """started_at may be quoted; it means the same."""
    quoted = GOOD.replace("2026-03-02T08:00:00+08:00", "'2026-03-02T08:00:00+08:00'")
    assert load_camera(written(tmp_path, quoted)).started_at == parse("2026-03-02T00:00:00Z")


def test_everything_wrong_at_once() -> None:
    """All problems of a file are told together, each with its line and column and what to write instead."""
    assert refusal(BAD / "everything.yaml") == [
        "everything.yaml:1:5: 'gate-3' is not a camera's id. Write camera/ and a short name in lower case: camera/gate-3.",
        "everything.yaml:2:13: started_at: 2026-03-02T08:00:00 has no UTC offset. Write an instant with its offset, like 2026-03-02T08:00:00+08:00.",
        "everything.yaml:3:7: rate: 0.0 frames a second cannot be judged. Write a number above 0 and up to 30.",
        "everything.yaml:4:1: unknown field 'urll'. Did you mean 'url'?",
        "everything.yaml:5:6: lat is missing beside lon. Write both lon and lat, or neither.",
        "everything.yaml:5:6: lon: 213.0 is not on the earth. Write degrees from -180 to 180 (WGS 84).",
        "everything.yaml:6:10: unknown option 'hodl'. Did you mean 'hold'?",
        "everything.yaml:6:10: options.loop: 'yes please' does not fit: Expected `bool`, got `str`. Write a value like False.",
        "everything.yaml:6:10: options.rest: -3 is negative. Write seconds, 0 or more.",
        "everything.yaml:8:3: two zones are called 'bay'. Give each zone of a camera its own id.",
        "everything.yaml:8:22: unknown scene 'ilegal_parking'. Did you mean 'illegal_parking'?",
        "everything.yaml:8:45: dwell: '30' is not a length of time: write whole numbers with units, the longest first, like 30s, 10m, 1h30m or 2d. Write for example dwell: 30s.",
        "everything.yaml:9:10: 'Bay 2' is not a zone's id. Write a short name in lower case: bay-1.",
        "everything.yaml:9:48: dwell: 2d is longer than a day. Write a length of time up to 1d.",
    ]


@pytest.mark.parametrize(
    ("name", "message"),
    [
        (
            "polygon-crossing.yaml",
            "polygon-crossing.yaml:3:48: polygon: the polygon crosses itself: its side 1 meets its side 3. Write the corners in order around the area, like [[0.1, 0.5], [0.4, 0.5], [0.4, 0.9]].",
        ),
        (
            "polygon-two-corners.yaml",
            "polygon-two-corners.yaml:3:48: polygon: a polygon needs at least three corners, this one has 2. Write the corners in order around the area, like [[0.1, 0.5], [0.4, 0.5], [0.4, 0.9]].",
        ),
        (
            "polygon-pixels.yaml",
            "polygon-pixels.yaml:3:48: polygon: the corner [476.0, 29.0] lies outside the picture: x and y are parts of width and height, 0 to 1. Write the corners in order around the area, like [[0.1, 0.5], [0.4, 0.5], [0.4, 0.9]].",
        ),
        ("no-zones.yaml", "no-zones.yaml:2:8: a camera without zones sees nothing. Add at least one zone."),
        (
            "scheme.yaml",
            "scheme.yaml:2:6: url: frames cannot be read from 'ftp'. Write one of file:, package:, rtsp:, rtsps:, rtmp:, rtmps:, http:, https:, push:, v4l2:",
        ),
        (
            "active-word.yaml",
            "active-word.yaml:3:41: active: these are not hours of the week. Write active: {zone: Asia/Shanghai, hours: [['07:00', '22:00']], days: [mon, tue, wed, thu, fri]}.",
        ),
        (
            "active-zone.yaml",
            "active-zone.yaml:3:41: active: 'Asia/Shangai' is not a time zone. Did you mean 'Asia/Shanghai'?",
        ),
        ("active-field.yaml", "active-field.yaml:3:41: active: unknown field 'hour'. Did you mean 'hours'?"),
        (
            "active-time.yaml",
            'active-time.yaml:3:41: active: \'7:00\' is not a time of day. Write "06:00", from "00:00" to "24:00".',
        ),
        (
            "active-flat.yaml",
            'active-flat.yaml:3:41: active: a span has a begin and an end. Write ["06:00", "11:30"].',
        ),
        (
            "active-list.yaml",
            'active-list.yaml:3:41: active: hours are not a list of spans. Write [["06:00", "11:30"], ["13:00", "21:00"]].',
        ),
        ("active-overlap.yaml", "active-overlap.yaml:3:41: active: two spans overlap. Join them into one."),
        (
            "active-empty.yaml",
            "active-empty.yaml:3:41: active: a span that ends where it begins is no time at all. Leave out 'hours' for the whole day.",
        ),
        ("active-day.yaml", "active-day.yaml:3:41: active: 'tues' is not a weekday. Did you mean 'tue'?"),
        (
            "active-days.yaml",
            "active-days.yaml:3:41: active: days are not a list of weekdays. Write [mon, tue], or leave out 'days' for every day.",
        ),
        (
            "decode.yaml",
            "decode.yaml:2:10: options.decode: 'key' does not fit: Invalid enum value 'key'. Write all or keyframes.",
        ),
        (
            "substream.yaml",
            "substream.yaml:2:10: options.substream: it contains a user name or password, which would be seen in logs and copies of this file. Leave them out and write options: {credentials: 'env:NAME'}, where the variable NAME holds user:password.",
        ),
        ("step.yaml", "step.yaml:2:10: options.step: pictures that are on for no time are never seen. Write seconds, more than 0."),
        ("no-id.yaml", "no-id.yaml:1:1: the field 'id' is missing. Add 'id': a text."),
    ],
)
def test_single_mistakes(name: str, message: str) -> None:
    """A named bad file for each mistake, with the exact message."""
    assert refusal(BAD / name) == [message]


def test_secrets_are_never_repeated() -> None:
    """Credentials in the address or in the options are refused without being shown."""
    told = refusal(BAD / "secrets.yaml")
    assert told == [
        "secrets.yaml:2:6: url: it contains a user name or password, which would be seen in logs and copies of this file. Leave them out and write options: {credentials: 'env:NAME'}, where the variable NAME holds user:password.",
        "secrets.yaml:3:10: options.credentials: this is not a reference to a secret. Write env:NAME or file:PATH, where user:password is kept.",
    ]
    assert not any("s3cret" in line or "bob" in line for line in told)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    """A missing file and a file that is no YAML are told with their names."""
    assert refusal(tmp_path / "none.yaml")[0].startswith("none.yaml: the file does not exist.")
    assert "this is not YAML" in refusal(written(tmp_path, "id: [unclosed"))[0]


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("30s", 30 * SECOND),
        ("1h30m", 5400 * SECOND),
        ("2d", 172_800 * SECOND),
        ("500ms", 500_000),
        ("1m5ms", 60_005_000),
        ("0s", 0),
        ("0", 0),
    ],
)
def test_lengths_of_time(text: str, length: int) -> None:
    """Lengths are read and written in the units of Prometheus."""
    assert parse_duration(text) == length
    assert parse_duration(render_duration(length)) == length


@pytest.mark.parametrize("text", ["", "30", "00", "s", "30 s", "1.5h", "30s1h", "-5s", "1y", "5sec", "30s30s"])
def test_what_is_no_length_of_time(text: str) -> None:
    """Missing units, fractions, wrong order and other words are refused with how to write it."""
    with pytest.raises(ValueError, match="write whole numbers with units, the longest first"):
        parse_duration(text)


@pytest.mark.parametrize(
    ("corners", "fault"),
    [
        (((0.1, 0.1), (0.9, 0.1), (0.5, 0.9)), None),
        (((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)), None),
        (((0.1, 0.1), (0.9, 0.1), (0.5, 0.5), (0.9, 0.9), (0.1, 0.9)), None),
        (((0.1, 0.1), (0.9, 0.9), (0.9, 0.1), (0.1, 0.9)), "the polygon crosses itself: its side 1 meets its side 3"),
        (((0.1, 0.1), (0.9, 0.1), (0.5, 0.9), (0.5, 0.1)), "the polygon crosses itself: its side 1 meets its side 3"),
        (((0.1, 0.1), (0.5, 0.1), (0.9, 0.1)), "the corners lie on one line, so that the polygon encloses nothing"),
        (
            ((0.1, 0.1), (0.9, 0.1), (0.5, 0.9), (0.1, 0.1)),
            "a corner is given twice (the polygon is closed without repeating the first one)",
        ),
    ],
)
def test_polygons(corners: tuple[Point, ...], fault: str | None) -> None:
    """Convex and concave polygons are good; those that cross or touch themselves, are flat or closed by hand are not."""
    assert fault_of(corners) == fault


def test_area_has_the_sign_of_its_turn() -> None:
    """The unit square has area one, and minus one the other way round."""
    square = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))
    assert (area(square), area(square[::-1])) == (1.0, -1.0)
