"""Tests of rules, as their authors write them: observations in, alerts expected; run by the very engine that runs live."""

from rules.trials.case import Case, TrialFile
from rules.trials.compare import Difference, compare
from rules.trials.reader import read_trials
from rules.trials.run import Found, run_case

__all__ = ["Case", "Difference", "Found", "TrialFile", "compare", "read_trials", "run_case"]
