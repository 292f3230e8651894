"""``cityloop rules test`` against the reference evaluator: what it expects passes, and anything else is told."""

import json
import random
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from config.moment import SECOND, render
from rules.trials import compare, read_trials, run_case
from rules.trials.compare import Difference
from tests.fakes.oracle.log import Entry, hear, in_turn
from tests.fakes.oracle.rulebook import read_rules
from tests.fakes.oracle.seen import Seen
from tests.fakes.rulekit import EPOCH, KINDS
from tests.fakes.ruletraffic import FORMS, Case, dice, traffic

SECONDS = 90
UNTIL = 150
PULSES = tuple(kind.name for kind in KINDS.values() if kind.pulse)
EACH_FORM = pytest.mark.parametrize("form", FORMS)


class Trial:
    """A random rule with a test for it: what arrives when, and what the reference evaluator expects.

    Attributes:
        rules: text of the rule file.
        test: the test, as it is written.
    """

    def __init__(self, chance: random.Random, form: str) -> None:
        self.rules = json.dumps({"groups": [{"name": "g", "rules": [Case(chance, form, chance.choice([0, 0, 6])).written]}]})
        arrivals = sorted(
            (seen.at + chance.choice([0, 0, 0, 3, 12]) * SECOND, number, seen) for number, seen in enumerate(traffic(chance, 24, SECONDS))
        )
        log: list[Entry] = [EPOCH]
        for arrives, _, seen in arrivals:
            log += [arrives, seen]
        (rule,) = read_rules(self.rules, PULSES)
        heard = hear(rule, in_turn(log, rule.lateness, to_the_end=True), EPOCH + UNTIL * SECOND)
        episodes: dict[str, dict[str, Any]] = {}
        for said, group in heard.said:
            told = episodes.setdefault(
                said.alert(rule.name, group), {"rule": rule.name, "fires": after(said.fired_at), "starts": after(said.starts_at)}
            )
            told["group"] = {name: value for name, value in group.items() if value is not None}
            told["count"] = said.matches
            if said.event == "updated":
                told.setdefault("updates", []).append(after(said.at))
            if said.ends_at is not None:
                told |= {"resolves": after(said.at), "ends": after(said.ends_at)}
        self.test: dict[str, Any] = {
            "name": f"a rule of the form {form}",
            "start": render(EPOCH),
            "input": [written(seen, arrives) for arrives, _, seen in arrivals],
            "until": f"{UNTIL}s",
            "notes": dict(Counter(noted.note for noted in heard.noted)),
            "expect": list(episodes.values()),
        }

    def differences(self, folder: Path, **changes: Any) -> tuple[Difference, ...]:
        """What ``rules test`` finds, after some changes of the test."""
        (folder / "rules.yaml").write_text(self.rules)
        test = {name: value for name, value in (self.test | changes).items() if value != {}}
        (folder / "test.yaml").write_text(json.dumps({"rule_files": ["rules.yaml"], "tests": [test]}))
        file = read_trials(folder / "test.yaml", KINDS)
        return compare(file.cases[0], *run_case(file.cases[0], file.rules))


def after(at: int) -> str:
    """An instant as tests write it."""
    return f"{(at - EPOCH) // SECOND}s"


def written(seen: Seen, arrives: int) -> Mapping[str, Any]:
    """An observation as tests write it."""
    assert seen.position is not None
    place = {"lon": seen.position[0], "lat": seen.position[1]}
    fields = {"id": seen.id, "source": seen.source, "kind": seen.kind, "value": seen.value, "zone": seen.zone, "position": place}
    return {**fields, "at": after(seen.at), "arrives": after(arrives)}


def trials(law: str, form: str, count: int = 2) -> list[Trial]:
    """Some tests of a form."""
    return [Trial(dice(f"{law} {form} {number}"), form) for number in range(count)]


