"""What ``cityloop evaluate`` does: two files in, figures out."""

from collections.abc import Iterator
from datetime import tzinfo
from pathlib import Path
from typing import Any

import msgspec

from config.kindfile import shipped_kinds
from config.problem import Problem, ProblemsError
from config.report import Place, Report
from config.suggest import did_you_mean
from detectors.evaluation.labels import Labels, no_labels, read_labels
from detectors.evaluation.layouts import LAYOUTS
from detectors.evaluation.report import TierReport, evaluate, unlabelled
from detectors.evaluation.told import told_by
from rules.replay.inference import infer_kinds
from rules.replay.lines import Line, Unreadable, decode_lines, read_lines


class Evaluation(msgspec.Struct, frozen=True, kw_only=True):
    """What was found.

    Attributes:
        tiers: figures of each tier that has labels.
        unlabelled: sources without labels, left out.
        rejected: lines of the predictions that are no observations.
    """

    tiers: list[TierReport]
    unlabelled: list[str]
    rejected: list[Line]


def run_evaluation(labels: Path, predictions: Path, layout: str | None, zone: tzinfo) -> Evaluation:
    """Read both files and compare them.

    Raises:
        ProblemsError: a file cannot be read, or labels are wrong; every problem is in it.
    """
    happened = _labels(labels, layout)
    try:
        raw = predictions.read_bytes().splitlines()
    except OSError as error:
        raise ProblemsError([_unreadable(predictions, error)]) from None
    lines = list(read_lines(raw, infer_kinds(raw, shipped_kinds())))
    told = told_by(line.observation for line in lines if line.observation is not None)
    return Evaluation(
        tiers=evaluate(happened, told, zone),
        unlabelled=unlabelled(happened, told),
        rejected=[line for line in lines if line.observation is None],
    )


def _labels(path: Path, layout: str | None) -> Labels:
    if layout is not None and layout not in LAYOUTS:
        problem = Problem(file="--layout", what=f"unknown layout {layout!r}.", fix=did_you_mean(layout, LAYOUTS))
        raise ProblemsError([problem])
    report = Report()
    try:
        read = read_labels(str(path), enumerate(LAYOUTS[layout](path), 1) if layout else _lines(path, report), report)
    except (OSError, ValueError) as error:
        raise ProblemsError([_unreadable(path, error)]) from None
    report.settle()
    if not read.events and not read.watched:
        raise ProblemsError([no_labels(str(path))])
    return read


def _lines(path: Path, report: Report) -> Iterator[tuple[int, Any]]:
    for number, value in decode_lines(path.read_bytes().splitlines()):
        if isinstance(value, Unreadable):
            report.add(Place(str(path), number), value.reason, "Write one label a line: {source, kind, since, until}.")
        else:
            yield number, value


def _unreadable(path: Path, error: Exception) -> Problem:
    reason = getattr(error, "strerror", None) or str(error)
    return Problem(file=str(path), what=f"it cannot be read: {reason}.", fix="Name a file that is there; see cityloop evaluate --help.")
