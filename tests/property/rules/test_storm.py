"""A storm over the product's two folds in memory, restarted and killed at will: what is said and what is rejected is the oracle's."""

from collections import Counter

import msgspec
import pytest

from streams.topics import REJECTED
from tests.fakes.oracle.city import Event, expected, read_logs
from tests.fakes.oracle.rulebook import read_rules
from tests.fakes.oracle.wire import Raw
from tests.fakes.ruletraffic import dice
from tests.fakes.storm import KINDS, Storm, oracle_city, rules_text, storm_rules
from tests.fakes.twofolds import TwoFolds

OBSERVATIONS = 2000
RECORDED = 1_790_000_000_000_000
"""The broker's clock, long after all of it."""


@pytest.mark.parametrize(("partitions", "faults"), [(1, ()), (4, ("kill", "zombie", "fail")), (12, ())], ids=["1", "4 under faults", "12"])
def test_a_storm_says_what_the_oracle_says(partitions: int, faults: tuple[str, ...]) -> None:
    """Every form by source and over several sources, late, double, future and unreadable records: missing 0, extra 0, rejected exactly the poison."""
    folds = TwoFolds(storm_rules(), partitions, dice(f"storm {partitions}"))
    storm = Storm(partitions, OBSERVATIONS, partitions)
    for topic, partition, value, headers in storm.records():
        folds.write((topic, partition), value, timestamp=RECORDED, headers=headers)
        if storm.made >= OBSERVATIONS:
            break
    for topic, partition, value, headers in storm.ticks(60_000_000):
        folds.write((topic, partition), value, timestamp=RECORDED, headers=headers)
    written = [record for log in folds.log.values() for record in log]
    if faults:
        folds.storm(40, faults)
    else:
        folds.run()
    logs = read_logs(Raw(r.topic, r.partition, r.offset, r.timestamp, r.value, r.headers) for r in written)
    pulses = [kind.name for kind in KINDS.values() if kind.pulse]
    wanted = expected(read_rules(rules_text(), pulses), logs.entries, oracle_city(partitions))
    found = Counter({Event(event.rule, event.event_id, event.count): 1 for event in folds.events()})
    assert Counter(event.rule for event in wanted.keys() - found.keys()) == {}
    assert Counter(event.rule for event in found.keys() - wanted.keys()) == {}
    assert len({event.rule for event in found}) >= 20
    letters = [msgspec.msgpack.decode(output.value) for _, output in folds.outputs if output.topic == REJECTED]
    assert {(letter["origin"], letter.get("observation")) for letter in letters} == logs.rejected != set()
