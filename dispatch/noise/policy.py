"""Everything that a city decides about noise, as one frozen value; the default changes nothing."""

import msgspec

from config.moment import SECOND, Micros
from dispatch.noise.flapping import FlapPolicy
from dispatch.noise.inhibition import Inhibition
from dispatch.noise.merging import MergePolicy
from dispatch.noise.route import DEFAULT, Route
from dispatch.noise.window import Window

DAY: Micros = 86_400 * SECOND


class NoisePolicy(msgspec.Struct, frozen=True, kw_only=True):
    """What ``noise.yaml`` says.

    Attributes:
        merge: when episodes share a ticket.
        longest_silence: no silence is longer.
        windows: maintenance windows.
        inhibitions: which alerts keep others quiet.
        flapping: when alerts count as flapping.
        route: root of the tree of notices.
    """

    merge: MergePolicy = MergePolicy()
    longest_silence: Micros = 30 * DAY
    windows: tuple[Window, ...] = ()
    inhibitions: tuple[Inhibition, ...] = ()
    flapping: tuple[FlapPolicy, ...] = ()
    route: Route = DEFAULT


class RuleFact(msgspec.Struct, frozen=True, kw_only=True):
    """What noise control must know of a rule before any alert of it fires.

    Attributes:
        name: the rule's.
        life_safety: nothing keeps its alerts quiet.
        severity: of its alerts.
        category: of its alerts.
        labels: of its alerts.
    """

    name: str
    life_safety: bool
    severity: str
    category: str | None = None
    labels: dict[str, str] = {}
