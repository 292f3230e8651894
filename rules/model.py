"""What a rule is, once read and checked: frozen values that say what, and nothing about how (SEMANTICS, sections 1 to 3)."""

from collections.abc import Hashable, Mapping
from enum import StrEnum

import msgspec

from config.feeds import CityFeeds
from config.kinds import Kind, Text
from config.moment import Micros
from config.problem import Problem
from config.report import Place
from config.sources import Reporter
from config.weekly import Active
from streams.alert import Severity, TicketPolicy
from streams.observation import Position

BLIND = "monitoring-blind"
"""The name of the one rule that is built in (:mod:`rules.sight`); no rule file may use it."""


class Predicate(msgspec.Struct, frozen=True, kw_only=True):
    """The text of a condition on one observation.

    Attributes:
        text: an expression of :mod:`rules.predicates`.
        place: where the text begins, for messages; no part of the rule's meaning.
    """

    text: str
    place: Place


class Level(msgspec.Struct, frozen=True, kw_only=True, tag="level"):
    """True from a match on, until a sample says otherwise.

    Attributes:
        clear: what ends it; ``None``: a sample that is no match.
        stale_after: how long one match is believed; ``None``: for ever.
    """

    clear: Predicate | None = None
    stale_after: Micros | None = None


class Count(msgspec.Struct, frozen=True, kw_only=True, tag="count"):
    """True while at least so many matches, or different values of a field, lie in the window (t - within, t]."""

    at_least: int
    within: Micros
    distinct: str | None = None


class Fleet(StrEnum):
    """Which sources of a city."""

    DEVICES = "devices"
    CAMERAS = "cameras"


class Expected(msgspec.Struct, frozen=True, kw_only=True):
    """Sources whose absence counts although nothing of them was seen yet.

    Attributes:
        fleet: of the city's devices or cameras only; ``None``: of both.
        kinds: that report one of these kinds; empty: one of the rule's.
        tags: that have all of these tags.
        sources: exactly these, and none of the city's.
    """

    fleet: Fleet | None = None
    kinds: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()


