"""``cityloop rules shadow``: what rules in shadow would have said, beside what the live ones of the same name said."""

import asyncio
import os
from collections.abc import Iterable, Sequence
from typing import Annotated

import msgspec
import typer

from cityloop.commands.recorded import instants_of
from cityloop.commands.replaydiff import tell_diff
from cityloop.commands.rulesapply import BrokerOption, reachable
from cityloop.terminal import refuse
from config.moment import Micros
from config.problem import Problem, ProblemsError
from config.settings import Settings, read_settings
from config.suggest import did_you_mean
from rules.life import unpack
from rules.life.ledger import Entry
from rules.replay import RuleSetDiff, diff_of
from streams.alert import AlertEvent
from streams.clock import system_clock
from streams.fold import Record
from streams.topics import ALERTS, SHADOW


class Trial(msgspec.Struct, frozen=True, kw_only=True):
    """Rules that run in shadow.

    Attributes:
        rules: their names.
        since: since when all of them run as they are.
    """

    rules: tuple[str, ...]
    since: Micros


def shadow(
    rule: Annotated[str | None, typer.Argument(metavar="RULE", help="One rule only; default: all in shadow.", show_default=False)] = None,
    *,
    since: Annotated[
        str | None,
        typer.Option("--from", metavar="T", help="Alerts that begin at this RFC 3339 instant or later; default: since they run."),
    ] = None,
    to: Annotated[str | None, typer.Option("--to", metavar="T", help="Alerts that begin before this RFC 3339 instant.")] = None,
    broker: BrokerOption = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Compare the alerts of rules in shadow with those of the live rules of the same name, over a period.

    ``+`` would have been raised, ``-`` would not have been, ``~`` would have been told otherwise.

    Exit 0; 2 when no rule runs in shadow, or the broker does not answer.
    """
    try:
        at = instants_of(**{"from": since, "to": to})
        settings = reachable(read_settings(os.environ, broker=broker))
        trial = _trial(asyncio.run(_entries(settings)), rule)
        begin = at["from"]
        diff = compare(_records(settings, trial.since if begin is None else begin), trial, begin, at["to"])
        raise typer.Exit(tell_diff(diff, as_json=json))
    except ProblemsError as error:
        raise refuse(error) from None


def compare(records: Iterable[Record], trial: Trial, since: Micros | None, until: Micros | None) -> RuleSetDiff:
    """The difference of the alerts of both topics.

    Args:
        records: of ``cityloop.alerts`` and ``cityloop.shadow``, those of each in their order.
        trial: the rules.
        since: which alerts count: those that begin then or later; ``None``: since the rules run.
        until: and before this instant.
    """
    begin = trial.since if since is None else since
    last: dict[str, dict[str, AlertEvent]] = {ALERTS: {}, SHADOW: {}}
    count = 0
    for record in records:
        event = _event(record)
        if event is None or event.rule not in trial.rules or event.starts_at < begin or (until is not None and event.starts_at >= until):
            continue
        count += 1
        last[record.topic][event.id] = event
    return diff_of(last[ALERTS].values(), last[SHADOW].values(), lines=count)


def _event(record: Record) -> AlertEvent | None:
    try:
        return msgspec.json.decode(record.value, type=AlertEvent)
    except msgspec.MsgspecError:  # What somebody else wrote there is no alert of a rule; dispatch tells of it.
        return None


def _trial(entries: Sequence[Entry], rule: str | None) -> Trial:
    """Which rules run in shadow now, and since when as they are."""
    found: list[frozenset[tuple[str, str]]] = [
        frozenset((one.name, one.version) for one in unpack(entry.rules)[0].shadow) for entry in entries
    ]
    names = sorted(name for name, _ in found[-1]) if found else []
    if not names:
        fix = "Start one: write shadow: true in a rule, or cityloop rules apply --shadow FILE."
        raise ProblemsError([Problem(file="cityloop.rules", what="no rule runs in shadow.", fix=fix)])
    if rule is not None and rule not in names:
        raise ProblemsError([Problem(file=rule, what="it does not run in shadow.", fix=did_you_mean(rule, names))])
    wanted = {one for one in found[-1] if rule in (None, one[0])}
    since = entries[-1].at
    for entry, present in zip(reversed(entries), reversed(found), strict=True):
        if not wanted <= present:
            break
        since = entry.at
    return Trial(rules=tuple(sorted(name for name, _ in wanted)), since=since)


async def _entries(settings: Settings) -> list[Entry]:
    from rules.life.ledger import PARTITION, decode_entry  # noqa: PLC0415
    from streams.checkpoint.kafkalog import KafkaLog  # noqa: PLC0415  # Clients of a broker; --help must not wait for them.
    from streams.provision import is_there  # noqa: PLC0415
    from streams.topics import RULES  # noqa: PLC0415

    if not is_there(settings, RULES):
        return []
    log = KafkaLog(settings, "cityloop-rules-shadow")
    try:
        return [decode_entry(value) for _, value in await log.read(RULES, PARTITION) if value]
    finally:
        await log.stop()


def _records(settings: Settings, since: Micros) -> Iterable[Record]:
    from streams.tape import Tape, TapeReader  # noqa: PLC0415  # As above.

    tape = Tape(
        bootstrap_servers=settings.bootstrap_servers,
        topics=(ALERTS, SHADOW),
        suffix=settings.topic_suffix,
        since=since,
        until=system_clock(),
    )
    with TapeReader(tape) as reader:
        yield from reader.records()
