"""``cityloop bench parking``: stays put into real footage, judged by the product's own judge, counted by its own evaluation."""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC

import msgspec

from bench.detectors.cutouts import vehicles, walkers
from bench.detectors.footage import NoFootageError, find_clips, pictures_of
from bench.detectors.memo import Memo
from bench.detectors.part import PARTS
from bench.detectors.playing import Stage
from bench.detectors.script import DWELL, Script
from bench.detectors.storyboard import scripts
from bench.detectors.truth import BEGIN, camera_of, labels_of, source_of
from config.moment import SECOND
from config.report import Report
from detectors.evaluation.event import Tier
from detectors.evaluation.labels import Labels, read_labels
from detectors.evaluation.measures import Measures
from detectors.evaluation.report import evaluate
from detectors.evaluation.told import told_by
from detectors.health import Limits
from detectors.inference.port import Picture, SquareDetector
from detectors.judge import Judge
from detectors.sources.frame import Frame
from streams.observation import Observation

RATES: Mapping[str, int] = {"1 Hz": 1, "0.2 Hz": 5}
"""Rates at which pictures are judged: seconds between two of them."""
NOTE = (
    "Vehicles cut out of the same clips and put into real footage: six vehicles, three scenes. This says how the scene decides, "
    "and little about how well the model sees other vehicles in other streets. No figure on a city's own cameras exists yet."
)


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One condition: scenes played, events that had to be told, told ones, matched ones, and scenes that went wrong."""

    scenes: int
    events: int
    told: int
    matched: int
    wrong: tuple[str, ...]


class RateReport(msgspec.Struct, frozen=True, kw_only=True):
    """Figures at one rate."""

    rate: str
    figures: Measures
    conditions: Mapping[str, Row]


class ParkingReport(msgspec.Struct, frozen=True, kw_only=True):
    """The whole.

    Attributes:
        tier: how real the pictures are.
        note: what the figures do not say.
        seed: of the scripts.
        stays: scenes with a stay that must be told.
        negatives: scenes in which nothing must be told.
        dwell: seconds.
        absent: clips that are left out, and why.
        rates: figures.
        pictures: that the model was asked about.
        seconds: that it took.
    """

    tier: Tier = Tier.INJECTED
    note: str = NOTE
    seed: int
    stays: int
    negatives: int
    dwell: float = DWELL
    absent: tuple[str, ...]
    rates: tuple[RateReport, ...]
    pictures: int
    seconds: float


def measure(
    detector: SquareDetector, progress: Callable[[str], None], environment: Mapping[str, str], *, seed: int, stays: int, negatives: int
) -> ParkingReport:
    """Play every script once, judge it at every rate, and count.

    Raises:
        NoFootageError: there is no clip to put anything into.
        SourceError: a clip is no video.
    """
    begun = time.perf_counter()
    stages, absent = open_stages(environment)
    if not stages:
        raise NoFootageError("; ".join(absent))
    for line in absent:
        progress(line)
    played = scripts([stage.part for stage in stages.values()], stays, negatives, seed)
    memo = Memo(detector)
    told: dict[str, list[Observation]] = {rate: [] for rate in RATES}
    for number, script in enumerate(played, 1):
        if number % 10 == 0:
            progress(f"{number} of {len(played)} scenes")
        stage = stages[script.part]
        pictures = list(stage.play(script))
        for rate, every in RATES.items():
            told[rate] += judged(script, stage, pictures, memo, every)
    labels = _read(labels_of(played))
    return ParkingReport(
        seed=seed, stays=stays, negatives=negatives, absent=tuple(absent), pictures=memo.asked,
        rates=tuple(rate_report(rate, played, labels, told[rate]) for rate in RATES),
        seconds=round(time.perf_counter() - begun, 1),
    )  # fmt: skip


def open_stages(environment: Mapping[str, str]) -> tuple[dict[str, Stage], list[str]]:
    """Every part of the footage that is here, with every vehicle; and why the others are not."""
    clips, absent = find_clips(environment)
    cut = vehicles(clips)
    pictures = {part.name: pictures_of(part, clips[part.clip]) for part in PARTS if part.clip in clips}
    people = walkers(pictures["road"]) if "road" in pictures else []
    stages = {
        part.name: Stage(part, pictures[part.name], cut, people, real_people=part.name == "road") for part in PARTS if part.name in pictures
    }
    return stages, absent


def judged(script: Script, stage: Stage, pictures: Sequence[Picture], detector: SquareDetector, every: int) -> list[Observation]:
    """What the product's judge tells of a scene; each scene has a camera of its own.

    Args:
        script: what is played.
        stage: where.
        pictures: one a second.
        detector: the model.
        every: seconds between two looks.
    """
    judge = Judge(camera_of(script, stage.part, 1 / every), detector, None, Limits(frozen_after=None))
    return [one for frame in _frames(pictures, every) for one in judge.look(frame)]


def _frames(pictures: Sequence[Picture], every: int) -> Iterator[Frame]:
    for second in range(0, len(pictures), every):
        yield Frame(pictures[second], BEGIN + second * SECOND)


def rate_report(rate: str, played: Sequence[Script], labels: Labels, told: Iterable[Observation]) -> RateReport:
    """The figures of one rate."""
    (tier,) = evaluate(labels, told_by(told), UTC)
    conditions: dict[str, Row] = {}
    for name in dict.fromkeys(script.condition for script in played):
        of_it = [(script, tier.cameras[source_of(script)]) for script in played if script.condition == name]
        conditions[name] = Row(
            scenes=len(of_it),
            events=sum(one.events for _, one in of_it),
            told=sum(one.told for _, one in of_it),
            matched=sum(one.matched for _, one in of_it),
            wrong=tuple(f"{script.part}/{script.name}" for script, one in of_it if not one.events == one.told == one.matched),
        )
    return RateReport(rate=rate, figures=tier.all, conditions=conditions)


def _read(lines: Sequence[Mapping[str, object]]) -> Labels:
    report = Report()
    labels = read_labels("injected", enumerate(lines, 1), report)
    report.settle()
    return labels
