"""What a process does between its first observation and its last: time, processor time, memory."""

import resource
import sys
from collections.abc import Callable
from pathlib import Path

import msgspec


class Measured(msgspec.Struct, frozen=True, kw_only=True):
    """One run of one contender.

    Attributes:
        observations: how many it took.
        seconds: from the first to the last, by a monotonic clock.
        cpu_seconds: processor time of the process in between, user and system.
        rss_mb: the largest resident memory of the process, in 10^6 bytes.
        outputs: alert events that it published.
    """

    observations: int
    seconds: float
    cpu_seconds: float
    rss_mb: float
    outputs: int

    @property
    def per_second(self) -> float:
        """Observations in a second."""
        return self.observations / self.seconds


def cpu_seconds() -> float:
    """Processor time of this process so far."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


_STATUS = Path("/proc/self/status")


def peak_rss_mb() -> float:
    """The largest resident memory of this process so far, in 10^6 bytes.

    Linux tells it in ``/proc``; what ``getrusage`` tells there has the memory of the process that started this one in it,
    when that was more. Elsewhere ``getrusage`` must do (kernels count kibibytes, macOS bytes).
    """
    if _STATUS.exists():
        line = next(line for line in _STATUS.read_text(encoding="ascii").splitlines() if line.startswith("VmHWM:"))
        return int(line.split()[1]) * 1024 / 1e6
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6


class Meter:
    """Counts records and calls back once when the expected number is reached.

    Args:
        expected: records until the end (observations, for who takes these one by one).
        observations: in all of them; a fold sees records, and must not decode twice to be counted.
        finished: given what was measured.
        clock: seconds, monotonic.
        cpu: processor seconds so far.
        rss: peak memory so far.
    """

    def __init__(
        self,
        expected: int,
        observations: int,
        finished: Callable[[Measured], None],
        *,
        clock: Callable[[], float],
        cpu: Callable[[], float] = cpu_seconds,
        rss: Callable[[], float] = peak_rss_mb,
    ) -> None:
        self._expected, self._observations, self._finished = expected, observations, finished
        self._clock, self._cpu, self._rss = clock, cpu, rss
        self._began: tuple[float, float] | None = None
        self.taken = 0
        self.outputs = 0

    def begin(self) -> None:
        """The first record is at hand; later calls change nothing."""
        if self._began is None:
            self._began = (self._clock(), self._cpu())

    def take(self, count: int = 1) -> None:
        """One more record is done, or so many."""
        self.begin()
        before = self.taken
        self.taken += count
        if before < self._expected <= self.taken and self._began is not None:
            began, used = self._began
            self._finished(
                Measured(
                    observations=self._observations,
                    seconds=self._clock() - began,
                    cpu_seconds=self._cpu() - used,
                    rss_mb=self._rss(),
                    outputs=self.outputs,
                )
            )
