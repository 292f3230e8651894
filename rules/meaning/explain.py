"""A rule from beginning to end: when it fires, when it resolves, and what it does about a ticket."""

from collections.abc import Mapping

import msgspec

from config.kinds import Kind, Text
from rules.crossing import crosses
from rules.meaning.conditions import told
from rules.meaning.lengths import length
from rules.meaning.subjects import group
from rules.model import Rule
from streams.alert import Severity, TicketPolicy

_SEVERITY = {
    Severity.CRITICAL: Text("critical", "危急"),
    Severity.MAJOR: Text("major", "严重"),
    Severity.MINOR: Text("minor", "一般"),
    Severity.WARNING: Text("warning", "提示"),
}
_TICKET = {
    TicketPolicy.AUTO: Text("A ticket is opened and dispatched by itself", "自动立案并派遣"),
    TicketPolicy.CONFIRM: Text("A ticket is opened when somebody on duty confirms the alert", "值班人员确认告警后立案"),
    TicketPolicy.NONE: Text("No ticket is opened", "不立案"),
}


class Explanation(msgspec.Struct, frozen=True, kw_only=True):
    """A rule in words.

    Attributes:
        rule: its name.
        version: hash of its meaning, as alerts carry it.
        place: ``file:line`` where it was written.
        summary: what its alerts say.
        fires: when it fires, sentence by sentence.
        resolves: when it resolves.
        ticket: what it does about a ticket.
        notes: what else is to be known.
    """

    rule: str
    version: str
    place: str
    summary: Text
    fires: tuple[Text, ...]
    resolves: tuple[Text, ...]
    ticket: tuple[Text, ...]
    notes: tuple[Text, ...]


def explain_rule(rule: Rule, kinds: Mapping[str, Kind], categories: Mapping[str, Text]) -> Explanation:
    """Put a rule into words.

    Args:
        rule: the rule.
        kinds: the kinds table, for labels.
        categories: matter codes with their names.
    """
    begins, ends = told(rule, kinds)
    return Explanation(
        rule=rule.name,
        version=rule.version,
        place=f"{rule.place.file}:{rule.place.line}",
        summary=rule.summary,
        fires=(group(rule.by), begins, _firing(rule)),
        resolves=(ends, _resolving(rule)),
        ticket=_ticket(rule, categories),
        notes=tuple(_notes(rule)),
    )


def _firing(rule: Rule) -> Text:
    severity = _SEVERITY[rule.severity]
    if not rule.for_:
        return Text(f"The alert ({severity.en}) fires at that very instant.", f"随即触发{severity.zh}告警。")
    lasting = length(rule.for_)
    return Text(
        f"The alert ({severity.en}) fires when that has lasted for {lasting.en} without a break.",
        f"连续成立 {lasting.zh}后触发{severity.zh}告警。",
    )


def _resolving(rule: Rule) -> Text:
    if not rule.keep_firing_for:
        return Text("The alert resolves at that very instant.", "告警随即解除。")
    quiet = length(rule.keep_firing_for)
    return Text(
        f"The alert resolves when it has not held again for {quiet.en}; until then it is the same alert.",
        f"其后 {quiet.zh}内未再成立则告警解除；在此之前仍为同一告警。",
    )


def _ticket(rule: Rule, categories: Mapping[str, Text]) -> tuple[Text, ...]:
    policy = _TICKET[rule.ticket]
    if rule.category is None:
        return (Text(f"{policy.en}.", f"{policy.zh}。"),)
    label = categories.get(rule.category, Text("not in the table of categories", "类别表中没有"))
    return (Text(f"{policy.en}; category {rule.category} ({label.en}).", f"{policy.zh}；类别 {rule.category}（{label.zh}）。"),)


def _notes(rule: Rule) -> list[Text]:
    found = []
    if rule.life_safety:
        found.append(Text("Life safety: it travels on the urgent topic and is never silenced.", "生命安全类：走紧急通道，不可静默。"))
    if rule.repeat is not None:
        again = length(rule.repeat)
        found.append(Text(f"While it fires it says so again every {again.en}.", f"持续期间每 {again.zh}再次提醒。"))
    if rule.lateness:
        late = length(rule.lateness)
        found.append(Text(f"Observations may come out of order by up to {late.en}.", f"允许观测乱序到达，最多 {late.zh}。"))
    if crosses(rule):
        found.append(
            Text(
                "Its sources may lie on several partitions: their observations are sent on and judged where the group lives, as soon as the "
                "clock of every partition has passed them, which takes a second or two.",
                "其信源可能分布在多个分区：观测会汇集到分组所在分区，待所有分区的时钟都越过该观测后再判断，约需一两秒。",
            )
        )
    return found
