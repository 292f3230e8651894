"""The demo's verdict where rules look at several sources: what was sent on, and what came of it."""

import msgspec
import pytest

from cityloop.demo.tally.compare import Comparison
from cityloop.demo.tally.judge import Proof, compare_all, latencies
from cityloop.demo.tally.refold import records_sent, refold
from config.moment import SECOND
from rules.fold import RuleFold
from rules.life import pack
from streams.alert import Change
from streams.codec import ENVELOPE_HEADERS, encode_envelope
from streams.envelope import Envelope
from streams.fold import Record
from streams.journal import Noted
from streams.observation import Position
from streams.topics import ALERTS, MATCHES
from tests.fakes.rulekit import EPOCH, rules_of, seen
from tests.fakes.ruletraffic import dice
from tests.fakes.twofolds import TwoFolds

RULES = rules_of({"rule": "cluster", "where": "value > 5", "cluster": {"sources": 3, "radius": 50}, "within": "10s"})
HERE = Position(121.0, 31.0)


@pytest.fixture(scope="module")
def folds() -> TwoFolds:
    """Three sensors at one place, each on its partition if chance has it so, and everything folded."""
    made = TwoFolds(RULES, 3, dice("demo"))
    at = (0.0, 0.5, 1.0)
    made.feed(
        [seen(second, 9, source=f"sensor/{second}", position=HERE, received_at=EPOCH + round((second + 0.25) * SECOND)) for second in at]
    )
    made.run()
    return made


def proof(folds: TwoFolds, matches: list[Record]) -> Proof:
    """A run in which everything was applied; alerts were written three seconds after the epoch."""
    log = [record for (topic, _), records in sorted(folds.log.items()) if topic != MATCHES for record in records]
    expected = refold([*log, *matches], RuleFold(RULES, partitions=3))
    alerts = [
        Record(ALERTS, 0, offset, EPOCH + 3 * SECOND, None, msgspec.json.encode(item.event), {})
        for offset, item in enumerate(expected.changes)
    ]
    return Proof(
        sent=frozenset(), noted=Noted(), log=log, applied=dict.fromkeys(folds.log, 10**6), expected=expected.changes, alerts=alerts,
        tickets=(), calls=(), webhook="", matches=matches, sent_on=expected.sent,
    )  # fmt: skip


def matches_of(folds: TwoFolds) -> list[Record]:
    """The records that were sent on."""
    return [record for (topic, _), records in sorted(folds.log.items()) if topic == MATCHES for record in records]


def verdict(found: Proof) -> Comparison:
    """The step about what was sent on."""
    return next(step for step in compare_all(found) if "sent on" in step.what)


def test_what_was_sent_on_is_what_the_log_amounts_to(folds: TwoFolds) -> None:
    """Folded anew, the log gives the very records that lie on the topic, and these give the one alert; repetitions do no harm."""
    matches = matches_of(folds)
    found = proof(folds, [*matches, *(msgspec.structs.replace(record, offset=record.offset + 10**5) for record in matches)])
    assert (verdict(found).lost, verdict(found).doubled) == ((), ())
    assert [item.event.event for item in found.expected] == [Change.FIRING, Change.RESOLVED]
    assert {item.cause.topic for item in found.expected} == {MATCHES}
    assert len(records_sent(matches)) == len(matches) == len(found.sent_on) > 3


def test_a_record_that_is_missing_or_another_one_is_told(folds: TwoFolds) -> None:
    """A lost record is lost; one that says something else is lost and doubled."""
    matches = matches_of(folds)
    missing = proof(folds, [record for record in matches if record.offset])
    gone = records_sent([record for record in matches if not record.offset])
    assert set(verdict(missing).lost) == gone
    assert verdict(missing).doubled == ()
    changed = proof(folds, [msgspec.structs.replace(matches[0], key=b"another"), *matches[1:]])
    assert len(verdict(changed).lost) == len(verdict(changed).doubled) == 1


def test_latency_counts_from_the_last_match(folds: TwoFolds) -> None:
    """The alert waited for the clocks; its latency begins when its last observation was received, and not with the clock's record."""
    assert latencies(proof(folds, matches_of(folds))).observation_to_alert.p50 == 1750.0


def test_a_switch_of_rules_was_not_sent_on(folds: TwoFolds) -> None:
    """It lies in cityloop.matches too, and nothing is missing or added by it."""
    value = encode_envelope(Envelope(sent_at=EPOCH, writer="rules", ruleset=RULES.version, rules=pack(RULES)))
    switch = Record(MATCHES, 0, 999, EPOCH, None, value, ENVELOPE_HEADERS)
    unreadable = Record(MATCHES, 1, 999, EPOCH, None, b"\xc1", ENVELOPE_HEADERS)
    own = records_sent(matches_of(folds))
    assert records_sent([*matches_of(folds), switch]) == own
    assert len(records_sent([*matches_of(folds), unreadable])) == len(own) + 1
