"""Laws that need no second evaluator: what must come out of a case that is told otherwise, given what came out of the case."""

import json
import random
from collections import Counter
from collections.abc import Iterator

import pytest

from config.moment import SECOND
from rules.parser import parse_rules
from rules.replay import Line, Summary, replay
from tests.fakes.oddcases import FORMS, Oddity, observation_of, oddity
from tests.fakes.oracle.log import Entry
from tests.fakes.oracle.seen import Seen
from tests.fakes.rulekit import KINDS
from tests.fakes.ruletraffic import dice
from tests.fakes.variations import clocked, moved, noted, renamed, retimed, rules_in, said, stretched

CASES = 4
WITHOUT_HOURS = tuple(form for form in FORMS if form != "active")
EACH_FORM = pytest.mark.parametrize("form", FORMS)
EACH_TIMELESS_FORM = pytest.mark.parametrize("form", WITHOUT_HOURS)


def cases(law: str, form: str, length: int = 40) -> Iterator[tuple[random.Random, Oddity]]:
    """Some cases of a form, other ones for each law."""
    for number in range(CASES):
        chance = dice(f"{law} {form} {number}")
        yield chance, oddity(chance, [form], length=length)


@EACH_TIMELESS_FORM
def test_another_day_says_the_same_on_another_day(form: str) -> None:
    """Shifted by any number of microseconds everything is said so much later, and nothing else changes."""
    for chance, case in cases("shift", form):
        rules, by = rules_in(case.rules), chance.randint(-(10**12), 10**12)
        expected = [retimed(one, lambda at, by=by: at + by) for one in said(rules, case.log)]  # type: ignore[misc]  # A default binds.
        assert said(rules, moved(case.log, lambda at, by=by: at + by)) == expected  # type: ignore[misc]  # As above.


@EACH_TIMELESS_FORM
def test_slower_traffic_and_longer_lengths_say_the_same_slower(form: str) -> None:
    """All times and all lengths seven times as long: every instant is seven times as far from the beginning."""
    for _, case in cases("stretch", form):
        rules = rules_in(case.rules)
        origin = case.history[0].at

        def slower(at: int, origin: int = origin) -> int:
            return origin + 7 * (at - origin)

        expected = [retimed(one, slower) for one in said(rules, case.log)]
        assert said([stretched(rule, 7) for rule in rules], moved(case.log, slower)) == expected


@EACH_FORM
def test_a_rule_says_alone_what_it_says_among_others(form: str) -> None:
    """Rules do not know of each other: each alone gives its part of what all give together, in the same order."""
    for chance, _ in cases("alone", form, 5):
        case = oddity(chance, [form, *chance.sample(FORMS, 3)], length=30)
        rules = rules_in(case.rules)
        together = said(rules, case.log)
        for rule in rules:
            assert said([rule], case.log) == [one for one in together if one.rule == rule["rule"]]


@EACH_FORM
def test_the_order_of_rules_in_a_file_changes_nothing(form: str) -> None:
    """Reversed, they print the very same rows in the very same order."""
    for chance, _ in cases("reversed", form, 5):
        case = oddity(chance, [form, form, "level", "count"], length=30)
        rules = rules_in(case.rules)
        assert said(rules[::-1], case.log) == said(rules, case.log)


@EACH_FORM
def test_each_group_lives_alone(form: str) -> None:
    """Of a rule by source: with the others' observations taken away, and only their times left, a source's alerts are the same."""
    if form == "cluster":
        return
    for _, case in cases("groups", form):
        rules = [rule | {"by": ["source"]} for rule in rules_in(case.rules) if rule.get("distinct") != "source"]
        if not rules:
            continue
        whole = said(rules, case.log)
        for source in ("sensor/1", "sensor/2", "sensor/3"):
            alone = said(rules, clocked(case.log, lambda seen, source=source: seen.source == source))  # type: ignore[misc]  # A default binds.
            assert alone == [one for one in whole if source in one.group]


@EACH_FORM
def test_names_of_sources_are_names_only(form: str) -> None:
    """Other names, in another order of the alphabet: the same alerts under the other names."""
    names = {"sensor/1": "sensor/z", "sensor/2": "camera/门", "sensor/3": "sensor/0"}
    for _, case in cases("names", form):
        rules = rules_in(case.rules)
        expected = Counter(one._replace(group=_renamed(one.group, names)) for one in said(rules, case.log))
        assert Counter(said(rules, renamed(case.log, names))) == expected


