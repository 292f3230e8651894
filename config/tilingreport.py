"""Says the flaws of a map in sentences, at the line of the cell."""

from collections.abc import Mapping, Sequence

from config.records import Placed
from config.report import Place, Report
from config.tiling import Fault, Flaw

SENTENCES: Mapping[Fault, tuple[str, str]] = {
    Fault.INVALID: ("the polygon of {0} is not valid: {reason}.", "Redraw it without crossing edges."),
    Fault.OVERLAP: ("{0} and {1} overlap by {area} square metres{near}.", "Move the border that they share."),
    Fault.STICKS_OUT: (
        "{0} sticks out of its parent {1} by {area} square metres{near}.",
        "Let it end at the parent's border, or widen the parent.",
    ),
    Fault.GAP: ("the children of {0} leave a gap of {area} square metres{near}.", "Widen a child, or add the missing one."),
}
"""What is said of each fault, and what to do about it."""


def tell_flaws(flaws: Sequence[Flaw], rows: Sequence[Placed], report: Report) -> None:
    """Add a problem for each flaw, at the feature of its first code."""
    places: dict[str, Place] = {}
    for row in rows:
        places.setdefault(row.value.code, row.place)
    for flaw in flaws:
        what, fix = SENTENCES[flaw.fault]
        near = f" near {flaw.where[0]}, {flaw.where[1]}" if flaw.where else ""
        report.add(places[flaw.codes[0]], what.format(*flaw.codes, area=flaw.square_metres, near=near, reason=flaw.reason), fix)
