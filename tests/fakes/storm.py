"""Traffic of a storm: thousands of sources of every kind, with all that goes wrong on the way, as records ready to be written.

Event time is made up and runs as fast as it is written: what counts is what the log says. The traffic has repetitions,
observations out of order (within ten seconds, and some up to twenty-five), drills, clocks that are ahead, single JSON
observations of third parties, and poison: bytes that nobody can read, observations that are none, envelopes that are too
long and observations from the future.
"""

import json
import random
from collections import deque
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
from ruamel.yaml import YAML

from config.kinds import Kind, Text, ValueType
from config.moment import SECOND, Micros, parse
from rules.life import Policy, pack
from rules.model import Given, RuleSet
from rules.parser import parse_rules
from streams.codec import ENVELOPE_HEADERS, MAX_OBSERVATIONS, encode_envelope
from streams.envelope import Envelope
from streams.observation import Observation, Position
from streams.partition import partition_of
from streams.topics import JSON_TYPE, MATCHES, OBSERVATIONS, URGENT
from tests.fakes.oracle.city import City, Switch
from tests.fakes.oracle.rulebook import Rule, read_rules

Made = tuple[str, int, bytes, Mapping[str, bytes]]
"""Topic, partition, value and headers of a record to write."""
RULES = Path(__file__).parents[1] / "data/storm/rules.yaml"
CROSSING = RULES.with_name("crossing.yaml")
SWITCH = RULES.with_name("switch.yaml")
BEGIN: Micros = parse("2026-03-29T00:58:00Z")
"""Two minutes before the clocks change in Berlin."""
EACH_SECONDS = 2.5
"""How often a source says something."""
OF_ONE_SOURCE = 100
JSON_HEADERS = {"content-type": JSON_TYPE.encode()}


def _kind(name: str, value: ValueType, *, life_safety: bool = False, pulse: bool = False) -> Kind:
    return Kind(name=name, value=value, label=Text(name, name), life_safety=life_safety, pulse=pulse)


KINDS = {
    kind.name: kind
    for kind in (
        _kind("dust", ValueType.NUMBER),
        _kind("noise", ValueType.NUMBER),
        _kind("door", ValueType.BOOL),
        _kind("motion", ValueType.BOOL, pulse=True),
        _kind("smoke", ValueType.BOOL, life_safety=True),
    )
}
_PULSES = tuple(kind.name for kind in KINDS.values() if kind.pulse)
_OFTEN = ("dust", "dust", "dust", "noise", "noise", "door", "door", "motion", "motion")
_LOADS: tuple[Mapping[str, Any], ...] = (*({"load": load} for load in range(10)), {}, {"load": "heavy"})


