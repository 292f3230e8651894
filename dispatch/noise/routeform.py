"""The tree of routes as ``noise.yaml`` has it: a branch inherits what it does not say."""

import msgspec

from config.moment import SECOND
from config.records import read_record
from config.report import Report
from config.suggest import did_you_mean
from config.yamlfile import Node
from dispatch.noise.forms import Known, check_fields, read_length, read_matchers
from dispatch.noise.route import DEFAULT, Manner, Route

_CHILDREN = "routes"
_DEEPEST = 10


class RouteForm(msgspec.Struct, frozen=True, kw_only=True):
    """The fields of ``notices`` and of each of its ``routes``."""

    name: str | None = None
    manner: Manner | None = None
    match: tuple[str, ...] = ()
    group_by: tuple[str, ...] | None = None
    group_wait: str | None = None
    group_interval: str | None = None
    repeat_interval: str | None = None
    unit: str | None = None


def read_routes(node: Node, known: Known) -> Route:
    """The whole tree; parts with problems are left out."""
    names: set[str] = set()
    return _read(node, DEFAULT, known, names, depth=0) or DEFAULT


def _read(node: Node, above: Route, known: Known, names: set[str], depth: int) -> Route | None:
    report = known.report
    fields = {key: value for key, value in node.fields.items() if key != _CHILDREN}
    form = read_record(RouteForm, fields, node.locate, report, unknown=node.locate_key)
    if form is None or depth > _DEEPEST:
        return None
    name = _name(node, form, report, names, depth)
    check_fields(node, "group_by", form.group_by or (), known)
    if form.unit is not None and form.unit not in known.city.units:
        report.add(node.locate("unit"), f"the unit {form.unit!r} is not known.", did_you_mean(form.unit, known.city.units))
    if depth == 0 and form.match:
        report.add(node.locate("match"), "match: the root takes every alert.", "Put match into the entries of routes.")
    if depth > 0 and not form.match:
        report.add(node.locate(None), "match is missing, so that no later route would ever be taken.", "Say which alerts it is for.")
    wait = read_length(node, "group_wait", form.group_wait, report)
    interval = read_length(node, "group_interval", form.group_interval, report, least=SECOND)
    repeat = read_length(node, "repeat_interval", form.repeat_interval, report, least=SECOND)
    route = Route(
        name=name,
        manner=form.manner if form.manner is not None else above.manner,
        matchers=read_matchers(node, "match", form.match, known),
        group_by=form.group_by if form.group_by is not None else above.group_by,
        wait=above.wait if wait is None else wait,
        interval=above.interval if interval is None else interval,
        repeat=above.repeat if repeat is None else repeat,
        unit=form.unit if form.unit is not None else above.unit,
    )
    branches = [_read(child, route, known, names, depth + 1) for child in node.children(_CHILDREN, report)]
    return msgspec.structs.replace(route, routes=tuple(branch for branch in branches if branch is not None))


def _name(node: Node, form: RouteForm, report: Report, names: set[str], depth: int) -> str:
    if depth == 0:
        names.add(DEFAULT.name)
        return DEFAULT.name
    if form.name is None:
        report.add(node.locate(None), "name is missing.", "Give each route a name of its own: its groups are kept under it.")
        return ""
    if form.name in names:
        report.add(node.locate("name"), f"the route {form.name!r} is there already.", "Give each route a name of its own.")
    names.add(form.name)
    return form.name
