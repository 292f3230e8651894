"""Counting within a peer's process; no more is imported than a peer's own environment has."""

import os
import sys
import time

import msgspec

from bench.meter import Measured, Meter


class Stopwatch:
    """Counts observations and keeps what was measured until the peer has ended, so that its last alerts are on the broker."""

    def __init__(self, observations: int) -> None:
        self.measured: Measured | None = None
        self.meter = Meter(observations, observations, self._keep, clock=time.monotonic)

    def _keep(self, measured: Measured) -> None:
        self.measured = measured

    @property
    def done(self) -> bool:
        """All observations were taken."""
        return self.measured is not None

    def tell(self) -> None:
        """Print the result as a line of JSON and end the process, whatever threads a framework has left behind.

        Raises:
            RuntimeError: the peer ended before it had taken all observations.
        """
        if self.measured is None:
            raise RuntimeError(f"The peer ended after {self.meter.taken} observations, before it had taken all.")
        sys.stdout.write("\n" + msgspec.json.encode(self.measured).decode() + "\n")
        sys.stdout.flush()
        os._exit(0)
