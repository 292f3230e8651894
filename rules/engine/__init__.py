"""The pure core: observations and ticks in, changes of alerts out. No clock, no I/O; live and replay run this very code."""

from rules.engine.counts import Counts, Tally
from rules.engine.limits import Limits, Recall
from rules.engine.outcome import Failed, Note, Noted, Outcome
from rules.engine.partition import Partition

__all__ = ["Counts", "Failed", "Limits", "Note", "Noted", "Outcome", "Partition", "Recall", "Tally"]
