"""``cityloop bench cameras``: how many cameras a core judges, by what is decoded and how often the model is asked."""

import os
from typing import Annotated

import msgspec
import typer
from rich.table import Table

from cityloop.terminal import emit, refuse, talk
from config.problem import ProblemsError


def cameras(
    *,
    json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")] = False,
    seconds: Annotated[float, typer.Option(min=1, max=3600, help="Of each camera's stream, for each policy.")] = 30.0,
    feeds: Annotated[int, typer.Option(min=0, max=100_000, help="Instead: so many simulated cameras with snapshots, in real time.")] = 0,
    minutes: Annotated[float, typer.Option(min=0.01, max=10_000, help="How long, with --feeds.")] = 10.0,
    every: Annotated[float, typer.Option(min=0.2, max=3600, help="Seconds between two looks at a camera, with --feeds.")] = 10.0,
    processes: Annotated[int, typer.Option(min=1, max=256, help="One a core, with --feeds.")] = 2,
) -> None:
    """Cameras per core at 70 % load for five policies, each beside the raw inference alone; or very many cameras for a long time."""
    from bench.cameras.measure import measure  # noqa: PLC0415  # Heavy: decoders and the model, which other commands do without.
    from bench.cameras.soak import soak  # noqa: PLC0415  # As above.
    from detectors.weights.cache import cache_folder, require  # noqa: PLC0415  # As above.

    try:
        model = require(cache_folder(os.environ))
        if feeds:
            endured = soak(feeds, every, minutes * 60, min(processes, feeds), model)
            emit(endured) if json else typer.echo("\n".join(f"{name}: {value}" for name, value in _rows(endured)))
            return
        report = measure(model, lambda text: talk.print(text, style="dim"), seconds=seconds)
    except ProblemsError as error:
        raise refuse(error) from None
    if json:
        emit(report)
        return
    table = Table(title=f"{report.clip}; raw inference {report.raw_inference_ms} ms; at {report.load:.0%} of a core")
    for column in ("policy", "cameras per core", "when all move", "of the ceiling", "CPU ms per camera second", "model asked"):
        table.add_column(column, justify="left" if column == "policy" else "right")
    for one in report.policies:
        table.add_row(
            one.name,
            f"{one.cameras_per_core:.1f}",
            f"{one.busy_cameras_per_core:.1f}",
            f"{one.of_ceiling:.0%}",
            f"{one.cpu_ms_per_camera_second:.2f}",
            f"{one.asked:.0%} of looks",
        )
    with talk.capture() as captured:
        talk.print(table)
    typer.echo(captured.get(), nl=False)


def _rows(report: object) -> list[tuple[str, object]]:
    found: dict[str, object] = msgspec.to_builtins(report)
    return list(found.items())
