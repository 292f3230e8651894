"""Where a page of a list ends: by change and id, so that what is added meanwhile neither repeats nor hides a row."""

from config.moment import Micros

MOST = 500
"""The most rows of a page."""


def bounded(limit: int) -> int:
    """A limit within its bounds."""
    return max(1, min(limit, MOST))


def mark(changed_at: Micros, row: str) -> str:
    """The mark of the last row of a page."""
    return f"{changed_at}.{row}"


def read_mark(text: str | None) -> tuple[Micros, str] | None:
    """What a mark says; ``None`` for the beginning, and for a mark that nobody gave out."""
    if text is None:
        return None
    changed_at, _, row = text.partition(".")
    return (int(changed_at), row) if changed_at.isascii() and changed_at.isdigit() and row else None
