"""What one rule did, as plain numbers; the shell exports them as metrics."""

import msgspec


class Counts(msgspec.Struct, kw_only=True):
    """Counters of one rule in one partition since the process began.

    Attributes:
        evaluated: observations that it looked at.
        fired: alerts that fired.
        resolved: alerts that resolved.
        undecided: observations that could not be judged.
        late: observations that came too late.
        duplicate: observations that came again.
        crashed: observations that it could not stand.
    """

    evaluated: int = 0
    fired: int = 0
    resolved: int = 0
    undecided: int = 0
    late: int = 0
    duplicate: int = 0
    crashed: int = 0
