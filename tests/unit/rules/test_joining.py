"""Engine processes join, die without a checkpoint and are followed by others while rules change: every record has its own rules.

What a process knows is the folder as it is when it joins, and the ledger as it is then.
"""

import random
from collections.abc import Mapping
from functools import cache
from typing import Any

import pytest

from config.moment import SECOND, Micros
from rules.fold import RuleFold
from rules.life import pack
from rules.life.ledger import Entry
from rules.model import RuleSet
from streams.codec import ENVELOPE_HEADERS, encode_envelope
from streams.envelope import Envelope
from streams.fold import Headers, Record
from streams.observation import Observation
from streams.topics import MATCHES, OBSERVATIONS, URGENT
from tests.fakes.rulekit import EPOCH, rules_of, seen
from tests.fakes.ruletraffic import dice
from tests.fakes.twofolds import Address, TwoFolds, said

PARTITIONS = 2


def city(limit: int, severity: str) -> RuleSet:
    """A rule on each topic: where observations lie, of life safety, and where sources meet."""
    return rules_of(
        {"rule": "over", "where": f"value > {limit}", "severity": severity},
        {"rule": "fire", "kind": "smoke", "where": "value == true", "severity": severity},
        {"rule": "wide", "where": f"value > {limit}", "by": [], "severity": severity},
    )


BEGUN, SECOND_SET, THIRD_SET = city(5, "critical"), city(7, "major"), city(3, "warning")
MENDED = city(1, "minor")
"""The folder as it is edited meanwhile; nobody has switched to it."""


def around(at: float) -> list[Observation]:
    """One source that is over the limit of the first and third set, one over that of the third alone, one over all, and smoke."""
    levels = [seen(at, level, source=f"sensor/{number}") for number, level in enumerate((6, 4, 9))]
    return [*levels, seen(at, at % 20 == 10, kind="smoke", source="sensor/7"), seen(at, True, kind="smoke", source="sensor/8")]


class Installation(TwoFolds):
    """Logs that are written while time goes on, a ledger, and one process at a time.

    Args:
        chance: decides which partition gets on next.
        knows: entries of the ledger that a process knows at most; none: it goes by the folder alone.
    """

    def __init__(self, chance: random.Random, *, knows: int = 3) -> None:
        super().__init__(BEGUN, PARTITIONS, chance)
        self.now: Micros = EPOCH
        self.chance, self._knows = chance, knows
        self.ledger = [Entry(version=BEGUN.version, at=EPOCH, writer="w", rules=pack(BEGUN))]

    def write(
        self, address: Address, value: bytes, key: bytes | None = None, timestamp: Micros | None = None, headers: Headers = ENVELOPE_HEADERS
    ) -> Record:
        """The broker's time is the present, whoever writes."""
        del timestamp
        return super().write(address, value, key, self.now, headers)

    def join(self, folder: RuleSet) -> None:
        """Another process takes everything over; of what the last one did not checkpoint it knows nothing."""
        for address in tuple(self.held):
            self.kill(address)
        self.fold = RuleFold(folder, partitions=PARTITIONS, ledger=tuple(self.ledger[: self._knows]))

    def switch(self, ruleset: RuleSet) -> None:
        """As ``cityloop rules apply`` does: the ledger is written when all partitions have the record."""
        value = encode_envelope(Envelope(sent_at=self.now, writer="w", ruleset=ruleset.version, rules=pack(ruleset)))
        for topic in (MATCHES, OBSERVATIONS, URGENT):
            for number in range(PARTITIONS):
                self.write((topic, number), value)
                self.now += SECOND // 100
        self.ledger.append(Entry(version=ruleset.version, at=self.now, writer="w", rules=pack(ruleset)))

    def catch_up(self, *, crossing: bool) -> None:
        """Apply what lies in the log of observations, and where sources meet all of it, or as much as chance wants."""
        while found := [address for address in self.waiting() if crossing or address[0] != MATCHES or self.chance.random() < 0.3]:
            self.step(self.chance.choice(found))


