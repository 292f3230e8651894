"""Switching the log to other rules: order, acknowledgement, repetition; and the keeper of a city's folder."""

import asyncio
import itertools
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
import pytest

from cityloop.cityfiles import fingerprint
from cityloop.rulekeeper import RuleKeeper, keep_rules
from cityloop.switching import candidates_of, last_entry, last_switched, readable_entries, rules_of_city, switch_log
from config.catalogue import Catalogue
from config.feeds import Door, Feed
from config.kinds import Text
from config.loader import DEMO_CITY, load_city
from config.problem import ProblemsError
from config.settings import Settings
from rules.life import Policy, unpack
from rules.model import RuleSet
from streams.codec import decode_record
from streams.topics import MATCHES, OBSERVATIONS, RULES, URGENT
from tests.fakes.rulekit import rules_of
from tests.fakes.ruleslog import RulesLog

PARTITIONS = 3
OLD, NEW = rules_of({"rule": "r", "where": "value > 5"}), rules_of({"rule": "r", "where": "value > 6"})


async def switched(log: RulesLog, ruleset: RuleSet, policies: Mapping[str, Policy] | None = None) -> None:
    await switch_log(log, ruleset, PARTITIONS, writer="test", clock=itertools.count(17).__next__, policies=policies)


async def test_every_partition_gets_the_record_where_sources_meet_first_and_the_ledger_last() -> None:
    """No partition of observations is switched before all of cityloop.matches are; the ledger is written when all are."""
    log = RulesLog()
    await switched(log, NEW, {"r": Policy.RESET})
    topics = [topic for topic, _ in log.order]
    assert topics[:PARTITIONS] == [MATCHES] * PARTITIONS
    assert sorted(topics[PARTITIONS:-1]) == [OBSERVATIONS] * PARTITIONS + [URGENT] * PARTITIONS
    assert log.order[-1] == (RULES, 0)
    (record,) = log.records[URGENT, 2]
    envelope = decode_record(record.value, record.headers)
    read, policies = unpack(envelope.rules)
    assert (envelope.ruleset, envelope.sent_at, envelope.writer, read.version) == (NEW.version, 17, "test", NEW.version)
    assert policies == {"r": Policy.RESET}
    entry = await last_entry(log)
    assert entry is not None
    assert (entry.version, entry.at, entry.writer) == (NEW.version, 18, "test")


async def test_the_ledger_is_of_when_all_partitions_had_the_switch() -> None:
    """What was written while the switch was under way may lie before it: to the ledger it is older than the switch."""
    log = RulesLog()

    def clock() -> int:
        return len(log.order)

    await switch_log(log, NEW, PARTITIONS, writer="test", clock=clock)
    entry = await last_entry(log)
    assert entry is not None
    assert entry.at == 3 * PARTITIONS
    (record,) = log.records[MATCHES, 0]
    assert decode_record(record.value, record.headers).sent_at == 0


async def test_a_partition_that_refuses_is_named_and_the_same_call_completes_it() -> None:
    """Where one of the first row fails nothing behind it is written; the ledger has the switch only when it is everywhere."""
    log = RulesLog()
    await switched(log, OLD)
    log.failing = {(MATCHES, 1)}
    with pytest.raises(ProblemsError) as caught:
        await switched(log, NEW)
    (problem,) = caught.value.problems
    assert str(problem) == (
        "cityloop.matches: partition 1 did not take the switch: ConnectionError: the broker does not answer. "
        "Repeat the command; partitions that were switched stay so."
    )
    assert len(log.records[OBSERVATIONS, 0]) == 1
    log.failing = {(OBSERVATIONS, 0), (URGENT, 2)}
    with pytest.raises(ProblemsError) as caught:
        await switched(log, NEW)
    assert [problem.file for problem in caught.value.problems] == [OBSERVATIONS, URGENT]
    held = await last_switched(log)
    assert held is not None
    assert held.version == OLD.version
    log.failing = set()
    await switched(log, NEW)
    held = await last_switched(log)
    assert held is not None
    assert held.version == NEW.version


