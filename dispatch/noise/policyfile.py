"""Reads ``noise.yaml`` into a :class:`~dispatch.noise.policy.NoisePolicy`, or tells everything that is wrong with it."""

from collections.abc import Callable, Iterable
from typing import TypeVar

import msgspec

from config.catalogue import Catalogue
from config.moment import SECOND, Micros
from config.records import read_record
from config.report import Report
from config.suggest import did_you_mean
from config.yamlfile import Node, read_yaml
from dispatch.noise.flapping import MOST_EPISODES, FlapPolicy
from dispatch.noise.forms import Known, check_fields, check_reach, read_length, read_matchers
from dispatch.noise.inhibition import Inhibition
from dispatch.noise.merging import MergePolicy
from dispatch.noise.policy import NoisePolicy, RuleFact
from dispatch.noise.routeform import read_routes
from dispatch.noise.windowform import read_window

SECTIONS = ("merge", "silences", "maintenance", "inhibit", "flapping", "notices")
Entry = TypeVar("Entry")


class InhibitForm(msgspec.Struct, frozen=True, kw_only=True):
    """The fields of an entry of ``inhibit``."""

    name: str
    source: tuple[str, ...]
    target: tuple[str, ...]
    equal: tuple[str, ...] = ()


class FlapForm(msgspec.Struct, frozen=True, kw_only=True):
    """The fields of an entry of ``flapping``."""

    episodes: int
    within: str
    calm: str
    match: tuple[str, ...] = ()


class MergeForm(msgspec.Struct, frozen=True, kw_only=True):
    """The fields of ``merge``."""

    window: str | None = None


class SilencesForm(msgspec.Struct, frozen=True, kw_only=True):
    """The fields of ``silences``."""

    longest: str | None = None


def load_noise(city: Catalogue, rules: Iterable[RuleFact] | None = None) -> NoisePolicy:
    """What a city decided about noise; the default where it has no such file.

    Raises:
        ProblemsError: the file has problems, each with its place.
    """
    report = Report()
    policy = read_noise(city, rules, report)
    report.settle()
    return policy


def read_noise(city: Catalogue, rules: Iterable[RuleFact] | None, report: Report) -> NoisePolicy:
    """Read the file as far as it can be read.

    Args:
        city: names the file, and knows cells, units, sources and categories.
        rules: every rule; ``None``: not known, then names of rules are not checked.
        report: takes the problems.
    """
    node = None if city.noise_file is None else read_yaml(city.noise_file, report)
    if node is None:
        return NoisePolicy()
    known = Known(city, None if rules is None else tuple(rules), report)
    for key in node.fields.keys() - set(SECTIONS):
        report.add(node.locate_key(key), f"unknown section {key!r}.", did_you_mean(key, SECTIONS))
    usual, notices = NoisePolicy(), node.child("notices", report)
    return NoisePolicy(
        merge=MergePolicy(window=_setting(node, "merge", MergeForm, "window", report) or usual.merge.window),
        longest_silence=_setting(node, "silences", SilencesForm, "longest", report) or usual.longest_silence,
        windows=_named(node, "maintenance", read_window, known),
        inhibitions=_named(node, "inhibit", _inhibition, known),
        flapping=tuple(found for child in node.children("flapping", report) if (found := _flapping(child, known)) is not None),
        route=usual.route if notices is None else read_routes(notices, known),
    )


def _setting(node: Node, section: str, shape: type[msgspec.Struct], field: str, report: Report) -> Micros | None:
    child = node.child(section, report)
    form = None if child is None else read_record(shape, child.fields, child.locate, report, unknown=child.locate_key)
    return None if child is None or form is None else read_length(child, field, getattr(form, field), report, least=SECOND)


def _named(node: Node, section: str, read: Callable[[Node, Known], Entry | None], known: Known) -> tuple[Entry, ...]:
    """The entries of a section; each has a name of its own, which is what an alert shows."""
    names: set[str] = set()
    found: list[Entry] = []
    report = known.report
    for child in node.children(section, report):
        name = child.fields.get("name")
        if isinstance(name, str):
            if name in names:
                report.add(child.locate("name"), f"the name {name!r} is there already.", "Give each entry a name of its own.")
            names.add(name)
        entry = read(child, known)
        if entry is not None:
            found.append(entry)
    return tuple(found)


def _inhibition(node: Node, known: Known) -> Inhibition | None:
    report = known.report
    form = read_record(InhibitForm, node.fields, node.locate, report, unknown=node.locate_key)
    if form is None:
        return None
    for side in ("source", "target"):
        if not getattr(form, side):
            report.add(node.locate(side), f"{side}: there is no matcher.", "Say which alerts are meant.")
    check_fields(node, "equal", form.equal, known)
    source = read_matchers(node, "source", form.source, known)
    target = read_matchers(node, "target", form.target, known)
    check_reach(node, "target", target, known)
    return Inhibition(name=form.name, source=source, target=target, equal=form.equal)


def _flapping(node: Node, known: Known) -> FlapPolicy | None:
    report = known.report
    form = read_record(FlapForm, node.fields, node.locate, report, unknown=node.locate_key)
    if form is None:
        return None
    if not 2 <= form.episodes <= MOST_EPISODES:
        report.add(node.locate("episodes"), f"episodes: {form.episodes} is out of bounds.", f"Write 2 to {MOST_EPISODES}.")
    within = read_length(node, "within", form.within, report, least=SECOND)
    calm = read_length(node, "calm", form.calm, report, least=SECOND)
    matchers = read_matchers(node, "match", form.match, known)
    if within is None or calm is None:
        return None
    return FlapPolicy(episodes=form.episodes, within=within, calm=calm, matchers=matchers)
