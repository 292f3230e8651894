"""``cityloop bench scaling``, ``state`` and ``latency``: what the engine costs as the city grows, and how fast it is under load."""

import json as plain
from typing import Annotated, Any

import msgspec
import typer

from cityloop.reach import check_broker
from cityloop.terminal import Exit, emit, refuse, talk
from config.problem import Problem, ProblemsError

_MOST_SOURCES = 5_000_000
_Json = Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")]
_BROKER = "embedded|apache|kafka://H:P"


def register(group: typer.Typer) -> None:
    """Add the commands to the group of benchmarks."""
    group.command(name="scaling")(scaling)
    group.command(name="state")(state)
    group.command(name="latency")(latency)


def scaling(
    *,
    json: _Json = False,
    observations: Annotated[int, typer.Option(min=5_000, help="Folded for each row.")] = 200_000,
    sources: Annotated[str, typer.Option(metavar="N,N,...", help="Numbers of sources; the first is the measure of the others.")] = (
        "50000,200000,1000000"
    ),
) -> None:
    """The cost of one observation with ten rules and with a thousand, and with ever more sources, in the pure fold."""
    from bench.ruleset import PACK, rules_named  # noqa: PLC0415  # Heavy, and other commands do without.
    from bench.scaling import measure  # noqa: PLC0415  # As above.

    numbers = sources.split(",")
    if not all(number.isdecimal() and 100 <= int(number) <= _MOST_SOURCES for number in numbers):
        fix = f"Write numbers from 100 to {_MOST_SOURCES:,}, such as 50000,200000."
        raise refuse(Problem(file="--sources", what=f"{sources!r} are no numbers of sources.", fix=fix))
    _show(measure(rules_named(PACK), _progress, observations=observations, sources=[int(number) for number in numbers]), json=json)


def state(
    *,
    json: _Json = False,
    sources: Annotated[int, typer.Option(min=100, max=_MOST_SOURCES, help="Devices that report.")] = 1_000_000,
    reports: Annotated[int, typer.Option(min=1, help="Of each device, before anything is measured.")] = 4,
    changed: Annotated[
        float, typer.Option(min=0.0001, max=1.0, help="Part of the devices that report between full checkpoint and delta.")
    ] = 0.1,
    broker: Annotated[str, typer.Option(metavar=_BROKER, help="Where checkpoints are recovered from.")] = "embedded",
) -> None:
    """Checkpoints of many sources, full and delta: their size, what taking them costs, and how long recovery takes."""
    from bench.ruleset import PACK, rules_named  # noqa: PLC0415  # Heavy, and other commands do without.
    from bench.state import measure  # noqa: PLC0415  # As above.

    check_broker_option(broker)
    _show(measure(rules_named(PACK), _progress, sources=sources, reports=reports, changed=changed, broker=broker), json=json)


def latency(
    *,
    json: _Json = False,
    broker: Annotated[str, typer.Option(metavar=_BROKER, help="Measure on this broker.")] = "embedded",
    per_second: Annotated[int, typer.Option(min=100, max=200_000, help="Observations sent beside the alarms.")] = 10_000,
    seconds: Annotated[float, typer.Option(min=1.0, max=3_600.0, help="How long it is measured.")] = 30.0,
) -> None:
    """A smoke alarm through a busy engine: from its sending to its alert."""
    from bench.latency import LatencyError, measure  # noqa: PLC0415  # Heavy, and other commands do without.
    from streams.broker.process import BrokerError  # noqa: PLC0415  # As above.

    check_broker_option(broker)
    try:
        report = measure(_progress, broker=broker, per_second=per_second, seconds=seconds)
    except (LatencyError, BrokerError) as error:
        talk.print(str(error), style="red", markup=False)
        raise typer.Exit(Exit.FOUND_PROBLEMS) from None
    _show(report, json=json)


def check_broker_option(broker: str) -> None:
    """See that ``--broker`` names one that is started for the measurement, or one that answers.

    Raises:
        typer.Exit: it does not, and that was told.
    """
    if broker in ("embedded", "apache"):
        return
    try:
        check_broker(broker)
    except ProblemsError as error:
        raise refuse(error) from None


def _progress(text: str) -> None:
    talk.print(text, style="dim")


def _show(report: Any, *, json: bool) -> None:
    """One line for machines, an indented object for people."""
    if json:
        emit(report)
    else:
        typer.echo(plain.dumps(msgspec.to_builtins(report), indent=2))
