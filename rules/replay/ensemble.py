"""The engines of a replay: one for a recording that is one stream; for a recorded topic those that would have run live."""

from collections.abc import Iterator

import msgspec

from config.moment import Micros
from rules.crossing import crosses
from rules.crossing.merge import Merge
from rules.engine import Limits, Outcome, Partition, Recall
from rules.engine.partition import TEST
from rules.model import RuleSet
from rules.replay.lines import Line
from rules.state import BEGINNING, NEVER
from streams.observation import Observation

LIVE = Limits()
"""A recorded topic is replayed with the memory of the engine that read it, so that it says what that engine said."""
LIMITS = Limits(recall=Recall.EVERY, forget_after=NEVER)
"""Any other recording is finite, so its groups remember every id: a repetition is a duplicate however long ago the first one came,
where the live engine tells it as late, or takes it for another when it carries a later time. Nor is a group forgotten: what lies more than
``forget_after`` behind the clock, as in a recording that is sorted by source, is judged as any other observation."""


def in_force(ruleset: RuleSet) -> RuleSet:
    """The rules that a replay runs: a rule in shadow too, where no live rule has its name; nothing is published here anyway."""
    live = {rule.name for rule in ruleset.rules}
    more = tuple(rule for rule in ruleset.shadow if rule.name not in live)
    registers = {name: members for name, members in ruleset.shadow_registers.items() if name not in live}
    return msgspec.structs.replace(
        ruleset, rules=(*ruleset.rules, *more), shadow=(), registers={**ruleset.registers, **registers}, shadow_registers={}
    )


class Ensemble:
    """Plays lines to engines.

    A recording of one stream has one engine with every rule. Of a recorded topic each partition has one of its own, with the
    rules that are judged where their observations lie; the others meet in one that waits for the clocks of all partitions, as
    the engine on ``cityloop.matches`` does.

    Args:
        ruleset: the rules.
        streams: how many partitions the recording has; 0 for one that is one stream.

    """

    def __init__(self, ruleset: RuleSet, streams: int = 0) -> None:
        ruleset = in_force(ruleset)
        self._limits = LIVE if streams else LIMITS
        apart = {rule.name for rule in ruleset.rules if streams and (crosses(rule) or rule.name in ruleset.registers)}
        self._local = _only(ruleset, apart, inside=False)
        self._engines: dict[int, Partition] = {}
        self._streams = streams
        self._meeting = _Meeting(_only(ruleset, apart, inside=True), streams) if apart else None

    @property
    def ahead(self) -> int:
        """Observations that were quarantined for being from the future."""
        return sum(engine.tally.ahead for engine in self._engines.values())

    def take(self, line: Line) -> Iterator[Outcome]:
        """What a line gives; one that was rejected gives nothing."""
        engine = self._engines.get(line.stream)
        if engine is None:
            engine = self._engines[line.stream] = Partition(self._local, self._limits, registers={} if self._streams else None)
        if line.observation is not None:
            yield from engine.observe(line.observation, max(line.observation.at, engine.now))
        if line.tick is not None:
            yield from engine.tick(line.tick, line.tick)
        if self._meeting is not None:
            yield from self._meeting.take(line, engine.now)

    def finish(self, until: Micros | None) -> Iterator[Outcome]:
        """The recording ends: what waits is applied, and timers run up to ``until``, or up to each stream's last time.

        Timers before the last time have run, whatever ``until`` is: those of rules that wait for what comes late too.
        """
        for _, engine in sorted(self._engines.items()):
            if engine.now != BEGINNING:
                end = engine.now if until is None else max(until, engine.now - 1)
                yield from engine.finish(end, max(end, engine.now))
        if self._meeting is not None:
            yield from self._meeting.finish(until)


class _Meeting:
    """The rules whose observations come from several partitions."""

    def __init__(self, ruleset: RuleSet, streams: int) -> None:
        self._engine = Partition(ruleset, LIVE)
        self._merge = Merge()
        self._clocks: dict[int, Micros] = dict.fromkeys(range(streams), BEGINNING)
        self._rules = ruleset.rules

    def take(self, line: Line, clock: Micros) -> Iterator[Outcome]:
        if line.observation is not None and _counts(line.observation):
            for rule in self._rules:
                if line.observation.kind in rule.kinds:
                    self._merge.hold(line.observation.at + rule.lateness, rule.name, line.observation)
        self._clocks[line.stream] = clock
        yield from self._advance(min(self._clocks.values()))

    def finish(self, until: Micros | None) -> Iterator[Outcome]:
        last = max(self._clocks.values())
        if last == BEGINNING:
            return
        yield from self._advance(NEVER, last)
        now = max(last, self._engine.now)
        end = now if until is None else max(until, now - 1)
        yield from self._engine.finish(end, max(end, now))

    def _advance(self, clock: Micros, tell: Micros | None = None) -> Iterator[Outcome]:
        for rule, observation in self._merge.release(clock):
            yield from self._engine.apply(rule, observation, max(observation.at, self._engine.now))
        now = clock if tell is None else tell
        if now > self._engine.now:
            yield from self._engine.pass_to(now, now)


def _counts(observation: Observation) -> bool:
    """Whether rules may see it: it is no drill, and not from the future."""
    received = observation.received_at
    if received is not None and observation.at > received + LIMITS.max_ahead:
        return False
    return observation.attributes.get(TEST) is not True


def _only(ruleset: RuleSet, names: set[str], *, inside: bool) -> RuleSet:
    return msgspec.structs.replace(ruleset, rules=tuple(rule for rule in ruleset.rules if (rule.name in names) is inside))
