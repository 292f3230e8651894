"""Rule files: what they mean, and every mistake with its place and its cure."""

from pathlib import Path

import pytest

from config.kindfile import shipped_kinds
from config.kinds import Text
from config.moment import SECOND
from config.problem import ProblemsError
from config.weekly import Active
from rules.model import Absent, Cluster, Count, Level, Rate, Rule, Sequence, Side, Unanswered
from rules.parser import UnknownKinds, load_rules, parse_rules
from streams.alert import Severity, TicketPolicy

BAD = Path("tests/data/bad/rules")
MINUTE = 60 * SECOND


def parse(text: str) -> tuple[Rule, ...]:
    """Rules of one group, written as the list below ``rules:``."""
    indented = "\n".join(f"      {line}" for line in text.strip().split("\n"))
    return parse_rules(f"groups:\n  - name: g\n    rules:\n{indented}\n", shipped_kinds()).rules


def faults(text: str) -> list[str]:
    """What is wrong with rules, one problem a line."""
    with pytest.raises(ProblemsError) as caught:
        parse(text)
    return [str(problem) for problem in caught.value.problems]


@pytest.mark.parametrize("path", sorted(BAD.glob("*.yaml")), ids=lambda path: path.stem)
def test_every_mistake_is_told_with_its_place_and_its_cure(path: Path) -> None:
    """Each bad file gives exactly the messages in the text file beside it: all of them, in order of place."""
    with pytest.raises(ProblemsError) as caught:
        load_rules([path], shipped_kinds())
    assert str(caught.value).replace(f"{BAD}/", "") + "\n" == path.with_suffix(".txt").read_text(encoding="utf-8")


