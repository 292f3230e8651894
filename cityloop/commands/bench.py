"""``cityloop bench``: what the product does on this machine, beside its ceiling and beside what one would write without it."""

import os
import signal
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from cityloop.commands import benchcore, benchdetectors
from cityloop.commands.benchcameras import cameras
from cityloop.commands.benchpeers import tell_peers
from cityloop.terminal import Exit, emit, refuse, talk
from config.problem import Problem, ProblemsError

_MOST_ROUNDS = 21
_MOST_SOURCES = 5_000_000


def register(app: typer.Typer) -> None:
    """Add the group of benchmarks."""
    group = typer.Typer(help="Measure parts of cityloop on this machine.", no_args_is_help=True)
    group.command(name="engine")(engine)
    group.command(name="cameras")(cameras)
    benchcore.register(group)
    benchdetectors.register(group)
    app.add_typer(group, name="bench")


def engine(
    *,
    json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")] = False,
    broker: Annotated[
        str, typer.Option(metavar="embedded|apache|kafka://H:P", help="Measure on this broker; the first two are started for it.")
    ] = "embedded",
    rules: Annotated[
        str, typer.Option(metavar="demo|pack|FILE", help="The rules: the demo city's, the shipped pack, or a rule file.")
    ] = "demo",
    sources: Annotated[int, typer.Option(min=100, max=_MOST_SOURCES, help="Devices that report.")] = 50_000,
    rounds: Annotated[int, typer.Option(min=1, max=_MOST_ROUNDS, help="Medians of so many rounds are shown.")] = 3,
    observations: Annotated[int, typer.Option(min=10_000, help="For ceiling and engine, in each round.")] = 1_000_000,
    baseline_observations: Annotated[int, typer.Option(min=1_000, help="For the per-event agents, in each round.")] = 50_000,
    peers: Annotated[
        bool, typer.Option("--peers", help="Beside Quix Streams and Bytewax, all with the shipped pack (make bench-peers).")
    ] = False,
) -> None:
    """The engine beside consuming alone, and beside an idiomatic per-event Faust agent, in one run on one broker."""
    from bench.engine import BenchError, Plan, measure  # noqa: PLC0415  # Heavy: Faust and the broker, which other commands do without.
    from bench.peers.stage import PeersPlan  # noqa: PLC0415  # As above.
    from bench.ruleset import DEMO, PACK  # noqa: PLC0415  # As above.
    from streams.broker.process import BrokerError  # noqa: PLC0415  # As above.

    if rules not in (DEMO, PACK) and not Path(rules).is_file():
        raise refuse(Problem(file="--rules", what=f"There is no rule file {rules!r}.", fix="Write demo, pack, or the path of a rule file."))
    benchcore.check_broker_option(broker)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(Exit.FOUND_PROBLEMS))  # So that broker and contender end with us.
    if peers:
        slow = baseline_observations
        tell_peers(PeersPlan(rounds=rounds, observations=observations, slow_observations=slow, broker=broker, sources=sources), json=json)
        return
    plan = Plan(
        rounds=rounds, observations=observations, baseline_observations=baseline_observations, broker=broker, rules=rules, sources=sources
    )
    try:
        report = measure(plan, lambda text: talk.print(text, style="dim"), name=f"bench-{os.getpid()}")
    except ProblemsError as error:
        raise refuse(error) from None
    except (BenchError, BrokerError) as error:
        talk.print(str(error), style="red", markup=False)
        raise typer.Exit(Exit.FOUND_PROBLEMS) from None
    if json:
        emit(report)
        return
    table = Table(title=f"{report.sources:,} devices, {report.rules} rules, envelopes of {report.envelope:.0f}, median of {report.rounds}")
    for column in ("", "observations/s", "CPU µs each", "engine is"):
        table.add_column(column, justify="left" if not column else "right")
    table.add_row(
        "ceiling: consume and decode",
        f"{report.ceiling_per_second:,.0f}",
        f"{report.ceiling_cpu_us_per_observation}",
        f"{report.of_ceiling:.0%} of it",
    )
    table.add_row(
        "the same, through Faust as it comes",
        f"{report.plain_per_second:,.0f}",
        f"{report.plain_cpu_us_per_observation}",
        f"{report.of_plain:.0%} of it",
    )
    table.add_row("engine, one core", f"{report.observations_per_second:,.0f}", f"{report.cpu_us_per_observation}", "")
    table.add_row(
        "per-event agent", f"{report.baseline_per_second:,.0f}", f"{report.baseline_cpu_us_per_observation}", f"{report.ratio:.0f} times"
    )
    table.add_row(
        "the same, sparing its table",
        f"{report.sparing_per_second:,.0f}",
        f"{report.sparing_cpu_us_per_observation}",
        f"{report.sparing_ratio:.0f} times",
    )
    typer.echo(_rendered(table), nl=False)


def _rendered(table: Table) -> str:
    with talk.capture() as captured:
        talk.print(table)
    return captured.get()
