"""Which cameras one process watches: all of the city's, or those of the feeds that are named to it."""

from collections.abc import Iterable

import msgspec

from config.feeds import Door, FeedTable
from config.problem import Problem, ProblemsError
from config.sources import Camera
from config.suggest import did_you_mean

SETTING = "CITYLOOP_CAMERAS"


class CameraShare(msgspec.Struct, frozen=True):
    """One process's share.

    Attributes:
        cameras: those that it watches, in the catalogue's order.
        feeds: names of the feeds that are heard while it does.
        process: its name, which no process with another share has.
    """

    cameras: tuple[Camera, ...]
    feeds: tuple[str, ...]
    process: str = "cameras"


def share_of(wanted: str, cameras: Iterable[Camera], table: FeedTable) -> CameraShare:
    """A process's share of the city's cameras.

    Args:
        wanted: names of feeds of the door ``cameras`` with commas between them; empty for every camera.
        cameras: of the city.
        table: its feeds: every camera belongs to one.

    Raises:
        ProblemsError: a name is none of such a feed.
    """
    known = [feed.name for feed in table.rows if feed.door is Door.CAMERAS]
    if not wanted.strip():
        return CameraShare(tuple(cameras), tuple(known))
    names = [name.strip() for name in wanted.split(",") if name.strip()]
    problems = [
        Problem(file=SETTING, what=f"no feed of the door cameras is called {name!r}.", fix=did_you_mean(name, known))
        for name in names
        if name not in known
    ]
    if problems or not names:
        raise ProblemsError(problems or [Problem(file=SETTING, what=f"{wanted!r} names no feed.", fix=did_you_mean(wanted, known))])
    heard = tuple(name for name in known if name in names)
    return CameraShare(tuple(camera for camera in cameras if table.of(camera.id).name in heard), heard, "-".join(["cameras", *heard]))