class Storm:
    """Endless traffic of a seed.

    Args:
        seed: equal seeds give equal records.
        observations: how many are planned; there is a source for each hundred.
        partitions: of each topic.

    Attributes:
        made: observations so far.
        now: the present of the traffic.
    """

    def __init__(self, seed: int, observations: int, partitions: int) -> None:
        self._chance = random.Random(seed)  # noqa: S311  # Seeded traffic is wanted.
        self._sources = [f"sensor/{number}" for number in range(max(60, observations // OF_ONE_SOURCE))]
        self._pace = EACH_SECONDS * SECOND / len(self._sources)
        self._partitions = partitions
        self._recent: deque[Observation] = deque(maxlen=50)
        self._waiting: dict[tuple[str, int], list[Observation]] = {}
        self.made, self.now = 0, BEGIN

    def records(self) -> Iterator[Made]:
        """Envelopes and ticks in the order of writing."""
        second = self.now // SECOND
        yield from self.ticks()
        while True:
            self.made += 1
            self.now = BEGIN + int(self.made * self._pace)
            if self.now // SECOND > second:
                second = self.now // SECOND
                yield from self.ticks()
            observation = self._observation()
            address = self._address(observation.source, observation.kind)
            held = self._waiting.setdefault(address, [])
            held.append(observation)
            if len(held) >= (3 if address[0] == URGENT else self._chance.randint(20, 400)):
                yield from self._close(address)
            if self._chance.random() < 0.002:
                yield self._oddity()

    def ticks(self, ahead: Micros = 0) -> Iterator[Made]:
        """Everything that waits, then a tick for each partition."""
        for address in tuple(self._waiting):
            yield from self._close(address)
        now = self.now + ahead
        value = encode_envelope(Envelope(sent_at=now, writer="gateway-1", tick=now))
        for topic in (OBSERVATIONS, URGENT):
            for partition in range(self._partitions):
                yield topic, partition, value, ENVELOPE_HEADERS

    def _address(self, source: str, kind: str) -> tuple[str, int]:
        return URGENT if KINDS[kind].life_safety else OBSERVATIONS, partition_of(source, self._partitions)

    def _close(self, address: tuple[str, int]) -> Iterator[Made]:
        observations = tuple(self._waiting.pop(address, ()))
        if observations:
            value = encode_envelope(Envelope(sent_at=self.now, writer="gateway-1", observations=observations))
            yield *address, value, ENVELOPE_HEADERS

    def _observation(self) -> Observation:
        chance = self._chance
        if self._recent and chance.random() < 0.02:
            return chance.choice(self._recent)
        number = chance.randrange(len(self._sources))
        kind = "smoke" if chance.random() < 0.03 else chance.choice(_OFTEN)
        value: Any = chance.random() < 0.3
        if KINDS[kind].value is ValueType.NUMBER:
            value = chance.randint(0, 20) / 2 if chance.random() < 0.25 else chance.randint(0, 10) / 2
        made = Observation(
            id=f"o{self.made:07}",
            source=self._sources[number],
            kind=kind,
            at=self._at(),
            value=value,
            zone=f"z{number // 40}" if number % 17 else None,
            position=None if number % 23 == 0 else Position(121.0 + number % 40 / 1000, 31.0 + number // 40 / 500),
            confidence=0.9,
            evidence=(f"evidence:{self.made}",) if chance.random() < 0.01 else (),
            attributes={"test": True} if chance.random() < 0.005 else dict(chance.choice(_LOADS)),
            received_at=self.now if chance.random() < 0.9 else None,
        )
        self._recent.append(made)
        return made

    def _at(self) -> Micros:
        """Mostly just now, often at a full second, some seconds ago, sometimes long ago or from the future."""
        chance = self._chance
        dice = chance.random()
        if dice < 0.80:
            at = self.now - chance.randrange(500_000)
        elif dice < 0.95:
            at = self.now - chance.randrange(9 * SECOND)
        elif dice < 0.978:
            at = self.now - chance.randrange(25 * SECOND)
        elif dice < 0.998:
            at = self.now + chance.randrange(2 * SECOND)
        else:
            return self.now + chance.randrange(400, 4000) * SECOND
        return at // SECOND * SECOND if chance.random() < 0.4 else at

    def _oddity(self) -> Made:
        """A record that did not come from a gateway, or that nobody can read."""
        chance = self._chance
        partition, dice = chance.randrange(self._partitions), chance.random()
        topic = chance.choice([OBSERVATIONS, OBSERVATIONS, URGENT])
        if dice < 0.2:
            return topic, partition, b"\xc1" + chance.randbytes(9), ENVELOPE_HEADERS
        if dice < 0.3:
            return topic, partition, b"anything", {"content-type": b"text/plain"}
        seen = self._observation()
        if dice < 0.4:
            broken = [self.now, "gateway-1", [[seen.id, seen.source, seen.kind, "noon", seen.value]]]
            return topic, partition, _pack(broken), ENVELOPE_HEADERS
        if dice < 0.43:
            many = (seen,) * (MAX_OBSERVATIONS + 1)
            return topic, partition, encode_envelope(Envelope(sent_at=self.now, writer="elsewhere", observations=many)), ENVELOPE_HEADERS
        # Without a gateway the record's own time stands for the receipt, and that is far ahead of this traffic: nothing is too
        # early. Another instant is another observation and has an id of its own; under one id the engine would remember both a while only.
        public: dict[str, Any] = {
            "id": f"{seen.id}-again",
            "source": seen.source,
            "kind": seen.kind,
            "at": _public(min(seen.at, self.now)),
            "value": seen.value,
        }
        public |= {"zone": seen.zone} if seen.zone else {}
        if dice < 0.6:
            public["at"] = public["at"].removesuffix("Z")
        return *self._address(seen.source, seen.kind), json.dumps(public).encode(), JSON_HEADERS


def _pack(value: Any) -> bytes:
    return msgspec.msgpack.encode(value)


def _public(at: Micros) -> str:
    return datetime.fromtimestamp(at // SECOND, UTC).strftime("%Y-%m-%dT%H:%M:%S") + f".{at % SECOND:06}Z"


TABLES = {"permits.csv": RULES.with_name("permits.csv").read_text(encoding="utf-8")}
"""The reference data of the rules."""


def rules_text() -> str:
    """The rules of a storm: one file."""
    return RULES.read_text(encoding="utf-8") + CROSSING.read_text(encoding="utf-8").partition("groups:\n")[2]


def switched_text() -> str:
    """The rules from the switch on."""
    plan, whole = _plan(), YAML(typ="safe", pure=True).load(rules_text())
    changed = {**plan["told"], **plan["reset"]}
    for group in whole["groups"]:
        group["rules"] = [rule | changed.get(rule["rule"], {}) for rule in group["rules"] if rule["rule"] not in plan["removed"]]
    whole["groups"].append({"name": "new", "rules": plan["added"]})
    return json.dumps(whole)


def storm_rules(text: str | None = None) -> RuleSet:
    """The rules as the engine reads them."""
    return parse_rules(rules_text() if text is None else text, KINDS, given=Given(tables=TABLES))


def switch_records(partitions: int, at: Micros) -> list[Made]:
    """The switch to the other rules in every partition, first where sources meet."""
    rules = storm_rules(switched_text())
    packed = pack(rules, dict.fromkeys(_plan()["reset"], Policy.RESET))
    value = encode_envelope(Envelope(sent_at=at, writer="rules apply", ruleset=rules.version, rules=packed))
    return [(topic, number, value, ENVELOPE_HEADERS) for topic in (MATCHES, OBSERVATIONS, URGENT) for number in range(partitions)]


def oracle_rules() -> list[Rule]:
    """The rules as the oracle reads them."""
    return read_rules(rules_text(), _PULSES)


def oracle_switch() -> Switch:
    """The switch as the oracle understands it."""
    plan = _plan()
    begun = {*plan["reset"], *(rule["rule"] for rule in plan["added"])}
    return Switch(
        gone=frozenset([*plan["removed"], *plan["reset"]]),
        told=frozenset(plan["told"]),
        begun=[rule for rule in read_rules(switched_text(), _PULSES) if rule.name in begun],
    )


def oracle_city(partitions: int) -> City:
    """What the oracle must know beside the rules."""
    urgent = [kind.name for kind in KINDS.values() if kind.life_safety]
    return City(urgent, (OBSERVATIONS, URGENT), lambda name: partition_of(name, partitions), TABLES)


def _plan() -> dict[str, Any]:
    plan: dict[str, Any] = YAML(typ="safe", pure=True).load(SWITCH.read_text(encoding="utf-8"))
    return plan
