"""``noise.yaml``: what it means, and everything that is wrong with one, each with its place."""

import shutil
from datetime import time
from pathlib import Path

import msgspec
import pytest

from cityloop.citycheck import check_city
from cityloop.noise import noise_of, rule_facts
from config.loader import load_city
from config.moment import SECOND, Micros, parse
from config.problem import ProblemsError
from config.report import Report
from dispatch.noise.flapping import FlapPolicy
from dispatch.noise.inhibition import Inhibition
from dispatch.noise.matchertext import parse_matcher
from dispatch.noise.merging import MergePolicy
from dispatch.noise.policy import NoisePolicy
from dispatch.noise.policyfile import load_noise, read_noise
from dispatch.noise.recurrence import Recurrence
from dispatch.noise.route import Manner, Route
from dispatch.noise.window import Window
from tests.fakes.town import RULES, town

DATA = Path(__file__).parents[2] / "data"
BAD = DATA / "bad" / "noise"
MINUTE: Micros = 60 * SECOND
KNOWN = rule_facts([]) + RULES


def problems(name: str) -> list[str]:
    report = Report()
    read_noise(town(noise_file=BAD / name), KNOWN, report)
    return [str(problem).removeprefix(f"{BAD / name}:") for problem in report.problems]


def test_the_meaning_of_a_whole_file() -> None:
    """Every section becomes its values; a branch inherits what it does not say."""
    found = load_noise(town(noise_file=DATA / "dispatch" / "noise" / "whole.yaml"), KNOWN)
    bins = Route(
        name="bins", manner=Manner.GROUPED, matchers=(parse_matcher("category=06042"),), group_by=("rule",), wait=10 * SECOND,
        repeat=60 * MINUTE,
    )  # fmt: skip
    east = msgspec.structs.replace(bins, name="east", matchers=(parse_matcher("cell=B"),), group_by=("rule", "cell"), unit="crew")
    assert found == NoisePolicy(
        merge=MergePolicy(window=90 * MINUTE),
        longest_silence=7 * 24 * 60 * MINUTE,
        windows=(
            Window(
                name="sweeping", comment="The street is swept.", cells=("91",), matchers=(parse_matcher("severity!=critical"),),
                hours=Recurrence(zone="Asia/Shanghai", start=time(22), end=time(2), days=("sat", "sun")),
            ),
            Window(
                name="works", comment="Digging at the gate.", sources=("camera/1",), since=parse("2026-03-04T08:00:00+08:00"),
                until=parse("2026-03-05T08:00:00+08:00"),
            ),
        ),
        inhibitions=(
            Inhibition(
                name="blind", source=(parse_matcher("rule=monitoring-blind"),), target=(parse_matcher('rule=~"bin-.*"'),), equal=("cell",)
            ),
        ),
        flapping=(
            FlapPolicy(episodes=3, within=10 * MINUTE, calm=15 * MINUTE, matchers=(parse_matcher("rule=bin-overflow"),)),
            FlapPolicy(episodes=5, within=60 * MINUTE, calm=30 * MINUTE),
        ),
        route=Route(name="default", group_by=("rule",), wait=10 * SECOND, routes=(msgspec.structs.replace(bins, routes=(east,)),)),
    )  # fmt: skip


def test_a_city_without_the_file_changes_nothing() -> None:
    """The default policy keeps nothing quiet and sends every notice by itself."""
    assert load_noise(town(), KNOWN) == NoisePolicy()
    assert NoisePolicy().route.manner is Manner.EACH


def test_everything_wrong_is_told_with_its_place() -> None:
    """Sections, fields, names, times, hours, matchers and targets that nothing can keep quiet: all of them at once."""
    assert problems("everything.yaml") == EVERYTHING


def test_everything_wrong_with_routes_is_told() -> None:
    """A root with matchers, routes without, names that come twice or not at all, unknown fields and units, lengths that are none."""
    assert problems("routes.yaml") == ROUTES


def test_sections_of_the_wrong_shape_are_told() -> None:
    """A list where a mapping belongs, and the other way round."""
    assert problems("shapes.yaml") == [
        "1:14: maintenance is not a list. Write 'maintenance:' and below it one '- ...' an entry.",
        "2:10: notices is not a mapping. Write 'notices:' and below it 'field: value' lines.",
        "3:11: flapping is not a list. Write 'flapping:' and below it one '- ...' an entry.",
    ]


def test_names_of_rules_are_not_checked_where_the_rules_cannot_be_read() -> None:
    """What is wrong with the rules is told by itself, and not once more for each name."""
    report = Report()
    read_noise(town(noise_file=BAD / "everything.yaml"), None, report)
    told = [problem.what for problem in report.problems]
    assert not [what for what in told if "bin-overflw" in what or "life safety" in what]