class Absent(msgspec.Struct, frozen=True, kw_only=True, tag="absent"):
    """True while no match came for so much active time."""

    after: Micros
    active: Active | None = None
    expected: Expected | None = None


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One part of a sequence."""

    kinds: tuple[str, ...]
    where: Predicate | None = None


class Sequence(msgspec.Struct, frozen=True, kw_only=True, tag="sequence"):
    """True at the instant of a second step that follows a first one by more than nothing and at most ``within``."""

    first: Step
    second: Step
    within: Micros


class Unanswered(msgspec.Struct, frozen=True, kw_only=True, tag="unanswered"):
    """True from ``within`` after a first step that no answer followed, until the next answer (``sequence: [A, {not: B}]``)."""

    first: Step
    answer: Step
    within: Micros


class Cluster(msgspec.Struct, frozen=True, kw_only=True, tag="cluster"):
    """True at the instant of a match with enough different sources around it.

    Attributes:
        sources: how many, the match's own among them.
        radius: metres on the great circle.
        within: window length.
    """

    sources: int
    radius: float
    within: Micros


class Side(StrEnum):
    """On which side of its bound a rate is trouble."""

    ABOVE = "above"
    BELOW = "below"


class Rate(msgspec.Struct, frozen=True, kw_only=True, tag="rate"):
    """True while the value changes faster (slower) than ``bound`` for each ``per``."""

    side: Side
    bound: float
    per: Micros
    within: Micros


class Schedule(msgspec.Struct, frozen=True, kw_only=True, tag="schedule"):
    """True at the instant at which a date in a table comes, less ``before``.

    Attributes:
        table: file name, from the folder of the rule file.
        at: column of the date.
        key: columns that name a row; they are the group key.
        minutes: when on its day a date comes, in minutes after local midnight.
        zone: IANA time zone of that.
        before: how much earlier the rule fires.
        catch_up: how late a date that has passed may be noticed and still fire.
    """

    table: str
    at: str
    key: tuple[str, ...]
    minutes: int = 0
    zone: str
    before: Micros = 0
    catch_up: Micros


Condition = Level | Count | Absent | Sequence | Unanswered | Cluster | Rate | Schedule
"""One of the forms; each has its evaluator of the same name under :mod:`rules.conditions`."""


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """One rule.

    Attributes:
        name: unique in the rule set; part of every alert's id.
        group: name of the rule group that it was written in.
        kinds: kinds of observations that it looks at.
        where: which of them are matches; ``None``: all.
        condition: its form.
        by: fields of the group key.
        for_: how long the condition must hold before it fires.
        keep_firing_for: how long it must be over before it resolves.
        lateness: how long observations may come out of order.
        repeat: how often a firing alert says so again; ``None``: only on change.
        severity: how bad it is.
        category: matter code; ``None``: the alert has none.
        ticket: what it does about a ticket.
        summary: text with placeholders in braces.
        labels: free texts for routing and search.
        life_safety: whether its kinds are life-safety kinds (all of them or none are).
        version: hash of everything above.
        shadow: whether it is evaluated only, and publishes nothing; no part of the version.
        place: where it was written.
    """

    name: str
    group: str
    kinds: tuple[str, ...]
    where: Predicate | None = None
    condition: Condition = Level()
    by: tuple[str, ...] = ("source",)
    for_: Micros = 0
    keep_firing_for: Micros = 0
    lateness: Micros = 0
    repeat: Micros | None = None
    severity: Severity = Severity.MINOR
    category: str | None = None
    ticket: TicketPolicy = TicketPolicy.NONE
    summary: Text
    labels: Mapping[str, str] = {}
    life_safety: bool = False
    version: str = ""
    shadow: bool = False
    place: Place


class Member(msgspec.Struct, frozen=True, kw_only=True):
    """A group that a rule knows before anything of it was seen: an expected source, or a row of a table.

    Attributes:
        key: the group key.
        date: when it is due, as the table has it; empty for a source, and for a row without a date.
        row: cells by column.
        position: where it is.
    """

    key: Hashable
    date: str = ""
    row: Mapping[str, str] = {}
    position: Position | None = None


class Given(msgspec.Struct, frozen=True, kw_only=True):
    """What rule files refer to, and what must be known to read them again.

    Attributes:
        tables: texts of tables (CSV) by path: the folder of the rule file that names one, and the name.
        reporters: the sources of the catalogue; ``None`` where no catalogue is at hand, as in a replay without a city.
        feeds: the city's feeds; ``None`` where the rules do not say, as those that cityloop packed before it carried them.
    """

    tables: Mapping[str, str] = {}
    reporters: Mapping[str, Reporter] | None = None
    feeds: CityFeeds | None = None


class Source(msgspec.Struct, frozen=True):
    """A rule file as it was read.

    Attributes:
        file: its name, for messages, and for tables that lie beside it.
        text: what stands in it.
        shadow: whether all its rules run in shadow, as those of a candidate do.
    """

    file: str
    text: str
    shadow: bool = False


class RuleSet(msgspec.Struct, frozen=True, kw_only=True):
    """Rules that were checked together.

    Attributes:
        rules: in file order.
        kinds: the kinds table that they were checked against.
        version: hash of the rules' versions, of their registers, of the feeds, and of what the kinds mean.
        registers: by rule, the groups that it knows before anything of them was seen.
        given: what the rule files refer to.
        shadow: rules that are evaluated and publish nothing; one may have the name of a rule of ``rules``.
        shadow_registers: as ``registers``, of the rules in shadow.
        sources: the files, so that the log and a checkpoint can carry the set.
        bounded: of a set that the log carries, what is run otherwise than it is written, since a bound came after it.
    """

    rules: tuple[Rule, ...]
    kinds: Mapping[str, Kind]
    version: str
    registers: Mapping[str, tuple[Member, ...]] = {}
    given: Given = Given()
    shadow: tuple[Rule, ...] = ()
    shadow_registers: Mapping[str, tuple[Member, ...]] = {}
    sources: tuple[Source, ...] = ()
    bounded: tuple[Problem, ...] = ()
