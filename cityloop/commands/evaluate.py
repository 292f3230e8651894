"""``cityloop evaluate``: how good the detectors are, event by event."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import typer

from cityloop.terminal import Exit, emit, refuse, talk
from config.problem import Problem, ProblemsError

if TYPE_CHECKING:
    from detectors.evaluation.report import TierReport


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(evaluate)


def evaluate(
    labels: Annotated[
        Path, typer.Argument(metavar="LABELS", help="What happened: NDJSON ('-' reads stdin), or a data set's own files with --layout.")
    ],
    predictions: Annotated[Path, typer.Argument(metavar="PREDICTIONS.ndjson", help="What cityloop detect printed; '-' reads stdin.")],
    *,
    layout: Annotated[str | None, typer.Option(metavar="NAME", help="Layout of LABELS: ilids, pklot, taco, streetview-waste.")] = None,
    zone: Annotated[str, typer.Option(metavar="ZONE", help="Time zone of the days.")] = "UTC",
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Match what was told with what happened, one to one, and count.

    Precision, recall, F1 with 95 % intervals, false alarms per camera-day with an honest bound, duplicates, flaps, time
    to alert, time unknown; drawn, injected and real pictures apart. Exit 0, or 1 when lines of the predictions could not be read.
    """
    from cityloop.evaluation import run_evaluation  # noqa: PLC0415  # Only this command needs it.

    try:
        result = run_evaluation(labels, predictions, layout, ZoneInfo(zone))
    except (ZoneInfoNotFoundError, ValueError):
        raise refuse(Problem(file="--zone", what=f"{zone!r} is not a time zone.", fix="Write one like Asia/Shanghai.")) from None
    except ProblemsError as error:
        raise refuse(error) from None
    for line in result.rejected:
        talk.print(f"{predictions}:{line.number}: {line.reason}", style="red", markup=False)
    for source in result.unlabelled:
        talk.print(f"{source} was told of and is not in the labels; it is left out.", style="yellow", markup=False)
    if json:
        emit({"tiers": result.tiers, "unlabelled": result.unlabelled, "rejected": len(result.rejected)})
    else:
        for tier in result.tiers:
            _show(tier)
    if result.rejected:
        raise typer.Exit(Exit.FOUND_PROBLEMS)


def _show(report: "TierReport") -> None:
    typer.echo(f"{report.tier.value} pictures{'' if report.tier == 'real' else ': says nothing about real ones'}")
    groups: Mapping[str, Mapping[str, Any]] = {
        "": {"all": report.all},
        "camera": report.cameras,
        "day": report.days,
        "kind": report.kinds,
        "condition": report.conditions,
    }
    for group, rows in groups.items():
        for name, row in rows.items():
            typer.echo(
                f"  {f'{group} {name}'.strip():32} events {row.events:4}  told {row.told:4}  precision {_percent(row.precision)}"
                f"  recall {_percent(row.recall)} {_interval(row.recall_interval)}  false/camera-day {_rate(row)}"
                f"  to alert {_seconds(row.seconds_to_alert.p50)}/{_seconds(row.seconds_to_alert.p95)}"
            )


def _percent(value: float | None) -> str:
    return "-" if value is None else f"{value:.1%}"


def _interval(value: tuple[float, float] | None) -> str:
    return "" if value is None else f"[{value[0]:.1%}, {value[1]:.1%}]"


def _rate(row: Any) -> str:
    if row.false_alarms_per_camera_day is None:
        return "-"
    return f"{row.false_alarms_per_camera_day:.2f} (at most {row.false_alarms_per_camera_day_at_most:.2f})"


def _seconds(value: float | None) -> str:
    return "-" if value is None else f"{value:.1f} s"
