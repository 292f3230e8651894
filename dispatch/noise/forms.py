"""Reads the parts that entries of ``noise.yaml`` share: lengths of time, matchers, names that must be known. Collects every problem."""

from collections.abc import Iterable, Sequence

import msgspec

from config.catalogue import Catalogue
from config.duration import parse_duration
from config.moment import Micros
from config.report import Report
from config.suggest import did_you_mean
from config.yamlfile import Node
from dispatch.noise.draft import reach_of
from dispatch.noise.matcher import FIELDS, PREFIXES, Matcher, Operator
from dispatch.noise.matchertext import EXAMPLE, complaints_about, parse_matcher
from dispatch.noise.policy import RuleFact

_LISTED = ("unit", "cell")


class Known(msgspec.Struct, frozen=True):
    """What names in the file may refer to.

    Attributes:
        city: the catalogue.
        rules: every rule; ``None`` when the rules could not be read, so that no name of one is a problem.
        report: takes the problems.
    """

    city: Catalogue
    rules: tuple[RuleFact, ...] | None
    report: Report


def read_length(node: Node, key: str, text: str | None, report: Report, *, least: Micros = 0) -> Micros | None:
    """A length of time that is at least so long; ``None`` when it is left out, or wrong, which is told."""
    if text is None:
        return None
    try:
        length = parse_duration(text)
    except ValueError as error:
        report.add(node.locate(key), f"{key}: {error}.", "Write for example 5m.")
        return None
    if length < least:
        report.add(node.locate(key), f"{key}: {text} is too short.", "Write a longer time.")
        return None
    return length


def read_matchers(node: Node, key: str, texts: Sequence[str], known: Known) -> tuple[Matcher, ...]:
    """Matchers from a list of texts; what is wrong is told with its place, and left out."""
    found: list[Matcher] = []
    for index, text in enumerate(texts):
        try:
            matcher = parse_matcher(text)
        except ValueError as error:
            known.report.add(node.locate_item(key, index), f"{key}: {error}.", EXAMPLE)
            continue
        # A lone matcher may well take the empty value (zone=""): here it only narrows what the entry is about.
        complaints = [one for one in complaints_about([matcher]) if one.where != "matchers"]
        for complaint in complaints:
            known.report.add(node.locate_item(key, index), f"{key}: {complaint.what}", complaint.fix)
        if not complaints:
            _check_name(node, key, index, matcher, known)
            found.append(matcher)
    return tuple(found)


def _check_name(node: Node, key: str, index: int, matcher: Matcher, known: Known) -> None:
    """A misspelt name would match nothing in silence."""
    names = names_of(matcher.field, known) if matcher.operator is Operator.EQUAL else None
    if names is not None and matcher.value not in names:
        known.report.add(
            node.locate_item(key, index), f"{key}: the {matcher.field} {matcher.value!r} is not known.", did_you_mean(matcher.value, names)
        )


def names_of(field: str, known: Known) -> frozenset[str] | None:
    """The values that a field can have; ``None`` where anything may come."""
    city = known.city
    tables: dict[str, Iterable[str]] = {
        "cell": city.cells,
        "unit": city.units,
        "category": city.categories,
        "source": [*city.cameras, *city.devices],
    }
    if field == "rule":
        return None if known.rules is None else frozenset(rule.name for rule in known.rules)
    names = frozenset(tables.get(field, ()))
    return names or None


def check_names(node: Node, key: str, values: Sequence[str], field: str, known: Known) -> None:
    """Each value of a list must be known."""
    names = names_of(field, known)
    for index, value in enumerate(values):
        if names is not None and value not in names:
            known.report.add(node.locate_item(key, index), f"{key}: the {field} {value!r} is not known.", did_you_mean(value, names))


def check_fields(node: Node, key: str, fields: Sequence[str], known: Known) -> None:
    """Each name of a list must be a field of alerts."""
    for index, field in enumerate(fields):
        if field not in FIELDS and not any(field.startswith(prefix) and len(field) > len(prefix) for prefix in PREFIXES):
            known.report.add(
                node.locate_item(key, index),
                f"{key}: the field {field!r} is not known.",
                did_you_mean(field, [*FIELDS, "labels.NAME", "group.NAME"]),
            )


def check_reach(node: Node, key: str, matchers: Sequence[Matcher], known: Known) -> None:
    """What is about life safety only does nothing, which its author should know."""
    reach = reach_of(matchers, known.rules or ())
    if matchers and reach.in_vain:
        told = f"{key}: it is about life safety only ({', '.join(reach.passing)}), which nothing keeps quiet."
        known.report.add(node.locate(key), told, "Take it out, or name other rules.")
