"""Replays a recording through the very engine that runs live: no broker, no clock, byte-identical on every run."""

from rules.replay.against import RuleSetDiff, compare_rule_sets, diff_of
from rules.replay.inference import infer_kinds, infer_kinds_of
from rules.replay.lines import Line, read_lines, read_objects
from rules.replay.records import lines_of
from rules.replay.run import Summary, replay

__all__ = [
    "Line",
    "RuleSetDiff",
    "Summary",
    "compare_rule_sets",
    "diff_of",
    "infer_kinds",
    "infer_kinds_of",
    "lines_of",
    "read_lines",
    "read_objects",
    "replay",
]
