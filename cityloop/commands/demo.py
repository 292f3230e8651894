"""``cityloop demo``: a whole city on this machine, and the proof that nothing was lost."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cityloop.reach import check_broker
from cityloop.terminal import Exit, emit, refuse, talk
from config.problem import Problem, ProblemsError

if TYPE_CHECKING:
    from cityloop.demo.tally.report import DemoReport


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(demo)


def demo(
    *,
    exit_after: Annotated[float | None, typer.Option(metavar="S", min=1, help="End by itself S seconds after the start.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print the report as one JSON object.")] = False,
    port: Annotated[
        int | None, typer.Option(metavar="N", min=0, max=65535, help="Port of the console; left out, 8080 or a free one.")
    ] = None,
    broker: Annotated[str | None, typer.Option(metavar="kafka://H:P", help="A running Kafka broker; left out, the embedded one.")] = None,
    data: Annotated[Path | None, typer.Option(metavar="DIR", help="Keep this run's data in a folder below DIR.")] = None,
    city: Annotated[Path | None, typer.Option(metavar="DIR", help="Another city than the demo city.", hidden=True)] = None,
) -> None:
    """Run the demo city: brokers, all roles, filmed cameras, simulated devices and a crew; at the end, the report."""
    from cityloop.demo.play import play  # noqa: PLC0415  # Everything there is, which other commands do without.
    from cityloop.demo.stage import Options  # noqa: PLC0415  # As above.
    from cityloop.installation import InstallationError  # noqa: PLC0415  # As above.
    from streams.broker.process import BrokerError  # noqa: PLC0415  # As above.
    from streams.telemetry import configure_logging  # noqa: PLC0415  # As above.

    configure_logging("error", "demo")  # Libraries' own words are no talk for people; the roles' logs are files.
    options = Options(exit_after=exit_after, port=port, broker=broker, data=data, city=city)
    try:
        if broker is not None:
            check_broker(broker)
        report = asyncio.run(play(options, lambda line: talk.print(line, markup=False)))
    except ProblemsError as error:
        raise refuse(error) from error
    except (BrokerError, InstallationError) as error:
        raise refuse(Problem(file="cityloop demo", what=str(error), fix="")) from error
    if json:
        emit(report)
    else:
        typer.echo(_told(report))
    if report.lost or report.doubled:
        raise typer.Exit(Exit.FOUND_PROBLEMS)


def _told(report: "DemoReport") -> str:
    """The report as a few lines for people."""
    quantiles = {
        "observation to alert": report.latency_ms.observation_to_alert,
        "alert to ticket": report.latency_ms.alert_to_ticket,
        "ticket to notice": report.latency_ms.ticket_to_notification,
    }
    lines = [
        f"{report.seconds:.0f} s on the {report.broker} broker",
        f"observations: {report.observations.sent} sent, {report.observations.received} received in {report.envelopes} envelopes",
        f"frames: {report.frames} judged; records rejected: {report.rejected}",
        f"alerts: {_counts(report.alerts)}",
        f"tickets: {_counts(report.tickets)}",
        f"notices: {report.notifications.sent} sent, {report.notifications.failed} failed",
        *(f"{name}: p50 {found.p50} ms, p99 {found.p99} ms" for name, found in quantiles.items()),
        f"lost {report.lost}, doubled {report.doubled}",
        *(
            f"  {step.what}: lost {', '.join(step.lost) or '-'}; doubled {', '.join(step.doubled) or '-'}"
            for step in report.steps
            if step.lost or step.doubled
        ),
    ]
    return "\n".join(lines)


def _counts(found: dict[str, int]) -> str:
    return ", ".join(f"{number} {name}" for name, number in found.items()) or "none"