async def test_a_ledger_that_cannot_be_read_counts_as_none() -> None:
    """The engine goes by the city's files then; whoever asks for the entry itself is told why."""
    log = RulesLog()
    assert await last_switched(log) is None
    await (await log.append(RULES, key=b"v", value=b"\xc1", partition=0, headers={}))
    assert await last_switched(log) is None
    with pytest.raises(ProblemsError, match=r"^cityloop.rules: the last entry cannot be read: it is damaged: .* cityloop rules apply.$"):
        await last_entry(log)
    await (await log.append(RULES, key=b"v", value=msgspec.msgpack.encode((2, "v", 0, "w", b"")), partition=0, headers={}))
    with pytest.raises(ProblemsError, match="it is of schema 2, and this version of cityloop reads 1"):
        await last_entry(log)


async def test_the_ledger_is_read_without_what_cannot_be_read() -> None:
    """Oldest first; a damaged entry and a deleted one are passed over, so that a worker begins all the same."""
    log = RulesLog()
    await switched(log, OLD)
    for value in (b"\xc1", b""):
        await (await log.append(RULES, key=b"v", value=value, partition=0, headers={}))
    await switched(log, NEW)
    assert [entry.version for entry in await readable_entries(log)] == [OLD.version, NEW.version]


@pytest.fixture(name="city", scope="module")
def a_city() -> Catalogue:
    """The demo city, of which only kinds and sources are used."""
    return load_city(DEMO_CITY)


def written(folder: Path, *rules: dict[str, Any], name: str = "rules.yaml") -> Path:
    """A rule file."""
    path = folder / name
    path.write_text(json.dumps({"groups": [{"name": "g", "rules": [{"kind": "door", "where": "value == true"} | rule for rule in rules]}]}))
    return path


class Folder:
    """A city whose rule files lie in a folder of their own."""

    def __init__(self, city: Catalogue, folder: Path) -> None:
        self._city, self._folder = city, folder

    def __call__(self) -> Catalogue:
        """Read it anew."""
        return msgspec.structs.replace(self._city, rule_files=tuple(sorted(self._folder.glob("*.yaml"))))


async def test_the_keeper_begins_the_ledger_and_switches_nothing(city: Catalogue, tmp_path: Path) -> None:
    """On a new installation workers begin with the rules of the folder, so that no record is needed."""
    log, folder = RulesLog(), Folder(city, tmp_path)
    written(tmp_path, {"rule": "a"})
    version = await RuleKeeper(log, PARTITIONS, folder, lambda: 5).settle()
    assert set(log.records) == {(RULES, 0)}
    assert [record.key for record in log.records[RULES, 0]] == [b"begun"], "a switch away and back would compact another key away"
    held = await last_switched(log)
    assert held is not None
    assert held.version == version == rules_of_city(folder()).version


async def test_the_keeper_switches_when_the_folder_differs_and_only_then(city: Catalogue, tmp_path: Path) -> None:
    """An edited file is a switch in every partition; an unchanged folder is none; candidates in shadow stay."""
    log, folder = RulesLog(), Folder(city, tmp_path)
    written(tmp_path, {"rule": "a"})
    keeper = RuleKeeper(log, PARTITIONS, folder, lambda: 5)
    await keeper.settle()
    await keeper.settle()
    assert (MATCHES, 0) not in log.records
    candidate = written(tmp_path / "..", {"rule": "a", "for": "5s"}, name="candidate.yaml")
    await switched(log, rules_of_city(folder(), [candidate]))
    await keeper.settle()
    assert len(log.records[OBSERVATIONS, 1]) == 1, "a candidate is no difference"
    written(tmp_path, {"rule": "a", "for": "9s"})
    await keeper.settle()
    assert [len(log.records[topic, number]) for topic in (MATCHES, OBSERVATIONS, URGENT) for number in range(PARTITIONS)] == [2] * 9
    held = await last_switched(log)
    assert held is not None
    assert (held.rules[0].for_, [rule.for_ for rule in held.shadow]) == (9_000_000, [5_000_000])
    assert [source.file for source in candidates_of(held)] == [str(candidate)]


