"""Rule sets as bytes, and what a switch would do before it is made."""

import msgspec
import pytest
import zstandard

from config.kinds import Kind
from config.problem import ProblemsError
from rules.engine import Limits, Tally
from rules.inforce import RuleSets
from rules.life import Fate, Policy, pack, unpack
from rules.life.governed import in_shadow
from rules.life.package import MAX_BYTES, check_size
from rules.life.plan import plan, read_policies
from rules.model import Given, RuleSet, Source
from rules.parser import parse_rules, parse_sources
from rules.version import set_version
from tests.fakes.rulekit import KINDS, rules_of

OVER = {"rule": "r", "where": "value > 5"}


def told(call: object, *arguments: object) -> list[str]:
    """The problems of a call that must be refused."""
    assert callable(call)
    with pytest.raises(ProblemsError) as caught:
        call(*arguments)
    return [str(problem) for problem in caught.value.problems]


def test_a_rule_set_comes_back_as_it_was() -> None:
    """Rules, kinds, version, shadow, files and policies; and the bytes are the same every time."""
    rules = rules_of(OVER, OVER | {"shadow": True, "for": "5s"})
    packed = pack(rules, {"r": Policy.RESET})
    again, policies = unpack(packed)
    assert (again, policies) == (rules, {"r": Policy.RESET})
    assert pack(again, policies) == packed
    assert (len(again.rules), len(again.shadow)) == (1, 1)


def test_tables_and_sources_travel_along() -> None:
    """A schedule is read again from the table in the package, without a file."""
    text = "groups: [{name: g, rules: [{rule: due, schedule: {table: dates.csv, at: day, key: [name], zone: UTC, catch_up: 1d}}]}]"
    given = Given(tables={"rules/dates.csv": "name,day\na,2026-03-02\n"})
    rules = parse_rules(text, KINDS, "rules/r.yaml", given=given)
    assert unpack(pack(rules))[0] == rules
    assert [member.key for member in unpack(pack(rules))[0].registers["due"]] == ["a"]


def test_damage_is_told() -> None:
    """Bytes that were changed, cut, or never were a package are refused in words; nothing is guessed."""
    packed = pack(rules_of(OVER))
    for damaged in (packed[:-5], packed[:20] + b"\0" + packed[21:], b"", b"text", zstandard.compress(b"\xc1")):
        (problem,) = told(unpack, damaged)
        assert problem.startswith("<rules in the log>: the rule set is damaged: ")
        assert problem.endswith("Switch to the rules again: cityloop rules apply.")


def test_another_schema_is_told() -> None:
    """A package of a later version of the product says which one reads it."""
    raw = msgspec.msgpack.decode(zstandard.decompress(pack(rules_of(OVER)), max_output_size=1_000_000))
    (problem,) = told(unpack, zstandard.compress(msgspec.msgpack.encode([2, *raw[1:]])))
    assert problem == (
        "<rules in the log>: the rule set is packed by schema 2, and this version of cityloop reads schema 1. "
        "Run the version that wrote it, or switch to the rules again with this one."
    )


def test_rules_that_this_version_refuses_are_told_with_their_place() -> None:
    """Texts that another version of the product took may be wrong here; the message names file, line and column."""
    rules = msgspec.structs.replace(
        rules_of(OVER), sources=(Source("street.yaml", "groups: [{name: g, rules: [{rule: r, kind: levle}]}]"),)
    )
    assert told(unpack, pack(rules)) == ["street.yaml:1:44: kind: 'levle' is not in the kinds table. Did you mean 'level'?"]


def test_a_package_that_no_record_can_carry_is_refused_by_its_writer() -> None:
    """A checkpoint may hold it, in pieces; a switch record may not."""
    check_size(b"x" * MAX_BYTES)
    (problem,) = told(check_size, b"x" * (MAX_BYTES + 1))
    assert problem == (
        "<rules>: the rules, their tables and the names of devices have 900001 bytes when they are compressed, and a record can carry "
        "900000. Leave out rows of tables whose dates are long past; name many devices by a pattern: a feed of theirs in feeds.yaml."
    )


def test_a_candidate_file_runs_in_shadow_beside_the_live_rule() -> None:
    """All rules of the file are in shadow, with the version that they would have live; the version of the set is another one."""
    live = Source("live.yaml", "groups: [{name: g, rules: [{rule: r, kind: level}]}]")
    candidate = Source("new.yaml", "groups: [{name: g, rules: [{rule: r, kind: level, for: 5s}]}]", shadow=True)
    both = parse_sources([live, candidate], KINDS, Given())
    promoted = parse_sources([msgspec.structs.replace(candidate, shadow=False)], KINDS, Given())
    assert ([rule.name for rule in both.rules], [rule.name for rule in both.shadow]) == (["r"], ["r"])
    assert both.shadow[0].version == promoted.rules[0].version
    assert len({both.version, promoted.version, parse_sources([live], KINDS, Given()).version}) == 3


