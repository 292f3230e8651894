"""Rules in words, in both languages."""

import re

import pytest

from config.kindfile import shipped_kinds
from config.kinds import Text
from config.weekly import Active
from rules.meaning import Explanation, explain_rule
from rules.meaning.lengths import active_time, figure, length
from rules.parser import parse_rules

CATEGORIES = {"10997": Text("Door left open", "门长时间未关")}


def explained(rule: str) -> Explanation:
    """The explanation of one rule, written as a YAML flow."""
    ruleset = parse_rules(f"groups: [{{name: g, rules: [{{rule: r, {rule}}}]}}]", shipped_kinds(), "f.yaml")
    return explain_rule(ruleset.rules[0], ruleset.kinds, CATEGORIES)


@pytest.mark.parametrize(
    ("rule", "english", "chinese"),
    [
        (
            "kind: door, where: value == true",
            'It holds from an observation of "Door open" (door) for which `value == true`.',
            "出现满足 `value == true` 的“门开启”（door）观测时成立。",
        ),
        (
            "kind: motion, count: 3, within: 10m",
            'It holds while, within 10 minutes, there is any observation of "Motion" (motion), at least 3 times.',
            "10 分钟内出现任何“有人活动”（motion）观测，至少 3 次时成立。",
        ),
        (
            "kind: motion, count: 3, distinct: attributes.room, within: 10m",
            'It holds while, within 10 minutes, there is any observation of "Motion" (motion), with at least 3 different values of room.',
            "10 分钟内出现任何“有人活动”（motion）观测，且至少有 3 个不同的 room时成立。",
        ),
        (
            'kind: motion, absent: 12h, active: {hours: [["06:00", "21:00"]], days: [mon, tue]}',
            (
                'It holds when 12 hours have gone by without any observation of "Motion" (motion), counting only 06:00-21:00 on Monday, Tuesday '
                "(Asia/Shanghai). A source counts from its first match."
            ),
            "12 小时内没有任何“有人活动”（motion）观测（只计 周一、周二 06:00-21:00（Asia/Shanghai））时成立。信源自首次匹配起计。",
        ),
        (
            "kind: motion, absent: 12h, by: [attributes.home]",
            'It holds when 12 hours have gone by without any observation of "Motion" (motion). A group counts from its first match.',
            "12 小时内没有任何“有人活动”（motion）观测时成立。分组自首次匹配起计。",
        ),
        (
            "sequence: [{kind: door}, {kind: motion}], within: 5m",
            'It holds when any observation of "Door open" (door) is followed by any observation of "Motion" (motion) within 5 minutes.',
            "任何“门开启”（door）观测之后 5 分钟内出现任何“有人活动”（motion）观测时成立。",
        ),
        (
            "sequence: [{kind: door}, {not: {kind: motion}}], within: 5m",
            'It holds when any observation of "Door open" (door) is not followed by any observation of "Motion" (motion) within 5 minutes.',
            "任何“门开启”（door）观测之后 5 分钟内没有任何“有人活动”（motion）观测时成立。",
        ),
        (
            "kind: motion, cluster: {sources: 3, radius: 2km}, within: 1h",
            (
                'It holds at the instant of any observation of "Motion" (motion) around which, at most 2000 metres away and in the '
                "last 1 hour, at least 3 different sources sent one, its own among them."
            ),
            "1 小时内、以一处匹配为中心 2000 米范围内，至少 3 个不同信源发出任何“有人活动”（motion）观测时成立。",
        ),
        (
            "kind: temperature, rate: {above: 2.5, per: 1m}, within: 10m",
            (
                'It holds while the value of any observation of "Temperature" (temperature) changes by more than 2.5 per 1 minute, '
                "measured over 10 minutes."
            ),
            "在 10 分钟的窗口内，任何“温度”（temperature）观测的值每 1 分钟的变化高于 2.5 时成立。",
        ),
    ],
    ids=["level", "count", "distinct", "absent", "absent-group", "sequence", "unanswered", "cluster", "rate"],
)
def test_each_form_is_said_in_both_languages(rule: str, english: str, chinese: str) -> None:
    """When each form begins to hold is one sentence in English and one in Chinese."""
    fires = explained(rule).fires[1]
    assert (fires.en, fires.zh) == (english, chinese)


@pytest.mark.parametrize(
    ("rule", "english"),
    [
        ("kind: door, where: value == true", "It ceases at the next observation that does not match."),
        ("kind: temperature, where: value > 5, clear: value < 3", "It ceases at the next observation for which `value < 3`."),
        (
            "kind: door, where: value == true, stale_after: 5m",
            "It ceases at the next observation that does not match, or 5 minutes after the last match.",
        ),
        ("kind: motion", "It ceases at once: these observations mean one instant."),
        ("kind: motion, absent: 5m", "It ceases at the next such observation."),
        ("sequence: [{kind: door}, {not: {kind: motion}}], within: 5m", 'It ceases at any observation of "Motion" (motion).'),
    ],
)
def test_the_end_is_said_too(rule: str, english: str) -> None:
    """When a condition ceases to hold depends on its form and its fields."""
    assert explained(rule).resolves[0].en == english


