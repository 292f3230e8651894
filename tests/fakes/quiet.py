"""What noise control keeps, in dictionaries: silences, groups and timers."""

from collections.abc import Iterable

import msgspec

from config.moment import Micros
from dispatch.alertcase import AlertCase, AlertState
from dispatch.change import Change
from dispatch.desk import Desk
from dispatch.noise.group import Group, Told, begin_group
from dispatch.noise.history import SilenceEvent
from dispatch.noise.judging import Surroundings
from dispatch.noise.policy import NoisePolicy
from dispatch.noise.silence import Silence
from dispatch.noise.subject import series_of
from streams.alert import AlertEvent


class Quiet:
    """The memory of a case book in memory, as far as noise is concerned.

    Attributes:
        silences: by id.
        events: their histories.
        judge_at: timers of alerts.
        groups: by id.
        members: what was last said of a group's alerts, by group.
    """

    def __init__(self) -> None:
        self.silences: dict[str, Silence] = {}
        self.events: dict[str, list[SilenceEvent]] = {}
        self.judge_at: dict[str, Micros] = {}
        self.groups: dict[str, Group] = {}
        self.members: dict[str, dict[str, Told]] = {}

    def surroundings(self, policy: NoisePolicy, desk: Desk, cases: Iterable[AlertCase], latest: AlertEvent, now: Micros) -> Surroundings:
        """What an alert is judged in."""
        known, series = list(cases), series_of(latest.rule, latest.group)
        starts = [case.latest.starts_at for case in known if series_of(case.latest.rule, case.latest.group) == series]
        return Surroundings(
            policy=policy,
            silences=tuple(silence for _, silence in sorted(self.silences.items()) if silence.over_at > now),
            firing=tuple(desk.subject(case) for case in known if case.state is AlertState.FIRING),
            starts=(*starts, latest.starts_at),
        )

    def keep(self, change: Change) -> None:
        """An alert's timer and its group."""
        assert change.alert is not None
        name = change.alert.id
        if change.judge_at is not msgspec.UNSET:
            self.judge_at.pop(name, None)
            if change.judge_at is not None:
                self.judge_at[name] = change.judge_at
        if change.enrolment is not None:
            self.groups.setdefault(change.enrolment.group, begin_group(change.enrolment))
            self.members.setdefault(change.enrolment.group, {}).setdefault(name, Told.NOTHING)

    def judge_soon(self, names: Iterable[str], at: Micros) -> None:
        """Let alerts be judged again."""
        self.judge_at |= dict.fromkeys(names, at)
