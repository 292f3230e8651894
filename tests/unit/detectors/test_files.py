"""Files as sources: pictures, clips, programmes and playback."""

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest

from config.cameraoptions import Options, Times
from detectors.inference.port import Picture
from detectors.sources.clip import Clip
from detectors.sources.folder import FolderClip
from detectors.sources.frame import SourceError
from detectors.sources.keyframes import KeyframeClip
from detectors.sources.place import is_live, local_path, read_credentials, with_credentials
from detectors.sources.playback import Playback, Shelf
from detectors.sources.programme import plan
from detectors.sources.still import LARGEST_BYTES, decode_still, read_still
from detectors.watching import frames_of
from tests.fakes.badpictures import endless_sides, hundred_megapixels, write_film_without_frames, zipped_profile, zipped_text
from tests.fakes.footage import write_picture, write_video
from tests.fakes.painting import paint


def shade(level: int) -> Picture:
    """A grey picture of one level."""
    return np.full((48, 64, 3), level, np.uint8)


def level_of(picture: Picture | None) -> int:
    """Which step of ten grey levels a decoded picture is nearest to."""
    assert picture is not None
    return round(float(picture.mean()) / 20)


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    """Ten frames at 10 per second; frame n has the level 20 n."""
    return write_video(tmp_path / "clip.avi", [shade(20 * index) for index in range(10)])


def jpeg(picture: Picture) -> bytes:
    """A picture as JPEG."""
    return cv2.imencode(".jpg", picture)[1].tobytes()


def test_a_still_is_decoded_in_the_models_colour_order() -> None:
    """Blue stays blue: decoded pictures are blue-green-red like a video's frames."""
    blue = decode_still(cv2.imencode(".png", paint(size=(8, 8)) * 0 + np.array([250, 10, 20], np.uint8))[1].tobytes(), "x")
    assert blue[0, 0].tolist() == [250, 10, 20]
    assert blue.flags.c_contiguous


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", r"gate.jpg: this is not a picture that is known here \(known: JPEG, PNG, WEBP\)"),
        (b"GIF89a" + bytes(100), "gate.jpg: this is not a picture"),
        (
            jpeg(np.random.default_rng(0).integers(0, 255, (90, 90, 3)).astype(np.uint8))[:3000],
            "gate.jpg: the picture is damaged or cut off",
        ),
        (bytes(LARGEST_BYTES + 1), "gate.jpg: 32000001 bytes are more than a picture may have"),
    ],
)
def test_bad_pictures_are_refused(content: bytes, message: str) -> None:
    """What is empty, of another format, cut off or too long is refused with the picture's name."""
    with pytest.raises(SourceError, match=message):
        decode_still(content, "gate.jpg")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (hundred_megapixels, "10000 x 10000 are 100 megapixels, more than the 40 that are judged"),
        (endless_sides, "its megapixels are more than the 40 that are judged"),
        (zipped_text, "the picture is damaged or cut off"),
        (zipped_profile, "the picture is damaged or cut off"),
    ],
)
@pytest.mark.parametrize("times", list(Times))
def test_a_bomb_is_refused_before_it_goes_off(
    tmp_path: Path, content: Callable[[], bytes], message: str, times: Times, recwarn: pytest.WarningsRecorder
) -> None:
    """A small file that would decode to gigabytes is refused by its header: alone, and in a folder whatever tells its time."""
    (tmp_path / "bomb.png").write_bytes(content())
    with pytest.raises(SourceError, match=rf"bomb\.png: {message}"):
        Clip(tmp_path / "bomb.png")
    with pytest.raises(SourceError, match=rf"bomb\.png: {message}"):
        FolderClip(tmp_path, Options(times=times)).frame(0.0)
    assert [str(warning.message) for warning in recwarn] == []


def test_a_file_without_an_end_is_not_read_to_its_end(tmp_path: Path) -> None:
    """A picture's file is read as far as a picture may be long; one that cannot be read is told."""
    with (tmp_path / "long.jpg").open("wb") as file:
        file.truncate(50_000_000_000)  # Takes no room on the disk, but would in memory.
    with pytest.raises(SourceError, match=r"long\.jpg: the file is longer than a picture may be \(32000000 bytes\)"):
        Clip(tmp_path / "long.jpg")
    (tmp_path / "gone.jpg").mkdir()
    with pytest.raises(SourceError, match=r"gone\.jpg: the picture cannot be read \(Is a directory\)"):
        read_still(tmp_path / "gone.jpg")


@pytest.mark.parametrize(("seconds", "frame"), [(0.0, 0), (0.05, 0), (0.1, 1), (0.49, 4), (0.5, 5), (0.95, 9)])
def test_the_frame_of_a_media_time(clip: Path, seconds: float, frame: int) -> None:
    """At a media time one sees the last frame that has begun."""
    assert level_of(Clip(clip).frame(seconds)) == frame


