"""How long to wait before a lost source is connected again."""

FIRST_SECONDS = 1.0
LONGEST_SECONDS = 60.0


def wait_before(attempt: int, chance: float) -> float:
    """Seconds to wait: doubled with each attempt, half of it left to chance, so that a rebooted switch is not stormed.

    Args:
        attempt: failures in a row, 1 or more.
        chance: a random number, 0 to 1.
    """
    full = min(LONGEST_SECONDS, FIRST_SECONDS * (1 << min(attempt - 1, 16)))
    return full * (0.5 + chance / 2)
