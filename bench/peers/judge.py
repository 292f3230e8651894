"""Whether a peer says what the engine says: a peer that is fast because it does nothing is no peer."""

import statistics
from collections import Counter
from collections.abc import Iterable

import msgspec

from bench.peers.forms import SECOND
from bench.peers.pack import Alert, Said


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """One rule's alerts beside the engine's.

    Attributes:
        rule: name.
        expected: events of the engine.
        agreed: those that the peer told too, with the same instant.
        missing: those that it did not tell.
        extra: what it told and the engine did not.
        noticed_after: by how much event time after the instant the peer noticed what it told rightly, in seconds, the median.
    """

    rule: str
    expected: int
    agreed: int
    missing: int
    extra: int
    noticed_after: float

    @property
    def right(self) -> bool:
        """Nothing is missing and nothing is too much."""
        return self.missing == self.extra == 0


def compare(expected: Iterable[Alert], told: Iterable[Said], rules: Iterable[str]) -> tuple[Verdict, ...]:
    """The verdict on each rule. Alerts are compared as multisets: one that is told twice is one too much."""
    heard = list(told)
    wanted, found = Counter(expected), Counter(said.alert for said in heard)
    verdicts = []
    for rule in rules:
        ours = Counter({alert: count for alert, count in wanted.items() if alert.rule == rule})
        theirs = Counter({alert: count for alert, count in found.items() if alert.rule == rule})
        delays = [(said.noticed_at - said.alert.at) / SECOND for said in heard if said.alert in ours and said.alert.rule == rule]
        verdicts.append(
            Verdict(
                rule=rule,
                expected=ours.total(),
                agreed=(ours & theirs).total(),
                missing=(ours - theirs).total(),
                extra=(theirs - ours).total(),
                noticed_after=round(statistics.median(delays), 1) if delays else 0.0,
            )
        )
    return tuple(verdicts)