def test_frames_in_any_order(clip: Path) -> None:
    """Asked for earlier and later frames, a clip gives the same ones."""
    opened = Clip(clip)
    assert [level_of(opened.frame(index / 10)) for index in (7, 2, 2, 9, 0, 5)] == [7, 2, 2, 9, 0, 5]


def test_beyond_the_end_there_is_nothing(clip: Path) -> None:
    """After the last frame's time there is no picture, and the length is known."""
    opened = Clip(clip)
    assert opened.frame(1.0) is None
    assert opened.frame(99.0) is None
    assert opened.duration() == pytest.approx(1.0)
    assert opened.estimate() == pytest.approx(1.0)
    assert opened.size == (64, 48)


def test_a_picture_is_a_clip_without_length(tmp_path: Path) -> None:
    """A picture file has one frame at every time."""
    opened = Clip(write_picture(tmp_path / "a.png", shade(60)))
    assert (level_of(opened.frame(0.0)), level_of(opened.frame(5.0)), opened.duration(), opened.estimate()) == (3, 3, 0.0, 0.0)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("none.mp4", None, "there is no such file"),
        ("empty.mp4", b"", "the file is empty"),
        ("text.mp4", b"this is no video" * 100, "this is not a video that is known here"),
        ("cut.jpg", jpeg(shade(9))[:200], "the picture is damaged or cut off"),
    ],
)
def test_files_that_cannot_be_played(tmp_path: Path, name: str, content: bytes | None, message: str) -> None:
    """A file that is missing, empty, no video or cut off is refused with its name and reason."""
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(SourceError, match=f"{name}: {message}"):
        Clip(path)


def test_a_video_of_no_length(clip: Path, tmp_path: Path) -> None:
    """A video whose frames were cut away holds none that can be decoded."""
    cut = tmp_path / "cut.avi"
    cut.write_bytes(clip.read_bytes()[:5000].split(b"movi")[0] + b"movi")
    with pytest.raises(SourceError, match=r"cut.avi: (the video holds no frame that can be decoded|this is not a video)"):
        Clip(cut)


@pytest.mark.parametrize(
    ("opener", "message"), [(Clip, "this is not a video that is known here"), (KeyframeClip, "there is no video in it")]
)
def test_a_video_in_good_order_without_a_frame(tmp_path: Path, opener: Callable[[Path], object], message: str) -> None:
    """A video that ends before its first frame is refused, for all frames and for key frames."""
    with pytest.raises(SourceError, match=rf"none\.mp4: {message}"):
        opener(write_film_without_frames(tmp_path / "none.mp4"))


def test_the_shelf_opens_a_file_once(clip: Path) -> None:
    """Cameras that play one file share its clip; when none plays it any more it is let go."""
    shelf = Shelf()
    first = shelf.clip(clip)
    assert shelf.clip(clip) is first


def shown(options: Options, moments: list[float], duration: float = 10.0) -> list[float | None]:
    """Media times at moments of playing."""
    programme = plan(options, duration)
    return [None if (time := programme.media_time(moment)) is None else round(time, 3) for moment in moments]


def test_a_plain_programme() -> None:
    """Without options a file is shown once, from beginning to end."""
    assert shown(Options(), [0.0, 4.0, 9.5, 10.0, 11.0]) == [0.0, 4.0, 9.5, None, None]


def test_a_part_of_a_file() -> None:
    """Start and end cut a part out; an end beyond the file is its end."""
    assert shown(Options(start=2.0, end=5.0), [0.0, 2.9, 3.0]) == [2.0, 4.9, None]
    assert shown(Options(start=2.0, end=50.0), [7.9, 8.0]) == [9.9, None]


def test_a_held_frame() -> None:
    """The held frame stays for its time, then the file goes on."""
    assert shown(Options(hold_at=2.0, hold=60.0), [1.0, 2.0, 40.0, 61.9, 62.5, 69.5, 70.0]) == [1.0, 2.0, 2.0, 2.0, 2.5, 9.5, None]


def test_a_loop_with_hold_and_rest() -> None:
    """A loop shows hold and rest each time round."""
    options = Options(hold_at=2.0, hold=5.0, rest=3.0, loop=True)
    assert shown(options, [6.0, 8.0, 15.5, 17.9, 18.0, 20.0, 24.0]) == [2.0, 3.0, 9.999, 9.999, 0.0, 2.0, 2.0]


def test_the_last_moment_of_a_loop_still_has_a_frame() -> None:
    """Just before it begins again, a loop shows its last frame and not the nothing after it."""
    assert shown(Options(loop=True), [9.99999]) == [9.999]


