"""What a rule looks at: kinds by their labels, conditions as they are written, groups by their fields."""

from collections.abc import Iterable, Mapping

from config.kinds import Kind, Text
from rules.model import Expected, Fleet, Predicate, Step

_FIELDS = {
    "source": Text("source", "信源"),
    "zone": Text("zone", "区域"),
    "kind": Text("kind", "类型"),
    "unit": Text("unit", "单位"),
    "value": Text("value", "值"),
}


def matches(kinds: Iterable[str], where: Predicate | None, table: Mapping[str, Kind]) -> Text:
    """``"Door open" (door) with value == true``."""
    labels = [table[name].label if name in table else Text(name, name) for name in kinds]
    names = list(kinds)
    english = " or ".join(f'"{label.en}" ({name})' for label, name in zip(labels, names, strict=True))
    chinese = "或".join(f"“{label.zh}”（{name}）" for label, name in zip(labels, names, strict=True))
    if where is None:
        return Text(f"any observation of {english}", f"任何{chinese}观测")
    text = " ".join(where.text.split())
    return Text(f"an observation of {english} for which `{text}`", f"满足 `{text}` 的{chinese}观测")


def step(part: Step, table: Mapping[str, Kind]) -> Text:
    """One part of a sequence."""
    return matches(part.kinds, part.where, table)


def group(by: tuple[str, ...]) -> Text:
    """For what each alert is one."""
    if not by:
        return Text("All sources are judged together.", "所有信源合并判断。")
    names = [_FIELDS.get(name, Text(name, name)) for name in by]
    english = " and ".join(name.en for name in names)
    return Text(f"Each {english} is judged by itself.", f"按{'、'.join(name.zh for name in names)}分别判断。")


_FLEETS = {
    None: Text("device or camera", "设备或摄像机"),
    Fleet.DEVICES: Text("device", "设备"),
    Fleet.CAMERAS: Text("camera", "摄像机"),
}


def expected(sources: Expected, kinds: Iterable[str], table: Mapping[str, Kind]) -> Text:
    """``, and each device of the city that reports "Battery" (battery) from when the rule begins to hold``."""
    if sources.sources:
        named = ", ".join(sources.sources)
        return Text(f", and {named} from when the rule begins to hold", f"；{named} 自规则生效起计")
    fleet = _FLEETS[sources.fleet]
    names = sources.kinds or tuple(kinds)
    labels = [table[name].label if name in table else Text(name, name) for name in names]
    english = " or ".join(f'"{label.en}" ({name})' for label, name in zip(labels, names, strict=True))
    chinese = "或".join(f"“{label.zh}”（{name}）" for label, name in zip(labels, names, strict=True))
    tagged = Text(f", tagged {' and '.join(sources.tags)},", f"、标签为 {'、'.join(sources.tags)} 的") if sources.tags else Text("", "")
    return Text(
        f", and each {fleet.en} of the city that reports {english}{tagged.en} from when the rule begins to hold",
        f"；本市上报{chinese}{tagged.zh or '的'}{fleet.zh}自规则生效起计",
    )