@EACH_FORM
def test_what_the_oracle_expects_passes(form: str, tmp_path: Path) -> None:
    """Every alert with its times, count and updates, and the notes: no difference, whatever arrives late."""
    for trial in trials("pass", form, 4):
        assert trial.differences(tmp_path) == ()


@EACH_FORM
def test_an_alert_taken_away_is_one_difference(form: str, tmp_path: Path) -> None:
    """What came without being expected is told with the rule, the group and its times."""
    for trial in trials("less", form):
        for number, alert in enumerate(trial.test["expect"][:1]):
            rest = [one for place, one in enumerate(trial.test["expect"]) if place != number]
            (found,) = trial.differences(tmp_path, expect=rest)
            assert (found.rule, found.expected) == (form, None)
            assert found.got == f"fires {_shown(alert['fires'])}, resolves {_shown(alert.get('resolves', 'never'))}"


@EACH_FORM
def test_an_alert_too_many_is_one_difference(form: str, tmp_path: Path) -> None:
    """What was expected without coming is told with the place where it is written."""
    for trial in trials("more", form):
        extra = {"rule": form, "fires": "149s", "group": {}}
        (found,) = trial.differences(tmp_path, expect=[*trial.test["expect"], extra])
        assert (found.rule, found.expected, found.got) == (form, "fires 2m29s, resolves never", None)
        assert found.place.file.endswith("test.yaml")


@EACH_FORM
@pytest.mark.parametrize(("field", "other"), [("resolves", "148s"), ("starts", "147s"), ("count", 77), ("updates", ["146s"])])
def test_each_field_that_differs_is_one_difference(form: str, field: str, other: object, tmp_path: Path) -> None:
    """The wrong value stands on one side and the right one on the other; nothing else is told."""
    for trial in trials(field, form, 1):
        for number, alert in enumerate(trial.test["expect"][:1]):
            changed = [alert | {field: other} if place == number else one for place, one in enumerate(trial.test["expect"])]
            (found,) = trial.differences(tmp_path, expect=changed)
            assert found.rule == form
            assert found.expected is not None
            assert found.got is not None
            assert field in found.expected
            assert field in found.got
            assert found.expected != found.got


@EACH_FORM
def test_notes_are_counted(form: str, tmp_path: Path) -> None:
    """One late observation more than there is, or none named where there are some, is a difference."""
    for trial in trials("notes", form):
        late = trial.test["notes"].get("late", 0)
        (found,) = trial.differences(tmp_path, notes=trial.test["notes"] | {"late": late + 1})
        assert (found.expected, found.got) == (f"{late + 1} late", f"{late} late")
        if trial.test["notes"]:
            assert {one.got for one in trial.differences(tmp_path, notes={})} == {
                f"{count} {note}" for note, count in trial.test["notes"].items()
            }


@EACH_FORM
def test_looks_at_instants_see_what_fires_there(form: str, tmp_path: Path) -> None:
    """From the firing on, that instant included, up to the resolution, that instant excluded, and at no other time."""
    for trial in trials("looks", form, 2):
        instants = sorted(
            {0, UNTIL, *(_number(alert[name]) for alert in trial.test["expect"] for name in ("fires", "resolves") if name in alert)}
        )
        looks = []
        for instant in instants:
            firing = {
                json.dumps(alert["group"], sort_keys=True)
                for alert in trial.test["expect"]
                if _number(alert["fires"]) <= instant < _number(alert.get("resolves", "9999s"))
            }
            looks.append({"time": f"{instant}s", "firing": [{"rule": form, "group": json.loads(group)} for group in sorted(firing)]})
        assert trial.differences(tmp_path, at=looks) == ()


def _number(written: str) -> int:
    return int(written.removesuffix("s"))


def _shown(written: str) -> str:
    if written == "never":
        return written
    minutes, seconds = divmod(_number(written), 60)
    parts = [f"{minutes}m" if minutes else "", f"{seconds}s" if seconds else ""]
    return "".join(parts) or "0s"
