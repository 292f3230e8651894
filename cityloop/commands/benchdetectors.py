"""``cityloop bench parking``, ``zoom``, ``heads`` and ``models``: how good the detectors are on injected and drawn scenes, and what runs them."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from cityloop.terminal import Exit, emit, refuse, talk
from config.problem import ProblemsError

if TYPE_CHECKING:
    from bench.detectors.backends import ModelsReport
    from bench.detectors.distance import ZoomReport
    from bench.detectors.headrows import HeadsReport
    from bench.detectors.parking import ParkingReport

_Json = Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")]
_REPORTED = 20260302
"""Seed of the published figures; the scenes were tuned on others."""


def register(group: typer.Typer) -> None:
    """Add the commands to the group of benchmarks."""
    group.command(name="parking")(parking)
    group.command(name="zoom")(zoom)
    group.command(name="models")(models)
    group.command(name="heads")(heads)


def parking(
    *,
    json: _Json = False,
    seed: Annotated[int, typer.Option(min=0, help="Other seeds are other scenes.")] = _REPORTED,
    stays: Annotated[int, typer.Option(min=1, max=1_000, help="Scenes with a vehicle that stands too long.")] = 40,
    negatives: Annotated[int, typer.Option(min=1, max=1_000, help="Scenes in which nothing must be told.")] = 40,
) -> None:
    """Illegal parking on vehicles put into real footage: precision, recall and time to alert at one look a second and in five.

    Exit 1 where no footage is on this machine.
    """
    from bench.detectors.parking import measure  # noqa: PLC0415  # Heavy, and other commands do without.
    from detectors.inference.detector import NanoDet  # noqa: PLC0415  # As above.
    from detectors.sources.quiet import quiet_decoders  # noqa: PLC0415  # As above.
    from detectors.weights.cache import cache_folder, require  # noqa: PLC0415  # As above.

    quiet_decoders()
    with _told_faults():
        report = measure(NanoDet(require(cache_folder(os.environ))), _progress, os.environ, seed=seed, stays=stays, negatives=negatives)
    if json:
        emit(report)
    else:
        _show_parking(report)


def _show_parking(report: "ParkingReport") -> None:
    typer.echo(f"{report.tier.value}, seed {report.seed}, dwell {report.dwell:.0f} s: {report.stays} stays, {report.negatives} negatives")
    for one in report.rates:
        figures = one.figures
        typer.echo(
            f"{one.rate}: precision {_share(figures.precision, figures.precision_interval)}, "
            f"recall {_share(figures.recall, figures.recall_interval)}, told {figures.told} for {figures.events}, "
            f"{figures.false_alarms} false, duplicates per event {figures.duplicates_per_event or 0:.2f}, flaps {figures.flaps}, "
            f"seconds to alert p50 {figures.seconds_to_alert.p50} p95 {figures.seconds_to_alert.p95}"
        )
        for name, row in one.conditions.items():
            wrong = f"  wrong: {', '.join(row.wrong)}" if row.wrong else ""
            typer.echo(f"  {name:15} scenes {row.scenes:3}  events {row.events:3}  told {row.told:3}  matched {row.matched:3}{wrong}")
    typer.echo(report.note)
    typer.echo(f"{report.pictures} pictures in {report.seconds:.0f} s")


def zoom(*, json: _Json = False) -> None:
    """Vehicles that are small in the picture, looked at as a part of the whole picture and closely: how many are found, and what it costs.

    Exit 1 where no footage is on this machine.
    """
    from bench.detectors.distance import measure  # noqa: PLC0415  # Heavy, and other commands do without.
    from detectors.inference.detector import NanoDet  # noqa: PLC0415  # As above.
    from detectors.weights.cache import cache_folder, require  # noqa: PLC0415  # As above.

    with _told_faults():
        report = measure(NanoDet(require(cache_folder(os.environ))), os.environ, _progress)
    if json:
        emit(report)
    else:
        _show_zoom(report)


def _show_zoom(report: "ZoomReport") -> None:
    for row in report.rows:
        typer.echo(
            f"{row.pixels:3} pixels wide, zoom {row.zoom.value:6}: {_share(row.found / row.vehicles, row.interval)} of {row.vehicles} found, "
            f"{row.ghosts} where none are, {row.inputs:.2f} inputs and {row.cpu_ms:.0f} ms of processor time a look"
        )
    typer.echo(report.note)


def models(*, json: _Json = False) -> None:
    """Every backend that is here on the same pictures: processor time, and whether it finds what onnxruntime finds.

    Exit 1 where no footage is on this machine.
    """
    from bench.detectors.backends import measure  # noqa: PLC0415  # Heavy, and other commands do without.

    with _told_faults():
        report = measure(os.environ, _progress)
    if json:
        emit(report)
    else:
        _show_models(report)


def _show_models(report: "ModelsReport") -> None:
    for row in report.rows:
        if row.absent is not None:
            typer.echo(f"{row.name:12} not here: {row.absent}")
            continue
        typer.echo(
            f"{row.name:12} {row.cpu_ms:5.1f} ms of processor time a picture, {row.of_exact:.2f} of onnxruntime's; "
            f"finds {row.found:.1%} of {row.things} things, {row.true:.1%} of its own are there"
        )


def _share(value: float | None, interval: tuple[float, float] | None) -> str:
    return "-" if value is None or interval is None else f"{value:.1%} [{interval[0]:.1%}, {interval[1]:.1%}]"


def heads(
    *,
    json: _Json = False,
    seed: Annotated[int, typer.Option(min=0, help="The first seed; other seeds draw other things.")] = _REPORTED,
    seeds: Annotated[int, typer.Option(min=1, max=100, help="So many seeds, each a run of its own.")] = 3,
    looks: Annotated[int, typer.Option(min=1, max=1_000, help="Looks of each class, condition, spot and seed.")] = 8,
) -> None:
    """Taught heads for bins, drying and rubbish on drawn scenes over real pictures, by day, at dusk, in bright light and in rain.

    Exit 1 where no picture to draw on is on this machine.
    """
    from bench.detectors.heads import measure  # noqa: PLC0415  # Heavy, and other commands do without.
    from detectors.inference.features import Backbone  # noqa: PLC0415  # As above.
    from detectors.sources.quiet import quiet_decoders  # noqa: PLC0415  # As above.
    from detectors.weights.cache import cache_folder, require  # noqa: PLC0415  # As above.

    quiet_decoders()
    with _told_faults():
        extractor = Backbone(require(cache_folder(os.environ)))
        report = measure(extractor, _progress, os.environ, seeds=range(seed, seed + seeds), looks=looks)
    if json:
        emit(report)
    else:
        _show_heads(report)


def _show_heads(report: "HeadsReport") -> None:
    typer.echo(f"{report.tier.value}, seeds {', '.join(map(str, report.seeds))}, spots {', '.join(report.spots)}; taught by day")
    for line in report.absent:
        typer.echo(line)
    for row in report.rows:
        shared = "-" if row.unknown is None else f"{row.unknown:.0%}"
        known = "-" if row.when_known is None else f"{row.when_known:.1%}"
        typer.echo(
            f"{row.scene:16} taught {row.taught:9} by {row.crops:2} crops, {row.condition:6}: {_share(row.balanced_accuracy, row.interval)}"
            f", worst spot {_share_of(row.worst)} ({row.worst_spot or '-'}), unknown {shared}, when known {known}, wrong verdicts {_share_of(row.wrong)}, heads refused {row.refused}"
        )
    typer.echo(report.note)
    typer.echo(f"{report.seconds:.0f} s")


def _share_of(value: float | None) -> str:
    return "-" if value is None else f"{value:.1%}"


@contextmanager
def _told_faults() -> Iterator[None]:
    """What hinders a benchmark as a sentence and an exit code, and not as a trace."""
    from bench.detectors.footage import NoFootageError  # noqa: PLC0415  # Heavy, and other commands do without.
    from detectors.sources.frame import SourceError  # noqa: PLC0415  # As above.

    try:
        yield
    except ProblemsError as error:
        raise refuse(error) from None
    except (NoFootageError, SourceError) as error:
        talk.print(str(error), style="red", markup=False)
        raise typer.Exit(Exit.FOUND_PROBLEMS) from None


def _progress(text: str) -> None:
    talk.print(text, style="dim", markup=False)
