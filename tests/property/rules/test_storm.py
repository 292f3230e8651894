"""A storm over the product's two folds in memory, restarted and killed at will: what is said and what is rejected is the oracle's."""

from collections import Counter

import msgspec
import pytest

from streams.alert import AlertEvent
from streams.topics import MATCHES, REJECTED
from tests.fakes.oracle.city import Event, by_switch, expected, read_logs
from tests.fakes.oracle.episodes import named
from tests.fakes.oracle.wire import Raw
from tests.fakes.ruletraffic import dice
from tests.fakes.storm import Storm, oracle_city, oracle_rules, oracle_switch, storm_rules, switch_records
from tests.fakes.twofolds import TwoFolds

OBSERVATIONS = 2000
RECORDED = 1_790_000_000_000_000
"""The broker's clock, long after all of it."""


@pytest.mark.parametrize(("partitions", "faults"), [(1, ()), (4, ("kill", "zombie", "fail")), (12, ())], ids=["1", "4 under faults", "12"])
def test_a_storm_says_what_the_oracle_says(partitions: int, faults: tuple[str, ...]) -> None:
    """Every form by source and over several sources, a switch of rules, late, double, future and unreadable records: missing 0, extra 0, rejected exactly the poison."""
    folds = TwoFolds(storm_rules(), partitions, dice(f"storm {partitions}"))
    storm, switched = Storm(partitions, OBSERVATIONS, partitions), False
    for topic, partition, value, headers in storm.records():
        folds.write((topic, partition), value, timestamp=RECORDED, headers=headers)
        if storm.made >= OBSERVATIONS // 2 and not switched:
            switched = True
            for place, number, switch, kinds in switch_records(partitions, storm.now):
                folds.write((place, number), switch, timestamp=RECORDED, headers=kinds)
        if storm.made >= OBSERVATIONS:
            break
    for topic, partition, value, headers in storm.ticks(60_000_000):
        folds.write((topic, partition), value, timestamp=RECORDED, headers=headers)
    written = [record for (topic, _), log in folds.log.items() for record in log if topic != MATCHES]
    if faults:
        folds.storm(40, faults)
    else:
        folds.run()
    logs = read_logs(Raw(r.topic, r.partition, r.offset, r.timestamp, r.value, r.headers) for r in written)
    wanted = expected(oracle_rules(), logs, oracle_city(partitions), oracle_switch())
    found = Counter({change_of(event): 1 for event in folds.events()})
    assert Counter(event.rule for event in wanted.keys() - found.keys()) == {}
    assert Counter(event.rule for event in found.keys() - wanted.keys()) == {}
    assert len({event.rule for event in found}) >= 20
    assert {event.id.split()[1] for event in found if " by the switch at " in event.id} == {"resolved", "updated"}
    assert {event.rule for event in found} >= {"new-level", "new-absent", "new-smoke"}
    letters = [msgspec.msgpack.decode(output.value) for _, output in folds.outputs if output.topic == REJECTED]
    assert {(letter["origin"], letter.get("observation")) for letter in letters} == logs.rejected != set()


def change_of(event: AlertEvent) -> Event:
    """A change as the oracle names it."""
    switched = event.event_id == named([event.id, f"{event.event.value} by {event.rule_version}", event.at])
    return Event(event.rule, by_switch(event.id, event.event.value, event.at) if switched else event.event_id, event.count)
