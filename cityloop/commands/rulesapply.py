"""``cityloop rules apply``: switch a running engine to other rules."""

import asyncio
import getpass
import os
import socket
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from cityloop.reach import check_broker
from cityloop.terminal import Exit, emit, refuse, talk
from config.problem import Problem, ProblemsError
from config.settings import EMBEDDED, Settings, read_settings
from rules.life import Change, Fate, Policy
from rules.life.feeds import FeedChange
from rules.life.plan import Plan, plan, read_policies
from rules.model import RuleSet
from streams.telemetry import configure_logging

BrokerOption = Annotated[str | None, typer.Option(metavar="kafka://H:P", help="The Kafka broker (CITYLOOP_BROKER).")]
_MARKS = {Fate.ADDED: "+", Fate.REMOVED: "-", Fate.KEPT: "~", Fate.RESET: "!", Fate.UNCHANGED: "="}


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """What ``cityloop rules apply --json`` prints.

    Attributes:
        version: of the rules that were asked for.
        was: version of those that held; ``None`` where the log was never switched.
        switched: whether the log was switched now.
        dry_run: whether it was only asked what would be.
        live: what becomes of each rule.
        shadow: what becomes of each rule in shadow.
        feeds: the city's feeds that are other than they were.
    """

    version: str
    was: str | None
    switched: bool
    dry_run: bool
    live: tuple[Change, ...]
    shadow: tuple[Change, ...]
    feeds: tuple[FeedChange, ...] = ()


def apply(
    folder: Annotated[
        Path | None,
        typer.Argument(metavar="DIR", help="The city's folder; left out, CITYLOOP_CITY or the demo city.", show_default=False),
    ] = None,
    *,
    state: Annotated[
        list[str] | None, typer.Option("--state", metavar="RULE=keep|reset", help="What becomes of a changed rule's state; default keep.")
    ] = None,
    shadow: Annotated[
        list[Path] | None, typer.Option("--shadow", metavar="FILE", help="Rule file whose rules run in shadow, in place of earlier ones.")
    ] = None,
    no_shadow: Annotated[bool, typer.Option("--no-shadow", help="End what runs in shadow by earlier --shadow files.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check everything and tell what would change; write nothing.")] = False,
    again: Annotated[
        bool, typer.Option("--again", help="Write the switch even where these rules hold, for partitions whose engine refused it.")
    ] = False,
    broker: BrokerOption = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Switch the engine to the rules and feeds of a city's folder, while it runs.

    Everything is checked first; a set with a fault is refused with every problem, and the old rules go on. Then each partition
    gets a switch record. A rule that did not change keeps its state; a changed one keeps it where it means the same, or begins
    anew with --state RULE=reset; alerts of rules that are gone resolve.

    Exit 0; 2 when the rules or the broker refused. When some partitions were written and others were not, repeat the command.
    When an engine refused what was written (an older version, a full disk), mend that and repeat it with --again: partitions
    that have these rules already change nothing.
    """
    pairs = (("--shadow", shadow, "--no-shadow", no_shadow), ("--again", again, "--dry-run", dry_run))
    contradictions = [
        Problem(file=one, what=f"it contradicts {other}.", fix="Leave one of the two out.")
        for one, is_one, other, is_other in pairs
        if is_one and is_other
    ]
    if contradictions:
        raise refuse(ProblemsError(contradictions))
    try:
        settings = read_settings(os.environ, city=None if folder is None else str(folder), broker=broker)
        policies = read_policies(state or [])
        candidates = [] if no_shadow else shadow or None
        told = asyncio.run(_apply(reachable(settings), policies, candidates, dry_run=dry_run, again=again))
    except ProblemsError as error:
        raise refuse(error) from None
    if json:
        emit(told)
    else:
        tell(told)


def reachable(settings: Settings) -> Settings:
    """The settings, if a broker answers that another process can reach, too.

    Raises:
        ProblemsError: they name none, or it does not answer.
    """
    if settings.broker == EMBEDDED:
        fix = "Name the one that the engine uses: --broker kafka://host:port"
        raise ProblemsError([Problem(file="CITYLOOP_BROKER", what="no broker is named.", fix=fix)])
    configure_logging("warning", "rules")  # To stderr; what clients have to say is no data.
    check_broker(settings.broker)
    return settings


async def _apply(settings: Settings, policies: dict[str, Policy], shadow: list[Path] | None, *, dry_run: bool, again: bool) -> Told:
    from cityloop.bootstrap import load_catalogue  # noqa: PLC0415  # Geometry and clients are heavy; --help must not wait for them.
    from cityloop.switching import candidates_of, last_switched, rules_of_city, switch_log  # noqa: PLC0415
    from streams.checkpoint.kafkalog import KafkaLog  # noqa: PLC0415
    from streams.clock import system_clock  # noqa: PLC0415
    from streams.provision import is_there, provision  # noqa: PLC0415
    from streams.topics import RULES  # noqa: PLC0415

    if not dry_run:
        provision(settings)
    log = KafkaLog(settings, "cityloop-rules-apply")
    try:
        held = await last_switched(log) if is_there(settings, RULES) else None
        ruleset = rules_of_city(load_catalogue(settings), candidates_of(held) if shadow is None else shadow)
        planned = plan(held, ruleset, policies)
        switches = again or held is None or held.version != ruleset.version
        if switches and not dry_run:
            writer = f"{getpass.getuser()}@{socket.gethostname()}"
            await switch_log(log, ruleset, settings.partitions, writer=writer, clock=system_clock, policies=policies)
        return _told(held, ruleset, planned, switched=switches and not dry_run, dry_run=dry_run)
    finally:
        await log.stop()


def _told(held: RuleSet | None, ruleset: RuleSet, planned: Plan, *, switched: bool, dry_run: bool) -> Told:
    was = None if held is None else held.version
    return Told(
        version=ruleset.version, was=was, switched=switched, dry_run=dry_run, live=planned.live, shadow=planned.shadow, feeds=planned.feeds
    )


def _is_heard(feed: FeedChange) -> bool:
    """Whether the gateway must know of the change, since it tells what it heard of each feed."""
    return feed.fate is not Fate.KEPT or bool({"door", "topics", "keys"} & set(feed.fields))


def tell(told: Told) -> Exit:
    """Print what became of rules and feeds, for people."""
    for place, changes in (("", told.live), (" (shadow)", told.shadow)):
        for change in changes:
            if change.fate is not Fate.UNCHANGED:
                fields = f": {', '.join(change.fields)}" if change.fields else ""
                why = f" ({change.why})" if change.why else ""
                typer.echo(f"{_MARKS[change.fate]} {change.rule}{place} {change.fate.value}{fields}{why}")
    for feed in told.feeds:
        fields = f": {', '.join(feed.fields)}" if feed.fields else ""
        typer.echo(f"{_MARKS[feed.fate]} feed {feed.feed} {feed.fate.value}{fields}")
    if told.switched and any(_is_heard(feed) for feed in told.feeds):
        talk.print("The gateway minds these feeds after SIGHUP, or by itself where CITYLOOP_RULES_SECONDS is set.", markup=False)
    if told.was == told.version and told.switched:
        talk.print(f"These rules held already: version {told.version}. Every partition was given the switch again.", markup=False)
    elif told.was == told.version:
        talk.print(f"These rules hold already: version {told.version}.", markup=False)
    elif told.dry_run:
        talk.print(f"Version {told.version} would take the place of {told.was or 'none'}; nothing was written.", markup=False)
    else:
        talk.print(f"Switched to version {told.version} from {told.was or 'none'}.", markup=False)
    return Exit.GOOD
