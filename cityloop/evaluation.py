"""What ``cityloop evaluate`` does: two files in, figures out."""

import sys
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

STDIN = "-"
UTF_16 = (b"\xff\xfe", b"\xfe\xff")
"""How a text in that encoding begins."""


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
    happened, raw = _both(labels, predictions, layout)
    lines = list(read_lines(raw, infer_kinds(raw, shipped_kinds())))
    told = told_by(line.observation for line in lines if line.observation is not None)
    return Evaluation(
        tiers=evaluate(happened, told, zone),
        unlabelled=unlabelled(happened, told),
        rejected=[line for line in lines if line.observation is None],
    )


def _both(labels: Path, predictions: Path, layout: str | None) -> tuple[Labels, list[bytes]]:
    """Labels, and the lines of the predictions; the problems of both, where both have some."""
    problems: list[Problem] = []
    happened, raw = None, b""
    if str(labels) == str(predictions) == STDIN:
        problems.append(Problem(file=STDIN, what="standard input cannot be both.", fix="Name a file for one of them."))
        raise ProblemsError(problems)
    try:
        happened = _labels(labels, layout)
    except ProblemsError as error:
        problems.extend(error.problems)
    try:
        raw = _content(predictions)
    except OSError as error:
        problems.append(_unreadable(predictions, error))
    except ProblemsError as error:
        problems.extend(error.problems)
    if happened is None or problems:
        raise ProblemsError(problems)
    return happened, raw.splitlines()


def _content(path: Path) -> bytes:
    """The bytes of a file, or of standard input.

    Raises:
        OSError: it cannot be read.
        ProblemsError: it is a text in another encoding.
    """
    raw = sys.stdin.buffer.read() if str(path) == STDIN else path.read_bytes()
    if raw.startswith(UTF_16):
        raise ProblemsError([Problem(file=str(path), what="the file is UTF-16.", fix="Save it with the encoding UTF-8.")])
    return raw


def _labels(path: Path, layout: str | None) -> Labels:
    if layout is not None and layout not in LAYOUTS:
        problem = Problem(file="--layout", what=f"unknown layout {layout!r}.", fix=did_you_mean(layout, LAYOUTS))
        raise ProblemsError([problem])
    report = Report()
    try:
        read = read_labels(str(path), enumerate(LAYOUTS[layout](path), 1) if layout else _lines(path, report), report)
    except OSError as error:
        raise ProblemsError([_unreadable(path, error)]) from None
    except ValueError as error:
        what = f"{error}".removeprefix(f"{path}: ")
        fix = f"Name files of the layout {layout}, as docs/evaluation.md describes them."
        raise ProblemsError([Problem(file=str(path), what=f"{what}.", fix=fix)]) from None
    report.settle()
    if not read.events and not read.watched:
        raise ProblemsError([no_labels(str(path))])
    return read


def _lines(path: Path, report: Report) -> Iterator[tuple[int, Any]]:
    for number, value in decode_lines(_content(path).splitlines()):
        if isinstance(value, Unreadable):
            report.add(Place(str(path), number), value.reason, "A label is {source, kind, since, until}.")
        else:
            yield number, value


def _unreadable(path: Path, error: OSError) -> Problem:
    reason = error.strerror or str(error)
    fix = "Name a file that is there, or '-' for standard input."
    return Problem(file=str(path), what=f"it cannot be read: {reason}.", fix=fix)
