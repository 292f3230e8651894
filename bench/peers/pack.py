"""The rules of the shipped pack in terms of the hand-written forms: a table by kind, and what one observation does to it."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import msgspec

from bench.peers.forms import HOUR, MINUTE, Absent, Distinct, Level, absent, distinct, level


class Alert(NamedTuple):
    """What a peer publishes.

    Attributes:
        rule: name.
        group: values of the group key, as the rule names them.
        event: ``firing``, ``updated`` or ``resolved``.
        at: when it happened, in event time, microseconds.
        starts_at: when the episode began.
    """

    rule: str
    group: tuple[str, ...]
    event: str
    at: int
    starts_at: int


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """One published alert (JSON).

    Attributes:
        alert: what happened.
        noticed_at: event time of the observation at which it was noticed, microseconds.
    """

    alert: Alert
    noticed_at: int


def is_true(one: Any) -> bool:
    """The value is true."""
    return one.value is True


def lives_alone(one: Any) -> bool:
    """Somebody moved in the home of a person who lives alone."""
    return one.value is True and one.attributes.get("lives_alone") is True


LEVELS: dict[str, tuple[Level, ...]] = {
    "bin_overflow": (Level("bin-overflow", is_true, zoned=True, lasts=10 * MINUTE, stale=15 * MINUTE, keep=5 * MINUTE),),
    "bin_fullness": (Level("bin-full", lambda one: one.value >= 0.9, clear=lambda one: one.value < 0.5, lasts=30 * MINUTE),),
    "illegal_parking": (Level("illegal-parking-motor", is_true, zoned=True, stale=10 * MINUTE, keep=2 * MINUTE),),
    "illegal_parking_nonmotor": (
        Level("illegal-parking-nonmotor", is_true, zoned=True, lasts=15 * MINUTE, stale=10 * MINUTE, keep=5 * MINUTE),
    ),
    "street_drying": (Level("street-drying", is_true, zoned=True, lasts=30 * MINUTE, stale=15 * MINUTE, keep=10 * MINUTE),),
    "exposed_rubbish": (Level("exposed-rubbish", is_true, zoned=True, lasts=20 * MINUTE, stale=15 * MINUTE, keep=10 * MINUTE),),
    "fire_lane_blocked": (Level("fire-lane-blocked", is_true, zoned=True, stale=10 * MINUTE, keep=2 * MINUTE, repeat=15 * MINUTE),),
    "smoke": (
        Level("smoke", is_true, keep=MINUTE),
        Level("smoke-still-on", is_true, lasts=5 * MINUTE, keep=MINUTE, repeat=5 * MINUTE),
    ),
    "door": (Level("door-left-open", is_true, lasts=10 * MINUTE),),
    "battery": (Level("battery-low", lambda one: one.value <= 15, clear=lambda one: one.value >= 30, lasts=HOUR),),
    "camera_health": (Level("camera-blind", lambda one: one.value != "ok", lasts=2 * MINUTE, keep=MINUTE),),
}
_OFFLINE = (Absent("device-offline", lambda _: True, after=2 * HOUR),)
_INACTIVE = (Absent("lone-elder-inactive", lives_alone, after=6 * HOUR, hours=(6, 21), zone="Asia/Shanghai"),)
ABSENCES: dict[str, tuple[Absent, ...]] = {
    "heartbeat": _OFFLINE,
    "battery": _OFFLINE,
    "link_quality": _OFFLINE,
    "motion": _INACTIVE,
    "presence": _INACTIVE,
}
SYMPTOM = Distinct("symptom-in-hospitals", sources=3, within=24 * HOUR, keep=6 * HOUR)
RULES = tuple(
    sorted({rule.rule for rules in LEVELS.values() for rule in rules} | {"device-offline", "lone-elder-inactive", "symptom-in-hospitals"})
)
"""The names of all rules that are written out here."""


def judge_source(state: dict[str, Any], one: Any) -> tuple[bool, list[Alert]]:
    """What one observation does to the rules whose groups have one source.

    Args:
        state: of the source, rule (with zone) to its state; it is changed in place, and empty when nothing is remembered.
        one: the observation.

    Returns:
        Whether the state changed, and what to publish.
    """
    changed = False
    alerts: list[Alert] = []
    for rule in LEVELS.get(one.kind, ()):
        key = f"{rule.rule}/{one.zone}" if rule.zoned else rule.rule
        held = state.get(key)
        if held is None and not rule.where(one):
            continue
        after, said = level(rule, held, one)
        changed = True
        if after is None:
            del state[key]
        else:
            state[key] = after
        if said:
            group = (one.source, one.zone) if rule.zoned else (one.source,)
            alerts.extend(Alert(rule.rule, group, *each) for each in said)
    for missing in ABSENCES.get(one.kind, ()):
        last = state.get(missing.rule)
        latest, said = absent(missing, last, one)
        if latest != last:
            state[missing.rule] = latest
            changed = True
        if said:
            alerts.extend(Alert(missing.rule, (one.source,), *each) for each in said)
    return changed, alerts


def judge_symptom(state: dict[str, Any] | None, one: Any) -> tuple[dict[str, Any], list[Alert]]:
    """What a hospital's report does to the rule whose groups are the symptoms."""
    after, said = distinct(SYMPTOM, state, one)
    return after, [Alert(SYMPTOM.rule, (one.value,), *each) for each in said]


def observations_of(envelope: Any) -> Iterator[Any]:
    """The observations of an envelope that a rule waits for; drills are seen by no rule."""
    return (one for one in envelope.observations if one.attributes.get("test") is not True)
