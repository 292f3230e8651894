"""An alert as matchers see it."""

from collections.abc import Sequence

import msgspec

from config.moment import Micros
from dispatch.alertcase import AlertCase
from dispatch.noise.matcher import Values
from streams.ids import canonical


class Subject(msgspec.Struct, frozen=True, kw_only=True):
    """What noise control knows of an alert.

    Attributes:
        id: of the alert.
        values: by field; ``cell`` and ``unit`` with all that lie around or above, the alert's own first.
        life_safety: nothing keeps it quiet.
        starts_at: when its episode began.
    """

    id: str
    values: Values
    life_safety: bool
    starts_at: Micros

    @property
    def rule(self) -> str:
        """The rule's name."""
        return self.values["rule"][0]

    def first(self, field: str) -> str | None:
        """The alert's own value of a field; ``None`` where it has none."""
        return next(iter(self.values.get(field, ())), None)


def subject_of(alert: AlertCase, around: Sequence[str], above: Sequence[str]) -> Subject:
    """An alert with its place.

    Args:
        alert: the alert.
        around: its cell and those around it, the narrowest first; empty without cell.
        above: its unit and those above it; empty without unit.
    """
    latest = alert.latest
    single = {
        "rule": latest.rule,
        "severity": latest.severity.value,
        "category": latest.category,
        "source": latest.source,
        "zone": latest.zone,
    }
    values: dict[str, tuple[str, ...]] = {field: (value,) for field, value in single.items() if value is not None}
    values |= {"cell": tuple(around), "unit": tuple(above)}
    values |= {f"labels.{name}": (value,) for name, value in latest.labels.items()}
    values |= {f"group.{name}": (spelled(value),) for name, value in latest.group.items() if value is not None}
    return Subject(id=alert.id, values=values, life_safety=latest.life_safety, starts_at=latest.starts_at)


def spelled(value: object) -> str:
    """A value of a group key as a text; a text is itself, anything else is its JSON."""
    return value if isinstance(value, str) else canonical(value)


def series_of(rule: str, group: object) -> str:
    """What the episodes of one rule and group have in common."""
    return canonical((rule, group))
