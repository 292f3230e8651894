"""The states that are at work in a process, as long as whoever applies records to them has them."""

import weakref
from collections.abc import Callable
from typing import Generic, TypeVar

Address = tuple[str, int]
_State = TypeVar("_State")


class AtWork(Generic[_State]):
    """States by topic and partition, for metrics and health.

    A partition that moved to another process must not be counted here as well, nor its state be kept in memory: so nothing
    here keeps one, and what the consumer group has taken away is not told, though nobody may have dropped it yet.
    """

    def __init__(self) -> None:
        self._states: dict[Address, weakref.ref[_State]] = {}

    def note(self, address: Address, state: _State) -> None:
        """A state begins its work."""
        self._states[address] = weakref.ref(state)

    def present(self, holds: Callable[[Address], bool]) -> dict[Address, _State]:
        """Those at work, of the partitions that this process holds; another thread may ask."""
        known = {address: reference() for address, reference in tuple(self._states.items())}
        return {address: state for address, state in known.items() if state is not None and holds(address)}