def test_the_last_frame_is_held_by_default() -> None:
    """Without a time to hold at, the last frame is held."""
    assert shown(Options(hold=5.0), [9.0, 12.0, 15.1]) == [9.0, 9.999, None]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (Options(start=5.0, end=5.0), "it starts at 5.0 s, but ends at 5 s"),
        (Options(start=50.0), "choose start and end within the file's 10 s"),
        (Options(hold_at=11.0, hold=5.0), "hold_at is 11.0 s, outside of 0 s to 10 s that are shown"),
    ],
)
def test_programmes_that_the_file_does_not_have(options: Options, message: str) -> None:
    """Times beyond the file are refused with the file's own."""
    with pytest.raises(ValueError, match=message):
        plan(options, 10.0)


def test_playback_of_a_held_picture(tmp_path: Path) -> None:
    """A picture is shown for as long as it is held, and once when it is not."""
    still = Shelf().clip(write_picture(tmp_path / "a.png", shade(60)))
    held = Playback(still, Options(hold=3.0), "a.png")
    assert [held.frame(second) is not None for second in (0, 2, 3)] == [True, True, False]
    once = Playback(still, Options(), "a.png")
    assert [once.frame(second) is not None for second in (0, 1)] == [True, False]


def test_playback_names_the_file_in_its_refusal(clip: Path) -> None:
    """Options that do not fit are told with the file's name."""
    with pytest.raises(SourceError, match=r"clip.avi: hold_at is 7\.0 s"):
        Playback(Clip(clip), Options(hold_at=7.0, hold=1.0), "clip.avi")


def test_lengths_for_the_progress_bar(clip: Path) -> None:
    """The length is the container's, the programme's, or unknown for a loop."""
    opened = Clip(clip)
    lengths = [Playback(opened, options, "x").length() for options in (Options(), Options(hold=2.0), Options(loop=True))]
    assert lengths == [pytest.approx(1.0), pytest.approx(3.0), None]


def test_frames_are_stamped_with_start_and_playing_time(clip: Path) -> None:
    """Event time is the start plus the playing time, in whole microseconds that do not drift."""
    frames = list(frames_of(Playback(Clip(clip), Options(hold=9.0), "x"), 3.0, 1_000))
    assert [frame.at for frame in frames][:4] == [1_000, 334_333, 667_667, 1_001_000]
    assert len(frames) == 30


def test_watching_ends_when_it_is_told_to(clip: Path) -> None:
    """A loop never ends by itself; a limit ends it."""
    assert len(list(frames_of(Playback(Clip(clip), Options(loop=True), "x"), 2.0, 0, until=5.0))) == 11


@pytest.mark.parametrize(
    ("url", "path"),
    [("file:clips/a.mp4", "clips/a.mp4"), ("file:///srv/a%20b.mp4", "/srv/a b.mp4"), ("clips/a.mp4", "clips/a.mp4")],
)
def test_local_paths(url: str, path: str) -> None:
    """File URLs and plain paths name local files."""
    assert local_path(url) == Path(path)
    assert not is_live(url)


def test_a_file_inside_a_package() -> None:
    """A package's own file is found where the package lies; a package that is missing is named with what to install."""
    assert local_path("package:detectors/inference/coco80.txt").read_text(encoding="utf-8").startswith("person\n")
    for url in ("package:no_such_package/a.mp4", "package:../a.mp4", "package:json.x/a"):
        with pytest.raises(SourceError, match="is not installed here"):
            local_path(url)


def test_live_addresses() -> None:
    """RTSP and HTTP are live."""
    assert all(is_live(url) for url in ("rtsp://10.0.0.5/s", "rtsps://c/s", "http://c/snap.jpg", "https://c/snap.jpg"))


def test_credentials_are_read_where_the_reference_says(tmp_path: Path) -> None:
    """A variable or a file holds user:password; a password may hold colons."""
    (tmp_path / "secret").write_text("bob:s3cret:x\n", encoding="utf-8")
    assert read_credentials("env:GATE", {"GATE": "bob:s3cret"}) == ("bob", "s3cret")
    assert read_credentials(f"file:{tmp_path / 'secret'}", {}) == ("bob", "s3cret:x")


@pytest.mark.parametrize(
    ("environment", "message"), [({}, "set that variable to user:password"), ({"GATE": "s3cret"}, "not of the form user:password")]
)
def test_credentials_that_are_not_there(environment: dict[str, str], message: str) -> None:
    """The refusal names the reference and never what was found."""
    with pytest.raises(SourceError, match=message) as refused:
        read_credentials("env:GATE", environment)
    assert "s3cret" not in str(refused.value)


def test_credentials_in_the_decoders_address() -> None:
    """Credentials are escaped into the address; without any it is unchanged."""
    assert with_credentials("rtsp://cam:554/s?x=1", ("bob", "p@ss/w:rd")) == "rtsp://bob:p%40ss%2Fw%3Ard@cam:554/s?x=1"
    assert with_credentials("rtsp://cam/s", None) == "rtsp://cam/s"