def test_a_whole_rule() -> None:
    """Every common field is read as it is meant, and a category keeps its leading zero."""
    (rule,) = parse("""
- rule: bin-overflow
  kind: bin_fullness
  where: value >= 0.9 && confidence >= 0.6
  by: [source, zone]
  for: 10m
  keep_firing_for: 1h30m
  lateness: 250ms
  repeat: 1d
  severity: major
  category: 06042
  ticket: auto
  summary: { en: "Bin overflowing at {place}", zh: "{place} 垃圾箱满溢" }
  labels: { team: cleaning }
""")
    assert (rule.name, rule.group, rule.kinds, rule.by) == ("bin-overflow", "g", ("bin_fullness",), ("source", "zone"))
    assert (rule.for_, rule.keep_firing_for, rule.lateness, rule.repeat) == (10 * MINUTE, 90 * MINUTE, SECOND // 4, 1440 * MINUTE)
    assert (rule.severity, rule.category, rule.ticket) == (Severity.MAJOR, "06042", TicketPolicy.AUTO)
    assert (rule.summary, rule.labels) == (Text("Bin overflowing at {place}", "{place} 垃圾箱满溢"), {"team": "cleaning"})
    assert rule.where is not None
    assert (rule.where.text, rule.where.place.line, rule.where.place.column) == ("value >= 0.9 && confidence >= 0.6", 6, 16)
    assert (rule.place.line, rule.life_safety) == (4, False)


def test_what_is_left_out_has_its_default() -> None:
    """A rule needs a name and a kind; the rest is by source, at once, minor, without ticket, told by its name."""
    (rule,) = parse("- {rule: r, kind: door}")
    assert (rule.condition, rule.where, rule.by, rule.for_, rule.keep_firing_for) == (Level(), None, ("source",), 0, 0)
    assert (rule.severity, rule.category, rule.ticket) == (Severity.MINOR, None, TicketPolicy.NONE)
    assert rule.summary == Text("r", "r")


@pytest.mark.parametrize(
    ("fields", "condition"),
    [
        ("kind: door, stale_after: 5m", Level(stale_after=5 * MINUTE)),
        ("kind: door, count: 3, within: 10m", Count(at_least=3, within=10 * MINUTE)),
        ("kind: door, by: zone, count: 3, within: 10m, distinct: source", Count(at_least=3, within=10 * MINUTE, distinct="source")),
        ("kind: door, absent: 2h", Absent(after=120 * MINUTE)),
        (
            "kind: door, absent: 2h, active: {hours: [['13:00', '21:00'], [06:00, 11:30]], days: [tue, mon]}",
            Absent(after=120 * MINUTE, active=Active(zone="Asia/Shanghai", hours=((360, 690), (780, 1260)), days=(0, 1))),
        ),
        (
            "kind: door, absent: 2h, active: {zone: UTC, hours: [['22:00', '06:00']]}",
            Absent(after=120 * MINUTE, active=Active(zone="UTC", hours=((0, 360), (1320, 1440)))),
        ),
        ("kind: pm10, cluster: {sources: 3, radius: 1.5km}, within: 5m", Cluster(sources=3, radius=1500.0, within=5 * MINUTE)),
        ("kind: pm10, rate: {below: -2, per: 1m}, within: 5m", Rate(side=Side.BELOW, bound=-2.0, per=MINUTE, within=5 * MINUTE)),
    ],
)  # fmt: skip
def test_forms(fields: str, condition: object) -> None:
    """Each form is read with its fields; hours past midnight are cut there; a cluster is one group for all sources."""
    (rule,) = parse(f"- {{rule: r, {fields}}}")
    assert rule.condition == condition
    assert isinstance(condition, Cluster) == (rule.by == ())


def test_sequences() -> None:
    """A sequence of two steps, or of one and a ``not``; the rule looks at the kinds of both."""
    then, without = parse("""
- {rule: a, sequence: [{kind: door, where: value == true}, {kind: [motion, door]}], within: 1m}
- {rule: b, sequence: [{kind: door}, {not: {kind: motion}}], within: 1m}
""")
    assert isinstance(then.condition, Sequence)
    assert isinstance(without.condition, Unanswered)
    assert (then.kinds, without.kinds) == (("door", "motion"), ("door", "motion"))
    assert without.condition.answer.kinds == ("motion",)


def test_yaml_is_that_of_version_1_2() -> None:
    """``on`` and ``no`` are texts, and not truth values."""
    (rule,) = parse("- {rule: on, kind: door, labels: {on: no}}")
    assert (rule.name, rule.labels) == ("on", {"on": "no"})


def test_a_rules_version_is_its_meaning() -> None:
    """Another place, group or order of fields leaves the version; another threshold, word or default spelt out may change it."""
    first, moved = parse("- {rule: a, kind: pm10, where: value > 5}"), parse("# a comment\n- {where: value > 5, kind: pm10, rule: a}")
    other = parse("- {rule: a, kind: pm10, where: value > 6}")
    assert first[0].version == moved[0].version != other[0].version
    assert len(first[0].version) == 12


def test_files_make_one_set() -> None:
    """A name that two files use is a problem that names both places; the version of the set is that of its rules."""
    with pytest.raises(ProblemsError, match=r"already \(tests/data/rules/replay/rules.yaml:4\)"):
        load_rules([Path("tests/data/rules/replay/rules.yaml")] * 2, shipped_kinds())
    found = load_rules([Path("tests/data/rules/replay/rules.yaml")], shipped_kinds())
    assert [rule.name for rule in found.rules] == ["door-left-open"]
    assert found.version == load_rules([Path("tests/data/rules/replay/rules.yaml")], shipped_kinds()).version
    assert load_rules([], shipped_kinds()).version != found.version


def test_an_empty_file_is_told_beside_the_mistakes_of_others() -> None:
    """Of several files each is judged by itself: what was found before does not hide that one holds nothing."""
    with pytest.raises(ProblemsError) as caught:
        load_rules([BAD / "kind-typo.yaml", BAD / "empty.yaml"], shipped_kinds())
    assert {Path(problem.file).name for problem in caught.value.problems} == {"kind-typo.yaml", "empty.yaml"}


def test_unknown_kinds_can_be_taken() -> None:
    """For a replay of somebody else's recording a rule may name a kind that no table has; its value is of any type."""
    text = "groups: [{name: g, rules: [{rule: r, kind: sludge, where: value > 5 || value == 'high'}]}]"
    assert parse_rules(text, {}, unknown=UnknownKinds.TAKE).rules[0].kinds == ("sludge",)
    with pytest.raises(ProblemsError, match="'sludge' is not in the kinds table"):
        parse_rules(text, {})


def test_life_safety_is_that_of_its_kinds() -> None:
    """A rule on life-safety kinds is one; mixed with others it is refused with the reason."""
    assert parse("- {rule: r, kind: [smoke, gas]}")[0].life_safety
    assert "they travel apart" in faults("- {rule: r, kind: [smoke, door]}")[0]
    assert "they travel apart" in faults("- {rule: r, sequence: [{kind: smoke}, {kind: door}], within: 1m}")[0]


def test_a_number_without_unit_is_shown_both_readings() -> None:
    """``for: 10`` might be seconds or minutes; the message offers both."""
    assert faults("- {rule: r, kind: door, for: 10}") == [
        "<rules>:4:36: for: '10' is not a length of time. Write 10s for seconds or 10m for minutes."
    ]
