"""The role ``cameras``: every camera of the catalogue, or of some of its feeds, is watched, and what is seen goes to the log."""

import asyncio
import contextlib
import os
import random
import signal
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import msgspec
import structlog

from config.cameraoptions import options_of
from config.camerashare import CameraShare, share_of
from config.catalogue import Catalogue
from config.moment import Micros
from config.settings import Settings
from config.sources import Camera
from detectors.evidence.archive import Archive, open_archive
from detectors.evidence.originals import OriginalStore, open_originals
from detectors.evidence.retention import sweep
from detectors.fleet.feed import Feed, LiveFeed, PlaybackFeed
from detectors.fleet.metrics import Metrics
from detectors.fleet.outlet import Outlet, nowhere
from detectors.fleet.pause import Pause
from detectors.fleet.rounds import Post, Rounds, start_rounds
from detectors.fleet.schedule import EARLY, period_of
from detectors.heads.store import HeadStore
from detectors.health import FILE_LIMITS, Condition, Limits
from detectors.inference.faces import find_faces
from detectors.inference.features import Backbone
from detectors.inference.opening import open_detector
from detectors.inference.packed import PackedDetector
from detectors.inference.port import Detector, SquareDetector
from detectors.judge import Judge, Seal
from detectors.lessons import Lessons, lessons_of, taught_zones
from detectors.sources.opening import open_live, open_playback
from detectors.sources.place import is_live
from detectors.sources.playback import Shelf
from detectors.sources.quiet import quiet_decoders
from detectors.viewing import interval_of
from detectors.weights.cache import cache_folder, require
from streams.batcher import Batcher
from streams.clock import system_clock
from streams.envelope import FeedState
from streams.journal import Journal, journal_file
from streams.producer import open_producer
from streams.signs import Signs
from streams.spool import Spool
from streams.telemetry import Health, configure_logging, serve_telemetry

DRAIN_SECONDS = 5.0
_log = structlog.get_logger(__name__)


def run(settings: Settings, catalogue: Catalogue) -> None:
    """Watch the cameras until SIGTERM or SIGINT.

    Raises:
        ProblemsError: the model's weights are not in place, or the settings name feeds that are none of the cameras'.
    """
    configure_logging(settings.log_level, "cameras")
    quiet_decoders()
    share = share_of(settings.cameras, catalogue.cameras.values(), catalogue.feed_table)
    detector = open_detector(settings, os.environ)
    asyncio.run(_run(settings, catalogue, share, detector, open_originals(settings.evidence_folder, settings.evidence_key)))


async def _run(
    settings: Settings, catalogue: Catalogue, share: CameraShare, detector: SquareDetector, originals: OriginalStore | None
) -> None:
    loop, stop = asyncio.get_running_loop(), asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    metrics, health = Metrics(), Health()
    watched = [camera for camera in share.cameras if camera.url]
    telemetry = serve_telemetry(health, settings.host, settings.metrics_port)
    producer = await open_producer(settings, client_id=f"cameras-{os.getpid()}")
    batcher = Batcher(
        producer, partitions=settings.partitions, writer=f"cameras-{os.getpid()}", kinds=catalogue.kinds, suffix=settings.topic_suffix
    )
    journal = Journal(journal_file(settings.journal, share.process)) if settings.journal else None
    signs = Signs(producer, partitions=settings.partitions, writer=f"cameras-{os.getpid()}", suffix=settings.topic_suffix)

    async def sign(at: Micros) -> None:
        await signs.tell(at, [FeedState(feed, at) for feed in share.feeds])

    outlet = Outlet(batcher, metrics, system_clock, note=journal.note if journal is not None else nowhere, sign=sign)
    sending = asyncio.create_task(outlet.run())
    shelf, spool = Shelf(), Spool(settings.frames_folder)
    archive, lessons = open_archive(settings.evidence_folder), _lessons(settings, watched)
    seal = originals.seal if originals is not None else None
    faces = find_faces(cache_folder(os.environ))
    if faces is None:
        _log.warning("cameras.no_face_model", reason="faces are blurred by a rule of thumb only", fix="cityloop weights")
    sweeping = asyncio.create_task(_sweep_hourly(settings))
    posts = [
        Post(
            camera.id,
            _rate(camera),
            _feed(camera, shelf, spool, metrics),
            _judge(camera, Eyes(detector, faces), archive, lessons.get(camera.id), seal),
        )
        for camera in watched
    ]
    stopped = threading.Event()
    pause = Pause(stopped.wait, outlet.beat, time.monotonic)
    packer = PackedDetector(detector) if settings.packing == "mosaic" else None
    judging = start_rounds(Rounds(posts, outlet.tell, metrics, clock=system_clock, seconds=time.monotonic, wait=pause, packer=packer))
    health.add("broker", lambda: outlet.fault)
    health.add("judging", lambda: None if judging.is_alive() or not posts else "the judging thread has ended")
    health.add("cameras", partial(_all_blind, posts))
    _log.info("cameras.watching", cameras=len(posts), feeds=list(share.feeds))
    try:
        await stop.wait()
    finally:
        stopped.set()
        await asyncio.to_thread(_stop, judging, posts)
        if not await outlet.drain(DRAIN_SECONDS):
            _log.error("cameras.unsent", reason="the broker did not acknowledge the last observations in time")
        sweeping.cancel()
        sending.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await sending
        await batcher.close()
        await producer.stop()
        if journal is not None:
            journal.close()
        if telemetry is not None:
            await asyncio.to_thread(telemetry.shutdown)


