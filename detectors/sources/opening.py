"""From a camera of the catalogue to a source of frames: the one place that knows the schemes."""

import random
import threading
from collections.abc import Callable, Mapping
from functools import partial
from urllib.parse import urlsplit

from config.cameraoptions import options_of
from config.sources import PUSHED, Camera
from detectors.sources.device import DeviceReader
from detectors.sources.frame import SourceError
from detectors.sources.live import LiveSource, Reader
from detectors.sources.place import is_live, local_path, read_credentials, with_credentials
from detectors.sources.playback import Playback, Shelf
from detectors.sources.pushed import PushedReader
from detectors.sources.snapshot import SnapshotReader
from detectors.sources.stream import StreamReader
from streams.clock import Clock
from streams.spool import Spool


def open_playback(camera: Camera, shelf: Shelf) -> Playback:
    """The file that a camera plays.

    Raises:
        SourceError: it cannot be played.
    """
    url, options = camera.url or "", options_of(camera.options)
    return Playback(shelf.film(local_path(url), options), options, url)


def open_live(
    camera: Camera,
    environment: Mapping[str, str],
    clock: Clock,
    chance: Callable[[], float] = random.random,
    *,
    spool: Spool | None = None,
    connected: Callable[[], None] = lambda: None,
) -> LiveSource:
    """The live source of a camera, not started yet.

    Credentials are read at each connection, so that a changed password needs no restart.

    Args:
        camera: with its URL.
        environment: variables of the process, for credentials.
        clock: stamps pictures that bring no time with them.
        chance: random numbers from 0 to 1 for the back-off.
        spool: where the gateway leaves pushed frames; ``None`` where there is no gateway.
        connected: called at each connection that was made.
    """
    stopped = threading.Event()
    return LiveSource(partial(_connect, camera, environment, stopped, spool), clock, chance, stopped, connected=connected)


def _connect(camera: Camera, environment: Mapping[str, str], stopped: threading.Event, spool: Spool | None) -> Reader:
    url, options = camera.url or "", options_of(camera.options)
    if url == PUSHED:
        if spool is None:
            msg = f"{camera.id}: its frames are pushed to the gateway, and only the role cameras takes them from there"
            raise SourceError(msg)
        return PushedReader(camera.id, spool, 1 / camera.rate, stopped)
    if not is_live(url):
        msg = f"{url}: this is not a live source"
        raise SourceError(msg)
    url = options.substream or url
    scheme = urlsplit(url).scheme
    if scheme == "v4l2":
        return DeviceReader(url.partition(":")[2])
    credentials = read_credentials(options.credentials, environment) if options.credentials else None
    if scheme in {"http", "https"}:
        return SnapshotReader(url, credentials, options.timeout, 1 / camera.rate, stopped, certificate=options.certificate)
    return StreamReader(url, with_credentials(url, credentials), options.timeout, options.decode, options.certificate)
