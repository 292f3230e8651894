"""What contradicts itself in a rule that was read, with the reason."""

from collections.abc import Collection, Iterable, Mapping

from config.kinds import Kind, ValueType
from config.report import Place, Report
from config.suggest import did_you_mean
from rules.model import Absent, Cluster, Count, Level, Rate, Rule, Schedule, Sequence, Unanswered
from streams.alert import TicketPolicy

Places = Mapping[str, Place]


def check_rule(rule: Rule, places: Places, kinds: Mapping[str, Kind], report: Report) -> None:
    """Note everything in a rule that makes no sense."""
    known = [kinds[name] for name in rule.kinds if name in kinds]
    _life_safety(rule, places, known, report)
    _groups(rule, places, report)
    _values(rule, places, known, report)
    _times(rule, places, known, report)
    _ticket(rule, places, report)
    _register(rule, places, kinds, report)


def check_categories(rules: Iterable[tuple[Rule, Places]], known: Collection[str], report: Report) -> None:
    """Note each rule whose category is none of a city's."""
    for rule, places in rules:
        if rule.category is not None and rule.category not in known:
            report.add(_at(rule, places, "category"), f"the category {rule.category!r} is not known.", did_you_mean(rule.category, known))


def _at(rule: Rule, places: Places, field: str) -> Place:
    return places.get(field, rule.place)


def _life_safety(rule: Rule, places: Places, known: Iterable[Kind], report: Report) -> None:
    urgent = [kind.name for kind in known if kind.life_safety]
    others = [kind.name for kind in known if not kind.life_safety]
    if urgent and others:
        report.add(
            places.get("kind", places.get("sequence", rule.place)),
            f"{urgent[0]!r} is a life-safety kind and {others[0]!r} is not; they travel apart, so no rule sees both.",
            "Write two rules.",
        )


def _groups(rule: Rule, places: Places, report: Report) -> None:
    condition = rule.condition
    if isinstance(condition, Cluster) and "source" in rule.by:
        report.add(_at(rule, places, "by"), "a cluster needs several sources, and by: source leaves one in each group.", "Leave 'by' out.")
    if isinstance(condition, Count) and condition.distinct in rule.by and condition.at_least > 1:
        report.add(
            _at(rule, places, "distinct"),
            f"each group has one {condition.distinct} only, since the rule groups by it.",
            f"Group by something else than {condition.distinct}.",
        )


def _values(rule: Rule, places: Places, known: list[Kind], report: Report) -> None:
    """What can never be, since the observations of one group do not differ as far as the rule asks."""
    condition = rule.condition
    if isinstance(condition, Count):
        most = None
        if condition.distinct == "kind":
            most = len(rule.kinds)
        elif condition.distinct == "value" and known and all(kind.value is ValueType.BOOL for kind in known):
            most = 2
        if most is not None and condition.at_least > most:
            report.add(
                _at(rule, places, "count"),
                f"the observations that the rule looks at have at most {most} different {condition.distinct}s, so there are never {condition.at_least}.",
                f"Write at most {most}, or count something else.",
            )
    if isinstance(condition, Sequence | Unanswered) and "kind" in rule.by:
        second = condition.second if isinstance(condition, Sequence) else condition.answer
        if not set(condition.first.kinds) & set(second.kinds):
            report.add(
                _at(rule, places, "by"),
                "the steps of the sequence are of different kinds, and no group has more than one.",
                "Leave 'kind' out of 'by'.",
            )


def _times(rule: Rule, places: Places, known: list[Kind], report: Report) -> None:
    condition = rule.condition
    pulse = isinstance(condition, Sequence | Cluster | Schedule)
    if isinstance(condition, Level):
        momentary = bool(known) and all(kind.pulse for kind in known)
        pulse = condition.stale_after == 0 or (condition.stale_after is None and momentary)
        if condition.stale_after is None and not momentary and any(kind.pulse for kind in known):
            report.add(
                _at(rule, places, "kind"),
                "some of these kinds are true at one instant only and others last, so the rule cannot know when a match is over.",
                "Say so with 'stale_after', or write two rules.",
            )
    if pulse and rule.for_:
        report.add(
            _at(rule, places, "for"),
            "the condition is true at one instant only, so it can never hold for a time.",
            "Leave 'for' out, or say with 'stale_after' how long one match of a level is believed.",
        )
    if isinstance(condition, Rate):
        for kind in known:
            if kind.value is not ValueType.NUMBER:
                report.add(_at(rule, places, "kind"), f"{kind.name!r} has no numbers that a rate could be taken of.", "Use 'count'.")


def _ticket(rule: Rule, places: Places, report: Report) -> None:
    if rule.ticket is not TicketPolicy.NONE and rule.category is None:
        report.add(_at(rule, places, "ticket"), "a ticket has a category, and the rule names none.", 'Add for example category: "06042".')


def _register(rule: Rule, places: Places, kinds: Mapping[str, Kind], report: Report) -> None:
    """What makes no sense for groups that are known before anything of them is seen."""
    condition = rule.condition
    if isinstance(condition, Schedule):
        if "by" in places:
            report.add(places["by"], "each row of the table is a group already, named by 'key'.", "Leave 'by' out.")
        if rule.lateness:
            report.add(_at(rule, places, "lateness"), "a date does not come out of order.", "Leave 'lateness' out.")
    if isinstance(condition, Absent) and condition.expected is not None:
        if rule.by != ("source",):
            report.add(
                _at(rule, places, "by"), "of an expected source nothing but its name is known.", "Leave 'by' out, or leave 'expected' out."
            )
        for name in condition.expected.kinds:
            if name not in kinds:
                report.add(_at(rule, places, "expected"), f"expected: {name!r} is not in the kinds table.", did_you_mean(name, kinds))
