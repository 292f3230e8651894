"""Label maps are data: a text file with one label a line, in the order of the model's classes."""

from importlib.resources import files
from pathlib import Path

from config.problem import Problem, ProblemsError

VEHICLES = frozenset({"car", "truck", "bus"})
"""Labels that mean one thing to a parking rule: a van is a car in one frame and a truck in the next."""
NON_MOTOR = frozenset({"bicycle", "motorcycle"})
"""Labels of what has two wheels; COCO has no word for a moped and calls it a motorcycle."""
PERSON = "person"
FACE = "face"
"""The face model's one label."""


def coco80() -> tuple[str, ...]:
    """The 80 labels of COCO (https://cocodataset.org) in their usual order."""
    return tuple((files("detectors.inference") / "coco80.txt").read_text(encoding="utf-8").split("\n")[:-1])


def read_labels(path: Path) -> tuple[str, ...]:
    """Read a label map of the user's own.

    Raises:
        ProblemsError: the file cannot be read, has an empty line, or a label twice; every fault is listed.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ProblemsError(
            [Problem(file=str(path), what=f"the label map cannot be read: {error}.", fix="Write one label a line, UTF-8.")]
        ) from error
    problems = []
    for number, label in enumerate(lines, 1):
        if not label.strip():
            problems.append(
                Problem(file=str(path), line=number, what="an empty line stands for a class without a name.", fix="Write its label.")
            )
        elif label in lines[: number - 1]:
            problems.append(
                Problem(file=str(path), line=number, what=f"the label {label!r} is there already.", fix="Give each class its own label.")
            )
    if not lines:
        problems.append(
            Problem(file=str(path), what="the label map is empty.", fix="Write one label a line, in the order of the model's classes.")
        )
    if problems:
        raise ProblemsError(problems)
    return tuple(lines)
