"""What ``cityloop detect`` does: one camera's frames, judged in order."""

import contextlib
import os
import threading
from collections.abc import Callable, Generator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

import msgspec
from rich.console import Console
from rich.progress import Progress

from config.camerafile import SCHEMES
from config.problem import Problem
from config.settings import read_settings
from config.sources import Camera
from detectors.evidence.annotation import Annotator, annotated, open_annotator
from detectors.evidence.archive import open_archive
from detectors.heads.store import HeadStore
from detectors.health import FILE_LIMITS, Limits
from detectors.inference.faces import find_faces
from detectors.inference.features import Backbone
from detectors.inference.opening import open_detector
from detectors.judge import Judge
from detectors.lessons import lessons_of, taught_zones
from detectors.scenes.stay import Phase
from detectors.sources.frame import Frame, SourceError
from detectors.sources.opening import open_live, open_playback
from detectors.sources.place import is_live
from detectors.sources.playback import Shelf
from detectors.sources.quiet import quiet_decoders
from detectors.watching import arrivals_of, frames_of
from detectors.weights.cache import cache_folder, require
from streams.clock import system_clock
from streams.observation import Observation
from streams.publicform import write_observation

PATIENCE = 3
"""Tries in a row that may bring no picture before ``detect`` gives up on a source that never gave one (a service never does)."""


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """What was asked for.

    Attributes:
        camera: with the source's URL filled in.
        annotate: MP4 or JPEG file to write.
        evidence: folder to keep evidence in.
        heads: folder of taught heads.
        seconds: playing time after which to stop.
    """

    camera: Camera
    annotate: Path | None = None
    evidence: Path | None = None
    heads: Path | None = None
    seconds: float | None = None


class Summary(msgspec.Struct, kw_only=True):
    """What was done: frames judged, times that the model was asked, observations told."""

    frames: int = 0
    inferences: int = 0
    observations: int = 0
    vehicles: int = 0


FIELDS: Mapping[str, Any] = MappingProxyType({"zone": None, "confidence": None, "attributes": {}})
"""What every line has, also where an observation knows none of it."""


def objections_to(source: str) -> list[Problem]:
    """Why frames cannot come from a file or an address, as far as its text shows. A password in it is not repeated."""
    if not source:
        return [Problem(file="FILE|URL", what="it is empty.", fix="Name a file, or the address of a camera.")]
    try:
        parts = urlsplit(source)
        secret, scheme = parts.username is not None or parts.password is not None, parts.scheme
    except ValueError as error:
        return [Problem(file=source, what=f"it is no address: {error}.", fix="Write for example rtsp://10.0.0.5/stream1.")]
    if secret:
        what = "it contains a user name or password, which would be seen in logs and in the list of processes."
        fix = "Leave them out and write options: {credentials: 'env:NAME'} in the camera's file, where NAME holds user:password."
        return [Problem(file="FILE|URL", what=what, fix=fix)]
    if "://" in source and scheme not in SCHEMES:
        fix = f"Write a file's name, or one of {', '.join(f'{one}:' for one in SCHEMES)}"
        return [Problem(file=source, what=f"frames cannot be read from {scheme}.", fix=fix)]
    return []


def run_detection(request: Request, emit: Callable[[Any], None], talk: Console) -> Summary:
    """Judge a camera's frames and emit each observation in its public form.

    Raises:
        ProblemsError: the weights are not there, or are no such model.
        SourceError: the source cannot be read.
        ValueError: the annotation cannot be of the asked form.
        OSError: a file cannot be written.
    """
    quiet_decoders()
    camera = request.camera
    live = is_live(camera.url or "")
    annotator = open_annotator(request.annotate, camera.rate) if request.annotate else None
    archive = open_archive(request.evidence) if request.evidence else None
    limits = Limits() if live else FILE_LIMITS
    frames = _live_frames(request, talk) if live else _file_frames(request, talk)
    detector = open_detector(read_settings(os.environ), os.environ)
    taught = request.heads if taught_zones(camera) else None
    lessons = lessons_of(camera, HeadStore(taught), Backbone(require(cache_folder(os.environ)))) if taught else None
    keep, chain = (archive.pictures.put, archive.chains.append) if archive is not None else (None, None)
    judge = Judge(
        camera,
        detector,
        keep,
        limits,
        lessons=lessons,
        chain=chain,
        faces=find_faces(cache_folder(os.environ)) if keep is not None else None,
    )
    summary = Summary()
    with contextlib.ExitStack() as stack:
        if annotator is not None:
            stack.callback(annotator.close)
        for frame in stack.enter_context(contextlib.closing(frames)):
            told = judge.look(frame)
            summary.frames += 1
            summary.observations += len(told)
            summary.vehicles += sum(one.attributes.get("phase") == Phase.CONFIRMED for one in told)
            for one in told:
                emit(_whole(write_observation(one)))
            if annotator is not None:
                _annotate(annotator, judge, camera, frame, told)
    summary.inferences = judge.inferences
    return summary


def _whole(written: dict[str, Any]) -> dict[str, Any]:
    """An observation's public form with every field of the output, in one order."""
    return {**written, **{name: empty for name, empty in FIELDS.items() if name not in written}}


def _annotate(annotator: Annotator, judge: Judge, camera: Camera, frame: Frame, told: tuple[Observation, ...]) -> None:
    standing = [stay for zone in camera.zones for stay in judge.standing(zone)]
    confirmed = any(one.attributes.get("phase") == Phase.CONFIRMED for one in told)
    annotator.add(annotated(frame, camera.zones, judge.seen, standing), confirmed=confirmed)


def _file_frames(request: Request, talk: Console) -> Generator[Frame, None, None]:
    """Opened at once, so that a bad file is told before the model is loaded; the frames come one by one."""
    camera = request.camera
    playback = open_playback(camera, Shelf())
    length = playback.length() if request.seconds is None else request.seconds
    began_at = playback.began_at or 0
    if camera.started_at is None and playback.began_at is None:
        talk.print("the camera has no started_at: times count from 1970-01-01T00:00:00Z", markup=False)

    def frames() -> Generator[Frame, None, None]:
        with Progress(console=talk, disable=not talk.is_terminal, transient=True) as progress:
            bar = progress.add_task("frames", total=None if length is None else round(length * camera.rate) + 1)
            for frame in frames_of(playback, camera.rate, began_at if camera.started_at is None else camera.started_at, request.seconds):
                yield frame
                progress.advance(bar)

    return frames()


def _live_frames(request: Request, talk: Console) -> Generator[Frame, None, None]:
    """Frames until the time is over or somebody presses Ctrl-C."""
    source = open_live(request.camera, os.environ, system_clock)
    begun = system_clock()
    fault: str | None = None
    seen = False
    source.start(request.camera.id)
    try:
        for arrival in arrivals_of(source, request.camera.rate, threading.Event().wait):
            if arrival.frame is not None:
                seen = True
                yield arrival.frame
            elif arrival.fault is not None and arrival.fault != fault:
                talk.print(arrival.fault, markup=False)
            fault = arrival.fault
            # A snapshot's address is asked only when a picture is read: what counts is that none ever came.
            if source.failures >= PATIENCE and not seen:
                raise SourceError(fault or "no connection")
            if request.seconds is not None and system_clock() - begun >= request.seconds * 1e6:
                if seen:
                    return
                # Whoever asked for a minute of a camera must not take its silence for an empty street.
                raise SourceError(fault or "no picture came")
    except KeyboardInterrupt:
        return
    finally:
        source.stop()
