"""Lost and doubled, from ids alone."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence

import msgspec


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """What should have come against what came.

    Attributes:
        what: the step that was compared.
        lost: ids that should have come and did not.
        doubled: ids that came more than once, or came and should not have.
    """

    what: str
    lost: tuple[str, ...] = ()
    doubled: tuple[str, ...] = ()


def compare(what: str, expected: Collection[str], found: Iterable[str], also: Collection[str] = ()) -> Comparison:
    """Compare a set that must come with what came, each once.

    What was never expected counts as doubled: somebody acted twice on one cause, or on none.

    Args:
        what: the step.
        expected: what must have come.
        found: what came.
        also: what may have come already.
    """
    counts = Counter(found)
    wanted = set(expected)
    allowed = wanted | set(also)
    return Comparison(
        what=what,
        lost=tuple(sorted(wanted - counts.keys())),
        doubled=tuple(sorted(name for name, times in counts.items() if times > 1 or name not in allowed)),
    )


def arrived(what: str, expected: Collection[str], found: Iterable[str]) -> Comparison:
    """Compare what must have come with what came, where more than was expected, and the same again, does no harm.

    So it is with observations in the log: the embedded broker may repeat an envelope, and ids fold it once.
    """
    return Comparison(what=what, lost=tuple(sorted(set(expected) - set(found))))


def accounted(what: str, noted: Iterable[str], found: Collection[str], *, complete: bool = True) -> Comparison:
    """Compare what a process noted before it sent it with what came, where the same again does no harm.

    Noting comes before sending, so whatever came must have been noted: what was not counts as doubled, and so does what
    was noted twice.

    Args:
        what: the step.
        noted: ids in the order of their noting.
        found: distinct ids that came.
        complete: whether everything was noted; if not, what came beyond it cannot be judged.
    """
    counts = Counter(noted)
    strange = set(found) - counts.keys() if complete else set()
    return Comparison(
        what=what,
        lost=tuple(sorted(counts.keys() - set(found))),
        doubled=tuple(sorted(strange | {name for name, times in counts.items() if times > 1})),
    )


def one_each(what: str, effects: Mapping[str, Sequence[str]]) -> Comparison:
    """Compare causes with their effects: each must have exactly one.

    Args:
        what: the step.
        effects: by cause, ids of what came of it.
    """
    return Comparison(
        what=what,
        lost=tuple(sorted(cause for cause, found in effects.items() if not found)),
        doubled=tuple(sorted(cause for cause, found in effects.items() if len(set(found)) > 1)),
    )


def lost(comparisons: Iterable[Comparison]) -> int:
    """How many ids were lost over all steps."""
    return sum(len(comparison.lost) for comparison in comparisons)


def doubled(comparisons: Iterable[Comparison]) -> int:
    """How many ids were doubled over all steps."""
    return sum(len(comparison.doubled) for comparison in comparisons)
