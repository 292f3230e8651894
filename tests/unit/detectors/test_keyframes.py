"""Key frames alone: of files here, of RTSP in the integration tests."""

from pathlib import Path

import av
import numpy as np
import pytest

from config.cameraoptions import Decode
from config.sources import Camera, Zone
from detectors.inference.port import Picture
from detectors.sources.frame import SourceError
from detectors.sources.keyframes import KeyframeClip
from detectors.sources.opening import open_playback
from detectors.sources.playback import Shelf
from detectors.sources.stream import StreamReader
from tests.fakes.painting import SQUARE


def film(path: Path, seconds: int = 6, every: int = 20) -> Path:
    """Ten frames a second, each one level lighter than the one before, of which one in ``every`` stands for itself."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=10)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        stream.options = {"g": str(every), "sc_threshold": "1000000000"}
        for number in range(10 * seconds):
            picture = av.VideoFrame.from_ndarray(np.full((48, 64, 3), 20 + 2 * number, np.uint8), format="bgr24")
            container.mux(stream.encode(picture))
        container.mux(stream.encode(None))
    return path


def number(picture: Picture | None) -> int | None:
    """Which frame it is, to the next ten."""
    return None if picture is None else round((float(picture.mean()) - 20) / 20) * 10


def test_each_key_frame_is_on_until_the_next(tmp_path: Path) -> None:
    """Between two key frames nothing is decoded; the file can be asked backwards, and ends when it is over."""
    clip = KeyframeClip(film(tmp_path / "film.mp4"))
    assert clip.duration() == clip.estimate() == pytest.approx(6.0, abs=0.01)
    assert [number(clip.frame(at)) for at in (0, 1.9, 2.0, 3.9, 4.1, 5.9, 6.1, 0.5)] == [0, 0, 20, 20, 40, 40, None, 0]


def test_the_option_chooses(tmp_path: Path) -> None:
    """``decode: keyframes`` plays key frames, its absence every frame."""
    path = film(tmp_path / "film.mp4")
    zone = Zone(id="bay", scene="fire_lane", polygon=SQUARE)
    shown = [
        [
            number(open_playback(Camera(id="camera/a", zones=(zone,), url=f"file:{path}", options=options), Shelf()).frame(at))
            for at in (1, 3)
        ]
        for options in ({}, {"decode": "keyframes"})
    ]
    assert shown == [[10, 30], [0, 20]]


def test_bad_files_are_told(tmp_path: Path) -> None:
    """A file that is not there, an empty one, no video, and sound alone: each is one sentence."""
    (tmp_path / "empty.mp4").touch()
    (tmp_path / "text.mp4").write_text("no video " * 100)
    with av.open(str(tmp_path / "sound.wav"), "w") as container:
        sound = container.add_stream("pcm_s16le", rate=8000, layout="mono")
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 800), np.int16), format="s16", layout="mono")
        frame.rate = 8000
        container.mux(sound.encode(frame))
    for name, message in (
        ("none.mp4", "there is no such file"),
        ("empty.mp4", "the file is empty"),
        ("text.mp4", "no video that can be opened (InvalidDataError)"),
        ("sound.wav", "there is no video in it"),
    ):
        with pytest.raises(SourceError) as told:
            KeyframeClip(tmp_path / name)
        assert str(told.value) == f"{tmp_path / name}: {message}"


def test_a_damaged_file_is_played_as_far_as_it_goes(tmp_path: Path) -> None:
    """Bytes of nonsense in the middle cost the frames that they hit, not the process."""
    path = film(tmp_path / "film.avi")
    content = bytearray(path.read_bytes())
    content[len(content) // 2 : len(content) // 2 + 400] = bytes(range(200)) * 2
    path.write_bytes(content)
    clip = KeyframeClip(path)
    assert number(clip.frame(0)) == 0
    assert all(clip.frame(at) is not None for at in (1.0, 3.0, 5.0))


def test_a_live_source_that_ends_is_told(tmp_path: Path) -> None:
    """A reader gives key frames one by one, and then says that the stream is over."""
    reader = StreamReader("the stream", str(film(tmp_path / "film.mp4")), 5.0, Decode.KEYFRAMES)
    assert [number(reader.read()) for _ in range(3)] == [0, 20, 40]
    with pytest.raises(SourceError, match=r"^the stream: the stream ended or no key frame came in time$"):
        reader.read()
    reader.close()


def test_secrets_of_an_address_are_never_told() -> None:
    """What the decoder says of an address with its password is not passed on."""
    with pytest.raises(SourceError) as told:
        StreamReader("rtmp://127.0.0.1:9/live", "rtmp://bob:s3cret@127.0.0.1:9/live", 1.0)
    assert str(told.value) == "rtmp://127.0.0.1:9/live: no connection (ConnectionRefusedError)"
    assert "s3cret" not in repr(told.value.__context__) or told.value.__suppress_context__