def live(installation: Installation, folders: Mapping[int, RuleSet], *, keeping: bool = False) -> set[Any]:
    """A day with two switches; who joins, when, and with which folder. What was said, each once."""
    switches = {20: SECOND_SET, 40: THIRD_SET}
    for second in range(10, 61, 10):
        installation.now = EPOCH + second * SECOND
        if second in switches:
            installation.switch(switches[second])
        else:
            for observation in around(second):
                topic = URGENT if observation.kind == "smoke" else OBSERVATIONS
                value = encode_envelope(Envelope(sent_at=observation.at, writer="g", observations=(observation,)))
                installation.write((topic, int(observation.source[-1]) % PARTITIONS), value)
            installation.tick(EPOCH + (second + 1) * SECOND)
        installation.catch_up(crossing=not folders)
        if keeping and installation.held:
            installation.keep(installation.chance.choice(sorted(installation.held)))
        if second in folders:
            installation.join(folders[second])
    installation.run()
    return set(said(installation.events()))


@cache
def reference() -> set[Any]:
    """What one process says that never dies."""
    return live(Installation(dice("one process")), {})


DEATHS: list[Mapping[int, RuleSet]] = [
    {60: THIRD_SET},
    {60: MENDED},
    {10: BEGUN, 60: THIRD_SET},
    {20: MENDED, 40: MENDED},
    {20: SECOND_SET, 40: THIRD_SET, 60: MENDED},
    {30: MENDED, 50: MENDED, 60: MENDED},
]


def test_two_switches_are_seen_in_what_is_said() -> None:
    """The reference has alerts of every topic under every set, so that a wrong beginning could not be overlooked."""
    told = Installation(dice("one process"))
    live(told, {})
    versions = {name: {rule.version for rule in rules.rules} for name, rules in (("1", BEGUN), ("2", SECOND_SET), ("3", THIRD_SET))}
    found = {(event.rule, name) for event in told.events() for name, known in versions.items() if event.rule_version in known}
    assert found >= {(rule, name) for rule in ("over", "fire", "wide") for name in versions}


@pytest.mark.parametrize("deaths", DEATHS, ids=lambda deaths: "-".join(map(str, deaths)))
@pytest.mark.parametrize("seed", range(3))
def test_who_joins_later_judges_by_the_rules_of_the_records(deaths: Mapping[int, RuleSet], seed: int) -> None:
    """A second and a third process, with whatever folder, take partitions over that were never checkpointed: nothing else is said."""
    assert live(Installation(dice(f"joining {seed}")), deaths) == reference()


@pytest.mark.parametrize("seed", range(6))
def test_some_partitions_have_a_checkpoint_and_others_none(seed: int) -> None:
    """Those with one go on by the rules in it, and the others begin by the ledger."""
    assert live(Installation(dice(f"mixed {seed}")), DEATHS[-1], keeping=True) == reference()


@pytest.mark.parametrize("knows", [1, 2])
def test_who_was_there_all_the_time_needs_no_newer_ledger(knows: int) -> None:
    """A process that read the ledger before the switches takes over at the end: a partition that it knows nothing of has the switches in its log."""
    assert live(Installation(dice("standing by"), knows=knows), {60: MENDED}) == reference()


def test_without_the_ledger_it_would_be_seen() -> None:
    """A process that went by its folder alone says something else: the tests above can fail."""
    assert live(Installation(dice("no ledger"), knows=0), {60: MENDED}) != reference()


@pytest.mark.parametrize("topic", [OBSERVATIONS, URGENT, MATCHES])
def test_a_record_that_overtook_its_switch_has_the_rules_before(topic: str) -> None:
    """The first record of a partition was written while the switch was on its way there: the old rules hold until it comes."""
    installation = Installation(dice("overtaken"))
    installation.now = EPOCH + 20 * SECOND
    first = installation.write((topic, 1), b"")
    installation.switch(SECOND_SET)
    later = installation.now
    installation.join(MENDED)
    state = installation.fold.restore(topic, 1, {}, first.timestamp)
    assert installation.fold.versions() == {(topic, 1): BEGUN.version}
    assert state.full()
    state = installation.fold.restore(topic, 1, {}, later)
    assert installation.fold.versions() == {(topic, 1): SECOND_SET.version}