def _renamed(group: str, names: dict[str, str]) -> str:
    for old, new in names.items():
        group = group.replace(f'"{old}"', f'"{new}"')
    return group


@EACH_FORM
def test_observations_of_other_kinds_change_nothing(form: str) -> None:
    """A kind that the rule does not name, at times that have passed, neither changes an alert nor is noted."""
    for chance, case in cases("strangers", form):
        rules = [rule for rule in rules_in(case.rules) if "other" not in str(rule)]
        log: list[Entry] = []
        now = 0
        for entry in case.log:
            now = max(now, entry if isinstance(entry, int) else entry.at)
            log.append(entry)
            if chance.random() < 0.3:
                log.append(Seen(now - chance.choice([0, 1, SECOND]), f"x{len(log)}", "sensor/1", "other", 9.0))
        assert said(rules, log) == said(rules, case.log)
        assert noted(rules, log) == noted(rules, case.log)


@EACH_FORM
def test_a_longer_until_adds_what_lies_behind_the_shorter_one(form: str) -> None:
    """Up to an instant a recording's end says the same, wherever time ends behind it."""
    for chance, case in cases("until", form):
        rules = rules_in(case.rules)
        last = max(entry if isinstance(entry, int) else entry.at for entry in case.log)
        near, far = sorted(last + chance.randint(0, 60) * SECOND for _ in range(2))
        longer = said(rules, case.log, far)
        assert Counter(said(rules, case.log, near)) == Counter(one for one in longer if one.at <= near)


@EACH_FORM
def test_a_pause_in_the_log_changes_no_instant(form: str) -> None:
    """Ticks of any grain between the observations change when things are noticed; without late ones nothing else."""
    for chance, case in cases("grain", form):
        rules = rules_in(case.rules)
        ticked: list[Entry] = []
        for seen in case.history:
            ticked.append(seen)
            if chance.random() < 0.4:
                ticked.append(seen.at - chance.choice([0, 1, 3]) * SECOND)
        assert Counter(said(rules, ticked)) == Counter(said(rules, case.history))


@EACH_FORM
def test_repetitions_anywhere_are_duplicates_and_nothing_else(form: str) -> None:
    """Every observation again, anywhere behind the first time: the alerts are the same, and each rule that looks at one counts it."""
    for chance, case in cases("again", form):
        rules = [rule | {"lateness": "0s"} for rule in rules_in(case.rules)]
        log: list[Entry] = list(case.history)
        for seen in case.history:
            log.insert(chance.randint(log.index(seen) + 1, len(log)), seen._replace(confidence=0.5))
        assert said(rules, log) == said(rules, case.history)
        kinds = Counter(kind for rule in rules for kind in _kinds(rule))
        assert Counter(note for note, _, __ in noted(rules, log))["duplicate"] == sum(kinds[seen.kind] for seen in case.history)


def _kinds(rule: dict[str, object]) -> set[str]:
    written = repr(rule.get("sequence", rule.get("kind")))
    return {kind for kind in ("level", "door", "motion", "note") if f"'{kind}'" in written}


def _printed(rules: list[dict[str, object]], case: Oddity, until: int) -> list[str]:
    """The rows about alerts that a replay prints, whatever the order, without what names the wording of the rule."""
    ruleset = parse_rules(json.dumps({"groups": [{"name": "g", "rules": rules}]}), KINDS)
    lines = [Line(number, observation_of(seen)) for number, seen in enumerate(case.history, start=1)]
    found = [row for row in replay(ruleset, lines, until, Summary()) if "fired_at" in row]
    return sorted(json.dumps({name: row[name] for name in ("event", "id", "at", "ends_at", "count")}) for row in found)


@EACH_FORM
def test_a_recording_in_order_says_the_same_under_any_lateness_wherever_time_ends(form: str) -> None:
    """``--until`` before, at or behind the last line: a rule that waits and one that does not say the same."""
    for chance, case in cases("ends", form):
        rules = [rule | {"lateness": "0s"} for rule in rules_in(case.rules)]
        patient = [rule | {"lateness": f"{chance.randint(1, 90)}s"} for rule in rules]
        last = case.history[-1].at
        for until in (case.history[0].at, last - chance.randint(1, 20) * SECOND, last - 1, last, last + 30 * SECOND):
            assert _printed(patient, case, until) == _printed(rules, case, until), until - last
