"""``cityloop bench engine --peers``: the engine beside other frameworks, with the shipped pack on the same records."""

import os
from typing import TYPE_CHECKING

import typer
from rich.table import Table

from cityloop.terminal import Exit, emit, refuse, talk
from config.problem import ProblemsError

if TYPE_CHECKING:
    from bench.peers.report import PeersReport
    from bench.peers.stage import PeersPlan


def tell_peers(plan: "PeersPlan", *, json: bool) -> None:
    """Measure and print one JSON object, or tables."""
    from bench.engine import BenchError  # noqa: PLC0415  # Heavy: Faust, which other commands do without.
    from bench.peers.measure import measure_peers  # noqa: PLC0415  # As above.
    from streams.broker.process import BrokerError  # noqa: PLC0415  # As above.

    try:
        report = measure_peers(plan, lambda text: talk.print(text, style="dim"), name=f"peers-{os.getpid()}")
    except ProblemsError as error:
        raise refuse(error) from None
    except (BenchError, BrokerError) as error:
        talk.print(str(error), style="red", markup=False)
        raise typer.Exit(Exit.FOUND_PROBLEMS) from None
    if json:
        emit(report)
        return
    with talk.capture() as captured:
        talk.print(_rates(report))
        talk.print(_forms(report))
    typer.echo(captured.get(), nl=False)


def _rates(report: "PeersReport") -> Table:
    title = f"{report.sources:,} devices, {report.rules} rules, envelopes of {report.envelope:.0f}, median of {report.rounds}"
    table = Table(title=title)
    for column in ("", "observations/s", "CPU µs each", "MB", "engine's rate is", "alerts right", "too many"):
        table.add_column(column, justify="left" if not column else "right")
    table.add_row("ceiling: consume and decode", f"{report.ceiling_per_second:,.0f}", f"{report.ceiling_cpu_us_per_observation}")
    table.add_row("engine", f"{report.observations_per_second:,.0f}", f"{report.cpu_us_per_observation}", f"{report.rss_mb:.0f}")
    for peer in report.peers:
        agreed, expected, extra = (sum(getattr(one, field) for one in peer.verdicts) for field in ("agreed", "expected", "extra"))
        table.add_row(
            f"{peer.name} {peer.version}",
            f"{peer.observations_per_second:,.0f}",
            f"{peer.cpu_us_per_observation}",
            f"{peer.rss_mb:.0f}",
            f"{peer.ratio:.1f} times",
            f"{agreed} of {expected}",
            f"{extra}",
        )
    return table


def _forms(report: "PeersReport") -> Table:
    table = Table(title="What no peer has: lines by hand, and what is done instead")
    for column in ("form", "rules", "lines", "instead"):
        table.add_column(column)
    for form in report.peers[0].missing:
        by_text: dict[str, list[str]] = {}
        for peer in report.peers:
            instead = next(each.instead for each in peer.missing if each.form == form.form)
            by_text.setdefault(instead, []).append(peer.name)
        texts = [text if len(by_text) == 1 else f"{', '.join(names)}: {text}" for text, names in by_text.items()]
        table.add_row(form.form, str(len(form.rules)), str(form.lines), "\n".join(texts))
    return table
