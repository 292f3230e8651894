"""A folder of pictures that is played like a film."""

import os
from pathlib import Path

import pytest
from PIL import Image

from config.cameraoptions import Options, Times
from config.moment import parse
from config.sources import Camera, Zone
from detectors.inference.port import Picture
from detectors.sources.folder import FolderClip
from detectors.sources.frame import SourceError
from detectors.sources.opening import open_playback
from detectors.sources.playback import Shelf
from detectors.watching import frames_of
from tests.fakes.footage import write_picture
from tests.fakes.painting import SQUARE, paint


def level(picture: Picture | None) -> int | None:
    """How light a picture is."""
    return None if picture is None else round(float(picture.mean()) / 10) * 10


def folder(path: Path, *names: str) -> Path:
    """Pictures, each ten levels lighter than the one before."""
    path.mkdir()
    for index, name in enumerate(names):
        write_picture(path / name, paint(size=(64, 48), light=10 * (index + 1)))
    return path


def taken(path: Path, at: str, offset: str | None = None) -> None:
    """Write Exif data into a picture."""
    image = Image.open(path)
    exif = image.getexif()
    exif.get_ifd(0x8769)[0x9003] = at
    if offset:
        exif.get_ifd(0x8769)[0x9011] = offset
    image.save(path, exif=exif, quality=95)


def test_pictures_are_shown_in_the_order_of_their_names(tmp_path: Path) -> None:
    """Each is on for its step, other files are passed over, and it can be asked backwards."""
    clip = FolderClip(folder(tmp_path / "film", "a.jpg", "b.png", "c.webp"), Options(step=2.0))
    (tmp_path / "film" / "notes.txt").write_text("no picture")
    assert (clip.duration(), clip.estimate()) == (6.0, 6.0)
    assert [level(clip.frame(seconds)) for seconds in (0, 1.9, 2, 4, 5.9, 6, 0)] == [10, 10, 20, 30, 30, None, 10]


def test_times_of_the_files(tmp_path: Path) -> None:
    """By their last change pictures come in its order with its gaps, and the first one's is the event time of the beginning."""
    path = folder(tmp_path / "film", "a.jpg", "b.jpg", "c.jpg")
    for name, seconds in (("a.jpg", 1000), ("b.jpg", 940), ("c.jpg", 1030)):
        os.utime(path / name, (seconds, seconds))
    camera = Camera(
        id="camera/a", zones=(Zone(id="bay", scene="fire_lane", polygon=SQUARE),), url=f"file:{path}", options={"times": "mtime"}
    )
    playback = open_playback(camera, Shelf())
    assert playback.began_at == 940_000_000
    assert [(frame.at, level(frame.picture)) for frame in frames_of(playback, 1 / 30, playback.began_at or 0)] == [
        (940_000_000, 20), (970_000_000, 20), (1_000_000_000, 10), (1_030_000_000, 30),
    ]  # fmt: skip


def test_times_of_the_camera(tmp_path: Path) -> None:
    """Exif data say when a picture was taken, with their offset where they have one."""
    path = folder(tmp_path / "film", "a.jpg", "b.jpg")
    taken(path / "a.jpg", "2026:03:02 08:00:10", "+08:00")
    taken(path / "b.jpg", "2026:03:02 00:00:00")
    clip = FolderClip(path, Options(times=Times.EXIF))
    assert clip.began_at == parse("2026-03-02T00:00:00Z") / 1e6
    assert [level(clip.frame(seconds)) for seconds in (0, 9.9, 10)] == [20, 20, 10]


@pytest.mark.parametrize("content", [b"", b"no picture"])
def test_bad_folders_are_told(tmp_path: Path, content: bytes) -> None:
    """No folder, an empty one, a picture without a time, and one that is none: each is one sentence with its name."""
    with pytest.raises(SourceError, match="there is no such folder"):
        FolderClip(tmp_path / "none", Options())
    (tmp_path / "empty").mkdir()
    with pytest.raises(SourceError, match="there is no picture in the folder"):
        FolderClip(tmp_path / "empty", Options())
    path = folder(tmp_path / "film", "a.jpg")
    with pytest.raises(SourceError, match=r"a\.jpg: its Exif data do not say when it was taken; write options: {times: mtime}"):
        FolderClip(path, Options(times=Times.EXIF))
    (path / "a.jpg").write_bytes(content)
    with pytest.raises(SourceError, match=r"a\.jpg: this is not a picture"):
        FolderClip(path, Options(times=Times.EXIF))
    with pytest.raises(SourceError, match=r"a\.jpg: this is not a picture"):
        FolderClip(path, Options()).frame(0)
