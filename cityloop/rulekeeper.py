"""Keeps the log on the rules of the city's folder: at the start of the engine, on SIGHUP, and when the files change."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import structlog
from aiokafka.errors import KafkaError
from kafka.errors import KafkaError as AdminError

from cityloop.cityfiles import changes, fingerprint
from cityloop.switching import candidates_of, last_switched, note, rules_of_city, switch_log
from config.catalogue import Catalogue
from config.problem import ProblemsError
from config.settings import Settings
from rules.life import pack
from rules.life.ledger import Entry
from rules.model import RuleSet
from streams.checkpoint.ports import Log
from streams.clock import Clock, system_clock

WRITER = "engine"
BEGUN = b"begun"
"""The key of the ledger's first entry: compaction keeps it when the log is later switched away from these rules and back."""
FIRST_WAIT, LONGEST_WAIT = 1.0, 30.0

_log = structlog.get_logger(__name__)


class RuleKeeper:
    """Switches the log when the rules of the folder are others than the ledger's.

    The folder is right: what was applied from elsewhere holds until the engine is started again. Candidates in shadow stay.

    Args:
        log: the broker.
        partitions: of each topic.
        read: reads the city.
        clock: the present.
        prepare: makes sure that the topics are there; a broker that makes topics by itself makes them wrongly when they are read.
    """

    def __init__(
        self,
        log: Log,
        partitions: int,
        read: Callable[[], Catalogue],
        clock: Clock = system_clock,
        prepare: Callable[[], object] = lambda: None,
    ) -> None:
        self._log, self._partitions, self._read, self._clock, self._prepare = log, partitions, read, clock, prepare

    async def settle(self) -> str:
        """Compare the folder with the ledger and switch where they differ; returns the version that holds.

        Raises:
            ProblemsError: the rules of the folder are refused, or a partition did not take the switch; the old ones hold on.
        """
        await asyncio.to_thread(self._prepare)
        held = await last_switched(self._log)
        ruleset = await asyncio.to_thread(self._ruleset, held)
        if held is None:
            # Workers begin with the rules of the folder: there is nothing to switch, only to note.
            await note(self._log, Entry(version=ruleset.version, at=self._clock(), writer=WRITER, rules=pack(ruleset)), BEGUN)
            _log.info("rules.begun", version=ruleset.version, rules=len(ruleset.rules))
        elif held.version != ruleset.version:
            await switch_log(self._log, ruleset, self._partitions, writer=WRITER, clock=self._clock)
            _log.info("rules.switched", version=ruleset.version, was=held.version, rules=len(ruleset.rules), shadow=len(ruleset.shadow))
        return ruleset.version

    async def settle_patiently(self) -> None:
        """The same, waiting for a broker that is not there yet; refused rules are told, and the old ones hold on."""
        wait = FIRST_WAIT
        while True:
            try:
                await self.settle()
            except ProblemsError as error:
                for problem in error.problems:
                    _log.error("rules.refused", problem=str(problem))
                return
            except (AdminError, KafkaError, TimeoutError, OSError) as error:
                _log.warning("rules.awaiting_broker", error=f"{type(error).__name__}: {error}", again_in_seconds=wait)
                await asyncio.sleep(wait)
                wait = min(wait * 2, LONGEST_WAIT)
            else:
                return

    def _ruleset(self, held: RuleSet | None) -> RuleSet:
        catalogue = self._read()
        candidates = candidates_of(held)
        try:
            return rules_of_city(catalogue, candidates)
        except ProblemsError:
            if not candidates:
                raise
            ruleset = rules_of_city(catalogue)
            _log.warning("rules.candidates_dropped", files=[source.file for source in candidates], reason="they do not go with these rules")
            return ruleset


async def keep_rules(keeper: RuleKeeper, settings: Settings, folder: Path, asked: asyncio.Event) -> None:
    """Settle at once, then whenever it is asked for, or when files changed (``Settings.rules_seconds``), until cancelled."""
    seen = await asyncio.to_thread(fingerprint, folder)  # Before it is read, so that a change meanwhile is not overlooked.
    await keeper.settle_patiently()
    async for _ in changes(folder, seen, settings.rules_seconds, asked):
        await keeper.settle_patiently()
