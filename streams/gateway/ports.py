"""What the gateway's core needs from the outside: somewhere to put observations, and somewhere to keep what is refused."""

from collections.abc import Awaitable
from typing import Protocol

from streams.observation import Observation
from streams.rejected import Rejected


class Sink(Protocol):
    """Takes observations to the log."""

    async def put(self, observation: Observation) -> Awaitable[object]:
        """Take one observation in; waits while the sink is full.

        Returns:
            Something to await: done when the log has acknowledged the observation's envelope.
        """


class DeadLetters(Protocol):
    """Keeps what could not be read."""

    async def put(self, rejected: Rejected) -> Awaitable[object]:
        """Keep one refused input; awaiting the result waits until the log has acknowledged it."""
