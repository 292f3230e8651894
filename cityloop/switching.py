"""Switches the log to other rules: every partition gets a switch record, then the ledger says so."""

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path

import structlog

from config.catalogue import Catalogue
from config.problem import Problem, ProblemsError
from rules.life import Policy, pack, unpack
from rules.life.ledger import PARTITION, Entry, decode_entry, encode_entry
from rules.life.package import check_size
from rules.model import RuleSet, Source
from rules.parser import load_rules
from streams.checkpoint.ports import Log
from streams.clock import Clock
from streams.codec import ENVELOPE_HEADERS, encode_envelope
from streams.envelope import Envelope
from streams.topics import MATCHES, MSGPACK_TYPE, OBSERVATIONS, RULES, URGENT

ORDER = ((MATCHES,), (OBSERVATIONS, URGENT))
"""Topics that get the switch record, those of a row at once: where sources meet a new rule is known before anything is sent for it."""
_LEDGER_HEADERS = {"content-type": MSGPACK_TYPE.encode()}

_log = structlog.get_logger(__name__)


def rules_of_city(catalogue: Catalogue, candidates: Sequence[Path | Source] = ()) -> RuleSet:
    """The rules of a city with candidates in shadow and its feeds, checked as a switch needs it.

    Raises:
        ProblemsError: something is wrong with them; every problem is listed.
    """
    ruleset = load_rules(
        catalogue.rule_files, catalogue.kinds, reporters=catalogue.reporters, candidates=candidates, feeds=catalogue.city_feeds
    )
    check_size(pack(ruleset))
    return ruleset


def candidates_of(ruleset: RuleSet | None) -> tuple[Source, ...]:
    """The files of a set all of whose rules run in shadow."""
    return () if ruleset is None else tuple(source for source in ruleset.sources if source.shadow)


async def last_entry(log: Log) -> Entry | None:
    """What the log was switched to last, by the ledger; ``None`` when nothing was.

    Raises:
        ProblemsError: the entry cannot be read.
    """
    values = [value for _, value in await log.read(RULES, PARTITION) if value]
    return decode_entry(values[-1]) if values else None


async def readable_entries(log: Log) -> tuple[Entry, ...]:
    """The entries of the ledger that this version of the product reads, oldest first."""
    found = []
    for _, value in await log.read(RULES, PARTITION):
        try:
            if value:
                found.append(decode_entry(value))
        except ProblemsError as error:
            _log.warning("rules.entry_unreadable", problems=[str(problem) for problem in error.problems])
    return tuple(found)


async def last_switched(log: Log) -> RuleSet | None:
    """The rule set of the last entry; ``None`` when there is none that this version of the product reads."""
    try:
        entry = await last_entry(log)
        return None if entry is None else unpack(entry.rules)[0]
    except ProblemsError as error:
        _log.warning("rules.ledger_unreadable", problems=[str(problem) for problem in error.problems])
        return None


async def switch_log(
    log: Log, ruleset: RuleSet, partitions: int, *, writer: str, clock: Clock, policies: Mapping[str, Policy] | None = None
) -> None:
    """Write the switch record to every partition, each row of :data:`ORDER` when the one before is acknowledged; then the ledger.

    The ledger's time is that of the last acknowledgement. What was written between the first switch record and this moment
    may lie before the switch of its partition; whoever begins there by the ledger begins with the rules before, and meets the switch.

    When some partitions were written and others were not, the same call completes it: a switch to the rules that hold
    already changes nothing.

    Raises:
        ProblemsError: the rules are too long for a record, or a partition did not take it; each is named.
    """
    packed = pack(ruleset, policies)
    check_size(packed)
    value = encode_envelope(Envelope(sent_at=clock(), writer=writer, ruleset=ruleset.version, rules=packed))
    for topics in ORDER:
        await _all_written(log, [(topic, number) for topic in topics for number in range(partitions)], value)
    await note(log, Entry(version=ruleset.version, at=clock(), writer=writer, rules=packed))


async def note(log: Log, entry: Entry, key: bytes | None = None) -> None:
    """Write an entry of the ledger; its key is the version where none is given."""
    acknowledged = await log.append(
        RULES, key=key or entry.version.encode(), value=encode_entry(entry), partition=PARTITION, headers=_LEDGER_HEADERS
    )
    await acknowledged


async def _all_written(log: Log, addresses: Sequence[tuple[str, int]], value: bytes) -> None:
    async def write(topic: str, number: int) -> None:
        await (await log.append(topic, key=None, value=value, partition=number, headers=ENVELOPE_HEADERS))

    results = await asyncio.gather(*(write(*address) for address in addresses), return_exceptions=True)
    problems = []
    for (topic, number), result in zip(addresses, results, strict=True):
        if isinstance(result, Exception):
            what = f"partition {number} did not take the switch: {type(result).__name__}: {result}."
            problems.append(Problem(file=topic, what=what, fix="Repeat the command; partitions that were switched stay so."))
        elif isinstance(result, BaseException):
            raise result
    if problems:
        raise ProblemsError(problems)