def test_what_kinds_mean_is_part_of_the_version() -> None:
    """Another unit or a pulse is another rule set; another label is not."""
    changed = {**KINDS, "door": msgspec.structs.replace(KINDS["door"], pulse=True)}
    renamed = {**KINDS, "door": msgspec.structs.replace(KINDS["door"], label=KINDS["level"].label)}

    def version(kinds: dict[str, Kind]) -> str:
        return parse_rules("groups: [{name: g, rules: [{rule: r, kind: level}]}]", kinds).version

    assert version(KINDS) == version(renamed) != version(changed)


def test_registers_of_rules_in_shadow_are_their_own() -> None:
    """A candidate may expect other sources, or have another table, than the live rule of its name; both are in the version."""
    gone = {"rule": "gone", "kind": "door", "absent": "60s"}
    rules = rules_of(gone | {"expected": ["sensor/1"]}, gone | {"expected": ["sensor/2"], "shadow": True})
    assert [member.key for member in rules.registers["gone"]] == ["sensor/1"]
    assert [member.key for member in rules.shadow_registers["gone"]] == ["sensor/2"]
    assert in_shadow(rules).registers == rules.shadow_registers
    assert unpack(pack(rules))[0] == rules
    other = rules_of(gone | {"expected": ["sensor/1"]}, gone | {"expected": ["sensor/3"], "shadow": True})
    assert set_version(rules.rules, KINDS, rules.registers, rules.shadow_registers) != set_version(
        rules.rules, KINDS, rules.registers, other.shadow_registers
    )


def test_a_process_reads_each_set_once_and_remembers_a_few() -> None:
    """The same bytes give the same object; after many others they are read anew."""
    sets = RuleSets(rules_of(OVER), 1, Limits(), Tally())
    packed = [pack(rules_of(OVER | {"for": f"{number}s"})) for number in range(6)]
    first = sets.read(packed[0])
    assert sets.read(packed[0]) is first
    for one in packed[1:]:
        sets.read(one)
    assert sets.read(packed[0]) is not first
    assert sets.read(sets.first.packed).ruleset == sets.first.ruleset


def fates(was: RuleSet | None, now: RuleSet, **policies: str) -> list[tuple[str, Fate]]:
    found = plan(was, now, {name: Policy(policy) for name, policy in policies.items()})
    return [(change.rule, change.fate) for change in (*found.live, *found.shadow)]


def test_a_plan_tells_the_fate_of_every_rule() -> None:
    """Live rules and those in shadow apart; where nobody knows what holds, everything is new."""
    was = rules_of(OVER, {"rule": "gone"}, OVER | {"shadow": True})
    now = rules_of(OVER | {"for": "5s"}, OVER | {"shadow": True})
    assert fates(was, now) == [("r", Fate.KEPT), ("gone", Fate.REMOVED), ("r", Fate.UNCHANGED)]
    assert fates(was, now, r="reset") == [("r", Fate.RESET), ("gone", Fate.REMOVED), ("r", Fate.UNCHANGED)]
    assert fates(None, now, r="reset") == [("r", Fate.ADDED), ("r", Fate.ADDED)]
    assert not plan(was, was, {}).changed
    assert plan(was, now, {}).changed


def test_policies_that_make_no_sense_are_refused() -> None:
    """For a rule that is not there, new, or unchanged, and keeping what cannot be kept: all of them at once."""
    was = rules_of(OVER, {"rule": "same"}, {"rule": "form"})
    now = rules_of(OVER | {"for": "5s"}, {"rule": "same"}, {"rule": "form", "count": 2, "within": "5s"}, {"rule": "new"})
    policies = dict.fromkeys(["rr", "same", "form", "new"], Policy.KEEP)
    assert told(plan, was, now, policies) == [
        "--state: there is no rule 'rr'. Did you mean 'r'?",
        "--state: the rule 'same' did not change, so its state stays. Leave its policy out.",
        "--state: the state of 'form' cannot be kept: its state means something else: level by source before, count by source now. Write form=reset, or leave it out.",
        "--state: the rule 'new' is new and has no state. Leave its policy out.",
    ]


def test_policies_on_a_command_line() -> None:
    """RULE=keep or RULE=reset; anything else is told, every fault at once."""
    assert read_policies(["a=keep", "b.c=reset"]) == {"a": Policy.KEEP, "b.c": Policy.RESET}
    assert told(read_policies, ["a", "=keep", "a=drop", "b=keep", "b=reset"]) == [
        "--state: 'a' is no policy. Write RULE=keep or RULE=reset.",
        "--state: '=keep' is no policy. Write RULE=keep or RULE=reset.",
        "--state: 'a=drop' is no policy. Write RULE=keep or RULE=reset.",
        "--state: the rule 'b' has two policies. Keep one.",
    ]
