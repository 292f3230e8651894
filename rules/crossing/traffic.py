"""What went over ``cityloop.matches``, as plain numbers; the shell exports them as metrics."""

from dataclasses import dataclass


@dataclass(slots=True, kw_only=True)
class Traffic:
    """Counters of a process since it began.

    Attributes:
        sent: records that upstream folds sent on, repetitions included.
        taken: records that downstream folds took.
        repeated: records that had come before.
        aside: records that came before others that must be taken first.
        lost: records that never came and were given up.
        anew: times that an upstream fold began to count anew, having lost its checkpoints.
        unknown: observations for a rule, or for a group under another key, that is not there any more.
    """

    sent: int = 0
    taken: int = 0
    repeated: int = 0
    aside: int = 0
    lost: int = 0
    anew: int = 0
    unknown: int = 0
