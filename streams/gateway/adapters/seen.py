"""Zigbee2MQTT's ``last_seen`` in all of its formats (its setting ``advanced.last_seen``)."""

from config.moment import Micros, parse

_EARLIEST_MS = 946_684_800_000  # 2000-01-01: a smaller number is no epoch in milliseconds.
_LATEST_MS = 253_402_300_800_000


def last_seen(given: object) -> Micros | None:
    """Read ``ISO_8601``, ``ISO_8601_local`` (both with offset) or ``epoch`` (milliseconds).

    Returns:
        The instant; ``None`` when there is none or it cannot be read. That is no reason to lose a smoke alarm: the
        time of receipt stands in, and the text is kept among the attributes.
    """
    if isinstance(given, str):
        try:
            moment = parse(given)
        except ValueError:
            return None
        return moment if moment >= 0 else None
    if isinstance(given, int | float) and not isinstance(given, bool) and _EARLIEST_MS <= given < _LATEST_MS:
        return round(given * 1000)
    return None
