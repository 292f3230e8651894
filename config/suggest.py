"""The "did you mean" of every error about a name."""

import difflib
from collections.abc import Iterable

LISTED = 12
"""A longer list of known names helps nobody: beyond this many only the count is told."""


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Say what to write instead of a name that nobody knows: the nearest known name, or the known names."""
    names = sorted(set(known))
    near = difflib.get_close_matches(word, names, n=1, cutoff=0.6)
    if near:
        return f"Did you mean {near[0]!r}?"
    if not names:
        return "None is known here."
    if len(names) > LISTED:
        return f"{len(names)} are known, such as {', '.join(names[:3])}."
    return f"Known: {', '.join(names)}."