def test_the_manuals_example_is_one(tmp_path: Path) -> None:
    """What docs/noise.md shows can be taken over as it stands; it names things of no city in particular."""
    manual = (Path(__file__).parents[3] / "docs" / "noise.md").read_text(encoding="utf-8")
    file = tmp_path / "noise.yaml"
    file.write_text(manual.split("```yaml\n")[1].split("```")[0], encoding="utf-8")
    found = load_noise(town(noise_file=file, cells={}, units={}, cameras={}, devices={}))
    assert ([window.name for window in found.windows], found.inhibitions[0].equal) == (["sweeping", "gate-works"], ("source",))
    assert (found.flapping[0].episodes, found.route.routes[0].manner) == (5, Manner.GROUPED)


def test_check_config_tells_what_is_wrong_with_noise_too(tmp_path: Path) -> None:
    """The file belongs to the city's folder, and its problems stand among all others; a role refuses to start with them."""
    folder = tmp_path / "city"
    shutil.copytree(DATA / "config" / "good", folder)
    (folder / "noise.yaml").write_text("flapping:\n  - {episodes: 1, within: 10m, calm: 15m}\n", encoding="utf-8")
    checked = check_city(folder)
    assert [(Path(found.file).name, found.line, found.what) for found in checked.problems] == [
        ("noise.yaml", 2, "episodes: 1 is out of bounds.")
    ]
    with pytest.raises(ProblemsError, match="episodes: 1 is out of bounds"):
        noise_of(load_city(folder))


EVERYTHING = [
    "1:17: window: 'soon' is not a length of time: write whole numbers with units, the longest first, like 30s, 10m, 1h30m or 2d. Write for example 5m.",
    "3:3: unknown field 'longst'. Did you mean 'longest'?",
    "4:1: unknown section 'maintainance'. Did you mean 'maintenance'?",
    "6:5: the window is about every alert. Add match, cells, sources or rules.",
    "6:5: the window never ends. Add start and end for hours that come back, or until for one time.",
    "7:14: comment: it is empty. Say why it is quiet then.",
    "10:16: cells: the cell 'Z' is not known. Known: 9, 91, A, A1, B.",
    "11:12: start: '8:00' is no time of day. Write HH:MM in quotes, 00:00 to 23:59.",
    "13:17: days: 'funday' is not a day of the week. Known: fri, mon, sat, sun, thu, tue, wed.",
    "14:11: the name 'cells' is there already. Give each entry a name of its own.",
    "16:12: rules: it is about life safety only (smoke-alarm), which nothing keeps quiet. Take it out, or name other rules.",
    "17:12: since: '2026-03-04T08:00:00' is no instant with an offset. Write it as 2026-03-04T08:00:00+08:00.",
    '22:11: days: there are days without hours. Add start: "00:00" and end: "00:00" for whole days.',
    "24:5: the field 'name' is missing. Add 'name': a text.",
    '27:13: match: \'rule\' is no matcher. Write field="value", field!="value", field=~"expression" or field!~"expression".',
    "29:12: until: it is not after since. Write a later instant.",
    "32:14: source: the rule 'bin-overflw' is not known. Did you mean 'bin-overflow'?",
    "33:13: target: it is about life safety only (smoke-alarm), which nothing keeps quiet. Take it out, or name other rules.",
    "34:13: equal: the field 'sorce' is not known. Did you mean 'source'?",
    "36:13: source: there is no matcher. Say which alerts are meant.",
    "37:14: target: '(' is no expression: missing ): (. Write RE2's syntax (no look-ahead, no back-reference).",
    "39:16: episodes: 1 is out of bounds. Write 2 to 100.",
    "39:38: calm: 0s is too short. Write a longer time.",
    "40:16: episodes: 'many' does not fit: Expected `int`, got `str`. Write a whole number.",
    "42:11: manner: 'group' does not fit: Invalid enum value 'group'. Write one of each, grouped.",
]
ROUTES = [
    "2:10: match: the root takes every alert. Put match into the entries of routes.",
    "3:20: group_by: the field 'colour' is not known. Known: category, cell, group.NAME, labels.NAME, rule, severity, source, unit, zone.",
    "4:15: group_wait: '5' is not a length of time: write whole numbers with units, the longest first, like 30s, 10m, 1h30m or 2d. Write for example 5m.",
    "6:7: match is missing, so that no later route would ever be taken. Say which alerts it is for.",
    "7:13: the unit 'ordr' is not known. Did you mean 'order'?",
    "8:7: name is missing. Give each route a name of its own: its groups are kept under it.",
    "9:13: the route 'a' is there already. Give each route a name of its own.",
    "11:23: group_interval: 0s is too short. Write a longer time.",
    "12:24: repeat_interval: 'now' is not a length of time: write whole numbers with units, the longest first, like 30s, 10m, 1h30m or 2d. Write for example 5m.",
    "13:13: the route 'default' is there already. Give each route a name of its own.",
]
