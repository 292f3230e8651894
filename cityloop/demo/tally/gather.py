"""Gathers the proof of a run from the broker, the devices and the receiver of notices."""

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from cityloop.demo.hooks.receiver import Call
from cityloop.demo.tally.compare import Comparison
from cityloop.demo.tally.judge import Proof, compare_all
from cityloop.demo.tally.logbook import read_topic
from cityloop.demo.tally.refold import applied_offsets, refold
from config.feeds import FeedTable
from config.settings import Settings
from dispatch.event import TicketEvent
from rules.fold import RuleFold
from rules.model import RuleSet
from streams.journal import read_journal
from streams.topics import ALERTS, CHECKPOINTS, MATCHES, OBSERVATIONS, TICKETS, URGENT

PAUSE_SECONDS = 0.7


class Sources(msgspec.Struct, frozen=True, kw_only=True):
    """Where the proof comes from.

    Attributes:
        settings: the broker and its topics.
        rules: what the engine was given.
        feeds: the city's feeds, which it was given too.
        sent: ids of observations that devices sent.
        journal: where the cameras note what they send.
    """

    settings: Settings
    rules: RuleSet
    feeds: FeedTable
    sent: frozenset[str]
    journal: Path


async def gather(sources: Sources, calls: Sequence[Call]) -> Proof:
    """Read everything once.

    The order matters while the engine still works: first how far it came, then what it said (at least up to there),
    then the log (at least what caused that). The cameras must have stopped: they note before they send.
    """
    settings, noted = sources.settings, read_journal(sources.journal)
    addresses = [(topic, number) for topic in (OBSERVATIONS, URGENT, MATCHES) for number in range(settings.partitions)]
    applied = applied_offsets(await read_topic(settings, CHECKPOINTS), addresses)
    alerts = await read_topic(settings, ALERTS)
    matches = await read_topic(settings, MATCHES)
    log = [*await read_topic(settings, OBSERVATIONS), *await read_topic(settings, URGENT)]
    expected = refold([*log, *matches], RuleFold(sources.rules, partitions=settings.partitions, feeds=sources.feeds))
    tickets = [msgspec.json.decode(record.value, type=TicketEvent) for record in await read_topic(settings, TICKETS)]
    return Proof(
        sent=sources.sent,
        noted=noted,
        log=log,
        applied=applied,
        expected=expected.changes,
        matches=matches,
        sent_on=expected.sent,
        alerts=alerts,
        tickets=tickets,
        calls=[call for call in calls if call.objection is None],
        webhook=settings.webhook,
    )


async def settle(sources: Sources, calls: Callable[[], Sequence[Call]], patience: float) -> tuple[Proof, tuple[Comparison, ...]]:
    """Gather until nothing is on its way any more, or until patience is over: then what is missing is lost.

    Args:
        sources: where to read.
        calls: gives the notices that came so far.
        patience: seconds.
    """
    loop = asyncio.get_running_loop()
    deadline = loop.time() + patience
    while True:
        proof = await gather(sources, calls())
        steps = compare_all(proof)
        if not any(step.lost or step.doubled for step in steps) or loop.time() > deadline:
            return proof, steps
        await asyncio.sleep(PAUSE_SECONDS)
