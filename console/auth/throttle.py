"""How often one may try to log in: a pure sliding window, and the small memory around it."""

from collections import OrderedDict

import msgspec

from config.moment import SECOND, Micros


class Policy(msgspec.Struct, frozen=True, kw_only=True):
    """At most ``failures`` failed attempts in any ``window``.

    Attributes:
        failures: failed attempts that are allowed within the window.
        window: length of the window in microseconds.
        remembered: how many names are remembered at most; the least recently used is forgotten first.
    """

    failures: int = 5
    window: Micros = 60 * SECOND
    remembered: int = 10_000


def recent(failures: tuple[Micros, ...], now: Micros, policy: Policy) -> tuple[Micros, ...]:
    """The failures that still count: those in (now - window, now]."""
    return tuple(at for at in failures if at > now - policy.window)


def wait(failures: tuple[Micros, ...], now: Micros, policy: Policy) -> Micros:
    """How long until the next attempt is allowed, microseconds; 0 when it is allowed now."""
    counted = recent(failures, now, policy)
    if len(counted) < policy.failures:
        return 0
    return counted[-policy.failures] + policy.window - now


class Throttle:
    """Remembers failures by name (a user, an address) within bounds."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self._failures: OrderedDict[str, tuple[Micros, ...]] = OrderedDict()

    def wait(self, name: str, now: Micros) -> Micros:
        """How long this name has to wait, microseconds."""
        return wait(self._failures.get(name, ()), now, self.policy)

    def failed(self, name: str, now: Micros) -> None:
        """Count a failed attempt."""
        self._failures[name] = (*recent(self._failures.get(name, ()), now, self.policy), now)
        self._failures.move_to_end(name)
        while len(self._failures) > self.policy.remembered:
            self._failures.popitem(last=False)

    def succeeded(self, name: str) -> None:
        """Forget a name that has shown the right password."""
        self._failures.pop(name, None)
