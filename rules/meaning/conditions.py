"""When each form of condition begins and ceases to hold: one row a form."""

from collections.abc import Callable, Mapping
from typing import Any

from config.kinds import Kind, Text
from rules.grouping import ATTRIBUTES
from rules.meaning.lengths import active_time, figure, length
from rules.meaning.subjects import expected, matches, step
from rules.model import Absent, Cluster, Count, Level, Rate, Rule, Schedule, Sequence, Side, Unanswered

Kinds = Mapping[str, Kind]
Told = tuple[Text, Text]
"""When the condition begins to hold, and when it ceases."""


def told(rule: Rule, kinds: Kinds) -> Told:
    """The condition of a rule in words."""
    return _ROWS[type(rule.condition)](rule, rule.condition, kinds)


def _level(rule: Rule, condition: Level, kinds: Kinds) -> Told:
    seen = matches(rule.kinds, rule.where, kinds)
    begins = Text(f"It holds from {seen.en}.", f"出现{seen.zh}时成立。")
    known = [kinds[name] for name in rule.kinds if name in kinds]
    if condition.clear is not None:
        text = " ".join(condition.clear.text.split())
        ends = Text(f"It ceases at the next observation for which `{text}`", f"出现满足 `{text}` 的观测时不再成立")
    else:
        ends = Text("It ceases at the next observation that does not match", "出现不满足条件的观测时不再成立")
    if condition.stale_after is not None:
        believed = length(condition.stale_after)
        return begins, Text(f"{ends.en}, or {believed.en} after the last match.", f"{ends.zh}，或最后一次匹配 {believed.zh}后。")
    if known and all(kind.pulse for kind in known):
        return begins, Text("It ceases at once: these observations mean one instant.", "随即不再成立：此类观测只代表一个瞬间。")
    return begins, Text(f"{ends.en}.", f"{ends.zh}。")


def _count(rule: Rule, condition: Count, kinds: Kinds) -> Told:
    seen, window, number = matches(rule.kinds, rule.where, kinds), length(condition.within), condition.at_least
    if condition.distinct is None:
        what = Text(f"at least {number} times", f"至少 {number} 次")
    else:
        field = condition.distinct.removeprefix(ATTRIBUTES)
        what = Text(f"with at least {number} different values of {field}", f"且至少有 {number} 个不同的 {field}")
    return (
        Text(f"It holds while, within {window.en}, there is {seen.en}, {what.en}.", f"{window.zh}内出现{seen.zh}，{what.zh}时成立。"),
        Text(f"It ceases when fewer lie in the last {window.en}.", f"最近 {window.zh}内不足此数时不再成立。"),
    )


def _absent(rule: Rule, condition: Absent, kinds: Kinds) -> Told:
    seen, after = matches(rule.kinds, rule.where, kinds), length(condition.after)
    hours = None if condition.active is None else active_time(condition.active)
    first = Text("", "") if condition.expected is None else expected(condition.expected, rule.kinds, kinds)
    who = Text("A source", "信源") if rule.by == ("source",) else Text("A group", "分组")
    counted = Text("", "") if hours is None else Text(f", counting only {hours.en}", f"（只计 {hours.zh}）")
    return (
        Text(
            f"It holds when {after.en} have gone by without {seen.en}{counted.en}. {who.en} counts from its first match{first.en}.",
            f"{after.zh}内没有{seen.zh}{counted.zh}时成立。{who.zh}自首次匹配起计{first.zh}。",
        ),
        Text("It ceases at the next such observation.", "再次出现此类观测时不再成立。"),
    )


def _sequence(_: Rule, condition: Sequence, kinds: Kinds) -> Told:
    first, second, window = step(condition.first, kinds), step(condition.second, kinds), length(condition.within)
    return (
        Text(
            f"It holds when {first.en} is followed by {second.en} within {window.en}.",
            f"{first.zh}之后 {window.zh}内出现{second.zh}时成立。",
        ),
        Text("It is over at once.", "随即不再成立。"),
    )


def _unanswered(_: Rule, condition: Unanswered, kinds: Kinds) -> Told:
    first, answer, window = step(condition.first, kinds), step(condition.answer, kinds), length(condition.within)
    return (
        Text(
            f"It holds when {first.en} is not followed by {answer.en} within {window.en}.",
            f"{first.zh}之后 {window.zh}内没有{answer.zh}时成立。",
        ),
        Text(f"It ceases at {answer.en}.", f"出现{answer.zh}时不再成立。"),
    )


def _cluster(rule: Rule, condition: Cluster, kinds: Kinds) -> Told:
    seen, window = matches(rule.kinds, rule.where, kinds), length(condition.within)
    number, radius = condition.sources, figure(condition.radius)
    return (
        Text(
            f"It holds at the instant of {seen.en} around which, at most {radius} metres away and in the last {window.en}, "
            f"at least {number} different sources sent one, its own among them.",
            f"{window.zh}内、以一处匹配为中心 {radius} 米范围内，至少 {number} 个不同信源发出{seen.zh}时成立。",
        ),
        Text("It is over at once.", "随即不再成立。"),
    )


def _rate(rule: Rule, condition: Rate, kinds: Kinds) -> Told:
    seen, window, per = matches(rule.kinds, rule.where, kinds), length(condition.within), length(condition.per)
    side = Text("more", "高于") if condition.side is Side.ABOVE else Text("less", "低于")
    return (
        Text(
            f"It holds while the value of {seen.en} changes by {side.en} than {figure(condition.bound)} per {per.en}, measured over {window.en}.",
            f"在 {window.zh}的窗口内，{seen.zh}的值每 {per.zh}的变化{side.zh} {figure(condition.bound)} 时成立。",
        ),
        Text("It ceases at the next observation at which that is no longer so.", "某次观测时不再如此，即不再成立。"),
    )


def _schedule(_: Rule, condition: Schedule, __: Kinds) -> Told:
    time, late = f"{condition.minutes // 60:02}:{condition.minutes % 60:02}", length(condition.catch_up)
    when = Text(
        f"at {time} ({condition.zone}) of the date in column {condition.at}", f"{condition.at} 列所载日期的 {time}（{condition.zone}）"
    )
    if condition.before:
        early = length(condition.before)
        when = Text(f"{early.en} before {when.en[3:]}", f"{when.zh}之前 {early.zh}")
    return (
        Text(
            f"It holds {when.en} of each row of {condition.table}, once for each row and date; "
            f"a date that is noticed late still counts for {late.en}.",
            f"{condition.table} 中每一行在{when.zh}成立，每行每个日期仅一次；迟发现的日期在 {late.zh}内仍计。",
        ),
        Text("It is over at once.", "随即不再成立。"),
    )


_ROWS: Mapping[type, Callable[[Rule, Any, Kinds], Told]] = {
    Level: _level,
    Count: _count,
    Absent: _absent,
    Sequence: _sequence,
    Unanswered: _unanswered,
    Cluster: _cluster,
    Rate: _rate,
    Schedule: _schedule,
}
