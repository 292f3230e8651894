"""Where the observations of rules over several sources go, and who needs to know what time it is."""

from collections.abc import Iterable

from config.kinds import Kind
from rules.crossing.division import UPSTREAM, crosses, home_of, upstream_of, way_of
from rules.crossing.homes import Homes
from rules.crossing.relevance import Relevance
from rules.engine import Counts, Limits, Tally
from rules.engine.partition import TEST
from rules.model import Rule, RuleSet
from streams.observation import Observation


class Route:
    """The way of one rule's observations.

    Attributes:
        rule: the name under which they travel.
        shadow: whether the rule runs in shadow, and may publish nothing.
        counts: of the rule; an observation that is left out was looked at here.
    """

    def __init__(self, rule: Rule, kinds: dict[str, Kind], partitions: int, counts: Counts) -> None:
        self.rule, self.shadow = way_of(rule), rule.shadow
        self.counts = counts
        self._relevance = Relevance(rule, kinds)
        self._homes = Homes(rule, partitions)

    def home(self, observation: Observation) -> int | None:
        """The partition that the observation's group lives in; ``None`` where the rule's meaning cannot depend on it."""
        if self._relevance.leaves_out(observation):
            self.counts.evaluated += 1
            return None
        return self._homes.of(observation)


class Routing:
    """The routes of a rule set, those of rules in shadow among them; one serves all partitions of a process.

    Attributes:
        by_kind: the routes of each kind that some rule over several sources looks at.
        listeners: by upstream topic, the partitions of ``cityloop.matches`` that must be told its clock.
        partitions: of each topic.
    """

    def __init__(self, ruleset: RuleSet, partitions: int, limits: Limits, tally: Tally, shadow_tally: Tally | None = None) -> None:
        self.partitions = partitions
        self._max_ahead = limits.max_ahead
        apart = Tally() if shadow_tally is None else shadow_tally
        rules = [rule for rule in (*ruleset.rules, *ruleset.shadow) if crosses(rule)]
        by_kind: dict[str, tuple[Route, ...]] = {}
        for rule in rules:
            route = Route(rule, dict(ruleset.kinds), partitions, (apart if rule.shadow else tally).of(rule.name))
            for kind in rule.kinds:
                by_kind[kind] = (*by_kind.get(kind, ()), route)
        self.by_kind = by_kind
        self.listeners = {topic: self._listeners(rule for rule in rules if upstream_of(rule) == topic) for topic in UPSTREAM}

    def counts(self, observation: Observation, received: int) -> bool:
        """Whether rules may see the observation: it is no drill, and not from the future (as the engine itself has it)."""
        if observation.at > received + self._max_ahead:
            return False
        return not (observation.attributes and observation.attributes.get(TEST) is True)

    def _listeners(self, rules: Iterable[Rule]) -> tuple[int, ...]:
        """A rule with a single group needs one partition's attention; the groups of any other may live in each."""
        homes: set[int] = set()
        for rule in rules:
            homes |= set(range(self.partitions)) if rule.by else {home_of(rule.name, {}, self.partitions)}
        return tuple(sorted(homes))
