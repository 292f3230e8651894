"""Which cameras a process watches."""

import pytest

from config.camerashare import CameraShare, share_of
from config.feeds import Door, Feed, FeedTable
from config.kinds import Text
from config.problem import ProblemsError
from config.sources import Camera, Zone

ZONE = Zone(id="bay", scene="fire_lane", polygon=((0.0, 0.0), (1.0, 0.0), (1.0, 1.0)))
CAMERAS = {name: Camera(id=f"camera/{name}", zones=(ZONE,)) for name in ("north-1", "pole", "north-2", "south-1")}
TABLE = FeedTable(
    [
        Feed(name="north", door=Door.CAMERAS, label=Text("North", "北"), sources=("camera/north-*",)),
        Feed(name="south", door=Door.CAMERAS, label=Text("South", "南"), sources=("camera/south-*",)),
        Feed(name="hospital", door=Door.HTTP, label=Text("Hospital", "医院"), sources=("sensor/hospital-*",)),
    ]
)


def names(share: CameraShare) -> list[str]:
    """The cameras of a share."""
    return [camera.id.partition("/")[2] for camera in share.cameras]


def test_without_a_word_every_camera_is_watched_and_every_feed_heard() -> None:
    """A feed of one's own is heard too: else it would be blind for ever."""
    share = share_of(" ", CAMERAS.values(), TABLE)
    assert (names(share), share.feeds, share.process) == (list(CAMERAS), ("cameras", "north", "south"), "cameras")
    assert share_of("", (), FeedTable()).feeds == ("cameras",)


@pytest.mark.parametrize(
    ("wanted", "watched", "feeds"),
    [
        ("north", ["north-1", "north-2"], ("north",)),
        ("south, north", ["north-1", "north-2", "south-1"], ("north", "south")),
        ("cameras,", ["pole"], ("cameras",)),
    ],
)
def test_the_cameras_of_feeds(wanted: str, watched: list[str], feeds: tuple[str, ...]) -> None:
    """Named feeds give their cameras, in whatever order they are named; ``cameras`` has those of no other feed."""
    share = share_of(wanted, CAMERAS.values(), TABLE)
    assert (names(share), share.feeds, share.process) == (watched, feeds, "-".join(["cameras", *feeds]))


def test_every_camera_is_in_one_share() -> None:
    """One process for each feed: no camera is left out or watched twice."""
    assert sorted(name for feed in ("cameras", "north", "south") for name in names(share_of(feed, CAMERAS.values(), TABLE))) == sorted(
        CAMERAS
    )


@pytest.mark.parametrize(
    ("wanted", "problems"),
    [
        (
            "nort,hospital",
            [
                "CITYLOOP_CAMERAS: no feed of the door cameras is called 'nort'. Did you mean 'north'?",
                "CITYLOOP_CAMERAS: no feed of the door cameras is called 'hospital'. Known: cameras, north, south.",
            ],
        ),
        (",", ["CITYLOOP_CAMERAS: ',' names no feed. Known: cameras, north, south."]),
    ],
)
def test_feeds_that_are_no_cameras(wanted: str, problems: list[str]) -> None:
    """Every wrong name is told, with what to write instead."""
    with pytest.raises(ProblemsError) as told:
        share_of(wanted, CAMERAS.values(), TABLE)
    assert str(told.value).splitlines() == problems
