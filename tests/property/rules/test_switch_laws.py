"""Laws of a switch in the log: equal sets change nothing anywhere, and a restart anywhere around it changes nothing."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.moment import SECOND
from rules.fold import RuleFold
from rules.life import Policy, pack
from rules.model import RuleSet
from streams.alert import AlertEvent, Change
from streams.codec import ENVELOPE_HEADERS, encode_envelope
from streams.envelope import Envelope
from streams.fold import Held, Output, Record
from streams.topics import ALERTS, OBSERVATIONS, REJECTED, SHADOW
from tests.fakes.rulekit import EPOCH, rules_of
from tests.fakes.ruletraffic import Case, dice, observation_of, traffic

FORMS = ("level", "pulse", "count", "absent", "sequence", "unanswered", "rate")
seeds = st.integers(0, 10_000)


def drawn(seed: object, **more: Any) -> list[dict[str, Any]]:
    """A random rule of each form, by source, some of them with a lateness."""
    chance = dice(seed)
    found = []
    for form in FORMS:
        written = Case(chance, form, lateness=chance.choice([0, 0, 5])).written
        written["by"] = ["source"]
        written.pop("distinct", None)
        found.append({**written, **more})
    return found


def log_of(seed: int, length: int = 60) -> list[Record]:
    """Envelopes of a few observations with ticks in between, as a gateway writes them."""
    chance, found = dice(seed), list[Envelope]()
    history = [observation_of(seen) for seen in traffic(chance, length, 60)]
    while history:
        part, history = history[: chance.randint(1, 4)], history[4:]
        found.append(Envelope(sent_at=part[-1].at, writer="g", observations=tuple(part)))
        found.append(Envelope(sent_at=part[-1].at, writer="g", tick=part[-1].at))
    found.append(Envelope(sent_at=EPOCH + 90 * SECOND, writer="g", tick=EPOCH + 90 * SECOND))
    return [record_of(envelope) for envelope in found]


def record_of(envelope: Envelope) -> Record:
    return Record(OBSERVATIONS, 0, 0, envelope.sent_at, None, encode_envelope(envelope), ENVELOPE_HEADERS)


def switch_to(ruleset: RuleSet, policies: dict[str, Policy] | None = None) -> Record:
    return record_of(Envelope(sent_at=EPOCH, writer="rules", ruleset=ruleset.version, rules=pack(ruleset, policies)))


def fold(held: Held, records: Sequence[Record]) -> list[Output]:
    return [output for record in records for output in held.step(record)]


def said_by(sections: Mapping[str, bytes]) -> dict[str, bytes]:
    """The sections that say something: an empty room of waiting observations may be written or left out."""
    return {name: raw for name, raw in sections.items() if raw != msgspec.msgpack.encode([])}


def events(outputs: Sequence[Output]) -> list[AlertEvent]:
    return [msgspec.json.decode(output.value, type=AlertEvent) for output in outputs if output.topic == ALERTS]


@settings(max_examples=12, deadline=None)
@given(seeds, st.integers(0, 100))
def test_the_same_set_changes_nothing_anywhere(seed: int, place: int) -> None:
    """A switch to the set that holds, wherever it stands, and however its files are ordered, leaves alerts and state alone."""
    rules, log = drawn(seed), log_of(seed)
    first, same = rules_of(*rules), rules_of(*reversed(rules))
    plain, switched = (RuleFold(first).restore(OBSERVATIONS, 0, {}) for _ in range(2))
    cut = place % len(log)
    said = fold(switched, [*log[:cut], switch_to(first), switch_to(same), *log[cut:]])
    assert (said, switched.full()) == (fold(plain, log), plain.full())


@settings(max_examples=5, deadline=None)
@given(seeds, st.integers(2, 9), st.sampled_from(["keep", "reset"]))
def test_a_restart_anywhere_around_a_switch_changes_nothing(seed: int, every: int, policy: str) -> None:
    """Restored from deltas at every k-th record, by a process that knows other rules, the fold says the same."""
    before, after = rules_of(*drawn(seed)), rules_of(*drawn(seed + 1), *drawn(seed, rule="shadowed", shadow=True)[:1])
    log = log_of(seed)
    cut = len(log) // 2
    records = [*log[:cut], switch_to(after, {form: Policy(policy) for form in FORMS}), *log[cut:]]
    whole = RuleFold(before).restore(OBSERVATIONS, 0, {})
    expected = fold(whole, records)
    sections: dict[str, bytes] = {}
    said: list[Output] = []
    rules = before
    for start in range(0, len(records), every):
        held = RuleFold(rules).restore(OBSERVATIONS, 0, sections)
        kept: dict[str, bytes] = dict(held.full())
        for record in records[start : start + every]:
            said.extend(held.step(record))
            for name, raw in held.delta().items():
                if raw is None:
                    kept.pop(name, None)
                else:
                    kept[name] = raw
        assert said_by(kept) == said_by(held.full()), "a full checkpoint is what its predecessor and the deltas give"
        sections, rules = kept, rules_of({"rule": "foreign"})
    assert (said, said_by(sections)) == (expected, said_by(whole.full()))


@settings(max_examples=12, deadline=None)
@given(seeds, st.integers(0, 100), st.sampled_from(["keep", "reset"]))
def test_no_alert_hangs_after_a_switch(seed: int, place: int, policy: str) -> None:
    """Whatever fires under the old rules either goes on under the new ones or resolves; nothing fires or resolves twice."""
    before, after = rules_of(*drawn(seed)), rules_of(*drawn(seed + 1)[:4])
    log = log_of(seed)
    cut = place % len(log)
    nothing = rules_of({"rule": "nothing", "kind": "note"})
    policies = {form: Policy(policy) for form in FORMS}
    held = RuleFold(before).restore(OBSERVATIONS, 0, {})
    said = events(fold(held, [*log[:cut], switch_to(after, policies), *log[cut:], switch_to(nothing)]))
    fired = [event.id for event in said if event.event is Change.FIRING]
    assert sorted(fired) == sorted(event.id for event in said if event.event is Change.RESOLVED)
    assert len(set(fired)) == len(fired)
    assert len({event.event_id for event in said}) == len(said)
    for identity in fired:
        own = [event for event in said if event.id == identity]
        assert [event.event for event in own][:: len(own) - 1] == [Change.FIRING, Change.RESOLVED]
        assert [event.at for event in own] == sorted(event.at for event in own)


@settings(max_examples=12, deadline=None)
@given(seeds, st.integers(0, 100))
def test_a_set_that_cannot_be_read_changes_nothing(seed: int, place: int) -> None:
    """Damaged bytes go to the rejected topic, and everything else is as it would be without them."""
    first, log = rules_of(*drawn(seed)), log_of(seed)
    packed = bytearray(pack(rules_of({"rule": "new"})))
    packed[place % len(packed)] ^= 0xFF
    bad = record_of(Envelope(sent_at=EPOCH, writer="rules", ruleset="bad", rules=bytes(packed)))
    plain, disturbed = (RuleFold(first).restore(OBSERVATIONS, 0, {}) for _ in range(2))
    cut = place % len(log)
    said = fold(disturbed, [*log[:cut], bad, *log[cut:]])
    assert [output for output in said if output.topic != REJECTED] == fold(plain, log)
    assert len([output for output in said if output.topic == REJECTED]) == 1
    assert disturbed.full() == plain.full()


@settings(max_examples=12, deadline=None)
@given(seeds)
def test_a_kept_rule_loses_no_window(seed: int) -> None:
    """A change that concerns no timer (labels) says the same alerts as no change, but for the labels and the version."""
    rules, log = drawn(seed), log_of(seed)
    before, after = rules_of(*rules), rules_of(*({**rule, "labels": {"team": "a"}} for rule in rules))
    plain, switched = (RuleFold(before).restore(OBSERVATIONS, 0, {}) for _ in range(2))
    cut = len(log) // 2
    said = events(fold(switched, [*log[:cut], switch_to(after), *log[cut:]]))
    moved = [event for event in said if event.event is not Change.UPDATED]
    same = [event for event in events(fold(plain, log)) if event.event is not Change.UPDATED]
    assert [(event.event_id, event.at, event.count, event.ends_at) for event in moved] == [
        (event.event_id, event.at, event.count, event.ends_at) for event in same
    ]


@pytest.mark.parametrize("seed", range(3))
def test_a_rule_in_shadow_says_there_what_it_would_say_live(seed: int) -> None:
    """Its alerts lie on the shadow topic with the ids that they would have, and nothing of it on the topic of alerts."""
    rules, log = drawn(seed), log_of(seed)
    live = events(fold(RuleFold(rules_of(*rules)).restore(OBSERVATIONS, 0, {}), log))
    apart = fold(RuleFold(rules_of(*({**rule, "shadow": True} for rule in rules))).restore(OBSERVATIONS, 0, {}), log)
    assert {output.topic for output in apart} == {SHADOW}
    assert [msgspec.json.decode(output.value, type=AlertEvent) for output in apart] == live
