"""The third truth value: a condition that cannot be judged is not false."""

from typing import final

import msgspec


@final
class Undecided(msgspec.Struct, frozen=True, gc=False):
    """Why an expression has no value for an observation."""

    reason: str

    def __bool__(self) -> bool:
        """Refuse to be taken for true or false by accident."""
        msg = f"neither true nor false: {self.reason}"
        raise TypeError(msg)