def test_for_and_keep_firing_for_and_ticket_and_notes() -> None:
    """What every form has in common is told: pending time, quiet time, severity, ticket, repetition, lateness."""
    told = explained(
        "kind: door, where: value == true, for: 1h30m, keep_firing_for: 1m, severity: major, category: '10997', ticket: confirm, "
        "repeat: 5m, lateness: 1500ms"
    )
    assert told.fires[2].en == "The alert (major) fires when that has lasted for 1 hour 30 minutes without a break."
    assert told.fires[2].zh == "连续成立 1 小时 30 分钟后触发严重告警。"
    assert told.resolves[1].zh == "其后 1 分钟内未再成立则告警解除；在此之前仍为同一告警。"
    assert told.ticket[0].en == "A ticket is opened when somebody on duty confirms the alert; category 10997 (Door left open)."
    assert [note.en for note in told.notes] == [
        "While it fires it says so again every 5 minutes.",
        "Observations may come out of order by up to 1 second 500 milliseconds.",
    ]


def test_groups_and_what_is_special() -> None:
    """Groups are named; life safety and rules over several sources are told."""
    assert explained("kind: door, by: [source, attributes.room]").fires[0] == Text(
        "Each source and attributes.room is judged by itself.", "按信源、attributes.room分别判断。"
    )
    told = explained("kind: smoke, where: value == true, by: []")
    assert told.fires[0].en == "All sources are judged together."
    assert [note.en.partition(":")[0] for note in told.notes] == ["Life safety", "Its sources may lie on several partitions"]
    assert told.ticket[0].en == "No ticket is opened."


def test_lengths_and_hours() -> None:
    """Lengths are said with their units, one of a unit in the singular; hours without days mean every day."""
    assert length(0) == Text("0 seconds", "0 秒")
    assert length(90_061_000_000) == Text("1 day 1 hour 1 minute 1 second", "1 天 1 小时 1 分钟 1 秒")
    assert active_time(Active(zone="UTC")) == Text("the whole day (UTC)", "全天（UTC）")


@pytest.mark.parametrize(
    ("number", "told"),
    [(500.0, "500"), (1234567.0, "1234567"), (2.5, "2.5"), (0.1234567891, "0.1234567891"), (-3.0, "-3"), (20000000.0, "20000000")],
)
def test_figures_have_all_their_digits(number: float, told: str) -> None:
    """Nothing is rounded and nothing is told by a power of ten: a bound is read as it was written."""
    assert figure(number) == told
    assert f"than {told} per" in explained(f"kind: temperature, rate: {{above: {told}, per: 1m}}, within: 10m").fires[1].en


FORMS = {
    "level": "kind: temperature, where: value > 5",
    "cleared": "kind: temperature, where: value > 5, clear: value < 3, stale_after: 7m",
    "count": "kind: door, count: 3, within: 11m",
    "distinct": "kind: door, by: zone, count: 3, distinct: source, within: 11m",
    "absent": "kind: door, absent: 13h",
    "expected": "kind: door, absent: 13h, expected: [sensor/door-7]",
    "sequence": "sequence: [{kind: door}, {kind: vibration}], within: 17s",
    "unanswered": "sequence: [{kind: door}, {not: {kind: vibration}}], within: 17s",
    "cluster": "kind: door, cluster: {sources: 3, radius: 250m}, within: 19m",
    "rate": "kind: temperature, rate: {below: 2.5, per: 23s}, within: 29m",
}


@pytest.mark.parametrize("form", FORMS)
def test_every_number_of_a_rule_is_said_in_both_languages(form: str) -> None:
    """Whoever reads the words reads every figure, field and predicate that stands in the rule, in either language."""
    told = explained(FORMS[form] + ", lateness: 31s, repeat: 37m")
    sentences = (*told.fires, *told.resolves, *told.notes)
    english, chinese = " ".join(one.en for one in sentences), " ".join(one.zh for one in sentences)
    for figure_ in re.findall(r"\d+(?:\.\d+)?", FORMS[form]):
        assert figure_ in english, figure_
        assert figure_ in chinese, figure_
    for one in sentences:
        assert one.en.endswith(".")
        assert one.zh.endswith("。")
    assert all(figure_ in english and figure_ in chinese for figure_ in ("31", "37"))


@pytest.mark.parametrize("form", FORMS)
def test_kinds_are_named_by_label_and_name(form: str) -> None:
    """Each kind that the rule looks at is told as people call it and as the file does."""
    told = explained(FORMS[form])
    kinds = shipped_kinds()
    for name in ("door", "vibration", "temperature"):
        if name in FORMS[form]:
            assert f'"{kinds[name].label.en}" ({name})' in " ".join(one.en for one in (*told.fires, *told.resolves))
            assert f"“{kinds[name].label.zh}”（{name}）" in " ".join(one.zh for one in (*told.fires, *told.resolves))


@pytest.mark.parametrize(
    ("written", "told"),
    [("1s", "1 second"), ("2s", "2 seconds"), ("90s", "1 minute 30 seconds"), ("25h", "1 day 1 hour"), ("8d", "1 week 1 day"), ("1500ms", "1 second 500 milliseconds")],
)  # fmt: skip
def test_a_pending_time_is_said_in_its_largest_units(written: str, told: str) -> None:
    """However it is written, it is read with the largest units that fit."""
    assert (
        explained(f"kind: door, where: value == true, for: {written}")
        .fires[2]
        .en.endswith(f"when that has lasted for {told} without a break.")
    )
