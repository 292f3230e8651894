"""Time that moves when somebody waits."""


class Clockwork:
    """A monotonic clock that moves only when somebody waits; says stop at its end."""

    def __init__(self, end: float) -> None:
        self.now = 0.0
        self._end = end

    def seconds(self) -> float:
        """The present."""
        return self.now

    def micros(self) -> int:
        """The present as event time."""
        return round(self.now * 1e6)

    def wait(self, seconds: float) -> bool:
        """Let time pass."""
        self.now += seconds
        return self.now >= self._end
