"""Instants as whole microseconds since 1970-01-01T00:00:00Z: exact, comparable, and cheap on the wire."""

from datetime import UTC, datetime, timedelta

Micros = int
"""An instant (or a length of time) in microseconds; instants count from the Unix epoch in UTC."""

SECOND: Micros = 1_000_000
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_ONE = timedelta(microseconds=1)


def from_datetime(moment: datetime) -> Micros:
    """Convert an aware datetime.

    Raises:
        ValueError: the datetime has no UTC offset.
    """
    if moment.tzinfo is None:
        msg = f"{moment.isoformat()} has no UTC offset"
        raise ValueError(msg)
    return (moment - EPOCH) // _ONE


def to_datetime(moment: Micros) -> datetime:
    """Convert to an aware datetime in UTC."""
    return EPOCH + timedelta(microseconds=moment)


def parse(text: str) -> Micros:
    """Read an RFC 3339 instant; the offset is required.

    Raises:
        ValueError: not a date-time, or without an offset.
    """
    return from_datetime(datetime.fromisoformat(text))


def render(moment: Micros) -> str:
    """Write as RFC 3339 with ``Z``; a fraction only when it is not zero, and then without zeros at its end."""
    whole, _, fraction = to_datetime(moment).isoformat().removesuffix("+00:00").partition(".")
    return f"{whole}.{fraction.rstrip('0')}Z" if fraction else f"{whole}Z"