async def test_the_keeper_switches_when_the_feeds_differ(city: Catalogue, tmp_path: Path) -> None:
    """An edited feeds.yaml, or another device, reaches every partition as rules do; the record carries the feeds."""
    log = RulesLog()
    written(tmp_path, {"rule": "a"})
    await RuleKeeper(log, PARTITIONS, Folder(city, tmp_path), lambda: 5).settle()
    clinic = Feed(name="clinic", door=Door.HTTP, label=Text("c", "c"), sources=("sensor/clinic-*",))
    keeper = RuleKeeper(log, PARTITIONS, Folder(msgspec.structs.replace(city, feeds=(clinic,)), tmp_path), lambda: 6)
    await keeper.settle()
    await keeper.settle()
    assert [len(log.records[topic, number]) for topic in (MATCHES, OBSERVATIONS, URGENT) for number in range(PARTITIONS)] == [1] * 9
    held = await last_switched(log)
    assert held is not None
    assert held.given.feeds is not None
    assert (held.given.feeds.written, len(held.given.feeds.devices)) == ((clinic,), len(city.devices))


async def test_a_bad_folder_changes_nothing(city: Catalogue, tmp_path: Path) -> None:
    """The rules are refused with every problem, nothing is written, and the keeper goes on."""
    log, folder = RulesLog(), Folder(city, tmp_path)
    written(tmp_path, {"rule": "a"})
    keeper = RuleKeeper(log, PARTITIONS, folder, lambda: 5)
    await keeper.settle()
    before = dict(log.records)
    written(tmp_path, {"rule": "a", "where": "valeu"}, {"rule": "a", "for": "5"})
    with pytest.raises(ProblemsError) as caught:
        await keeper.settle()
    assert len(caught.value.problems) == 2
    await keeper.settle_patiently()
    assert dict(log.records) == before


async def test_candidates_that_no_longer_go_with_the_rules_are_dropped(city: Catalogue, tmp_path: Path) -> None:
    """A city that lost the candidate's kind runs on without the candidate."""
    log = RulesLog()
    written(tmp_path, {"rule": "a"})
    candidate = written(tmp_path / "..", {"rule": "b", "kind": "smoke"}, name="candidate.yaml")
    await switched(log, rules_of_city(Folder(city, tmp_path)(), [candidate]))
    kinds = {name: kind for name, kind in city.kinds.items() if name != "smoke"}
    await RuleKeeper(log, PARTITIONS, Folder(msgspec.structs.replace(city, kinds=kinds), tmp_path)).settle()
    held = await last_switched(log)
    assert held is not None
    assert held.shadow == ()


async def test_the_keeper_looks_when_it_is_asked_to_and_when_files_changed(city: Catalogue, tmp_path: Path) -> None:
    """A signal, or another content of the folder at the next look, is a switch; a look without a change is none."""
    log, asked = RulesLog(), asyncio.Event()
    written(tmp_path, {"rule": "a"})
    keeper = RuleKeeper(log, 1, Folder(city, tmp_path))
    task = asyncio.create_task(keep_rules(keeper, Settings(rules_seconds=0.02), tmp_path, asked))

    async def versions(number: int) -> None:
        async with asyncio.timeout(10):
            while len(log.records[RULES, 0]) < number:
                log.grown.clear()
                await log.grown.wait()

    await versions(1)
    written(tmp_path, {"rule": "a", "for": "1s"})
    await versions(2)
    await asyncio.sleep(0.1)
    assert len(log.records[RULES, 0]) == 2
    task.cancel()
    task = asyncio.create_task(keep_rules(keeper, Settings(), tmp_path, asked))
    await asyncio.sleep(0.1)
    written(tmp_path, {"rule": "a", "for": "2s"})
    asked.set()
    await versions(3)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


def test_a_fingerprint_is_of_names_and_contents(tmp_path: Path) -> None:
    """Another name, another content or another file changes it; what is no YAML or CSV does not."""
    seen = {fingerprint(tmp_path)}
    written(tmp_path, {"rule": "a"})
    seen.add(fingerprint(tmp_path))
    written(tmp_path, {"rule": "b"})
    seen.add(fingerprint(tmp_path))
    (tmp_path / "rules.yaml").rename(tmp_path / "other.yaml")
    seen.add(fingerprint(tmp_path))
    (tmp_path / "dates.csv").write_text("a\n")
    seen.add(fingerprint(tmp_path))
    (tmp_path / "notes.txt").write_text("a\n")
    seen.add(fingerprint(tmp_path))
    assert len(seen) == 5