async def _sweep_hourly(settings: Settings) -> None:
    """Delete evidence whose retention is over: at the start, and every hour."""
    while True:
        swept = await asyncio.to_thread(sweep, settings.evidence_folder, settings.evidence_days, system_clock())
        if swept.deleted or swept.stuck:
            _log.info("evidence.swept", deleted=swept.deleted, left=swept.left, stuck=swept.stuck)
        await asyncio.sleep(3600)


def _lessons(settings: Settings, watched: Sequence[Camera]) -> dict[str, Lessons]:
    """The lessons of each camera that has zones to teach; the backbone is loaded only for them."""
    pupils = [camera for camera in watched if taught_zones(camera)]
    if not pupils:
        return {}
    backbone, heads = Backbone(require(cache_folder(os.environ))), HeadStore(settings.heads_folder)
    return {camera.id: lessons_of(camera, heads, backbone, crops=settings.crops) for camera in pupils}


def _rate(camera: Camera) -> float:
    """Looks a second at a camera: its zones' intervals may need fewer than its own rate."""
    return 1 / period_of(camera.rate, [interval_of(zone) for zone in camera.zones])


class Eyes(msgspec.Struct, frozen=True):
    """The models: what is looked for, and the faces that are made unreadable."""

    detector: SquareDetector
    faces: Detector | None


def _judge(camera: Camera, eyes: Eyes, archive: Archive, lessons: Lessons | None, seal: Seal | None) -> Judge:
    limits = Limits() if is_live(camera.url or "") else FILE_LIMITS
    keep, chain = archive.pictures.put, archive.chains.append
    return Judge(camera, eyes.detector, keep, limits, lessons=lessons, chain=chain, faces=eyes.faces, seal=seal, early=EARLY)


def _feed(camera: Camera, shelf: Shelf, spool: Spool, metrics: Metrics) -> Feed:
    if not is_live(camera.url or ""):
        return PlaybackFeed(partial(open_playback, camera, shelf), system_clock, time.monotonic, random.random)
    source = open_live(camera, os.environ, system_clock, spool=spool, connected=metrics.connections.labels(camera.id).inc)
    source.start(camera.id)
    return LiveFeed(source, options_of(camera.options).timeout, time.monotonic)


def _all_blind(posts: list[Post]) -> str | None:
    """One blind camera is told by its own observation; a process that sees nothing at all is not ready."""
    faults = {post.name: post.feed.fault() or post.judge.condition.value for post in posts if post.judge.condition is not Condition.OK}
    return f"no camera sees anything: {faults}" if posts and len(faults) == len(posts) else None


def _stop(judging: threading.Thread, posts: list[Post]) -> None:
    judging.join(timeout=5.0)
    # A camera that hangs is waited for, so all are let go at once: the wait must not add up over the cameras of a dead network.
    with ThreadPoolExecutor(max(1, len(posts)), "hang-up") as pool:
        for post in posts:
            pool.submit(post.feed.stop)
