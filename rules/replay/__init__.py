"""Replays a recording through the very engine that runs live: no broker, no clock, byte-identical on every run."""

from rules.replay.against import RuleSetDiff, compare_rule_sets
from rules.replay.inference import infer_kinds
from rules.replay.lines import Line, read_lines
from rules.replay.run import Summary, replay

__all__ = ["Line", "RuleSetDiff", "Summary", "compare_rule_sets", "infer_kinds", "read_lines", "replay"]
