"""Loaders for the files of published data sets; the data itself is not shipped, and each has its own licence.

Each loader yields the lines of a label file (:mod:`detectors.evaluation.labels`), so that there is one form of labels.
"""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from detectors.evaluation.layouts.coco import streetview_waste, taco
from detectors.evaluation.layouts.ilids import ilids
from detectors.evaluation.layouts.pklot import pklot

Loader = Callable[[Path], Iterator[dict[str, Any]]]

LAYOUTS: Mapping[str, Loader] = {"ilids": ilids, "pklot": pklot, "taco": taco, "streetview-waste": streetview_waste}
"""Loaders by the name that ``cityloop evaluate --layout`` takes. They raise ValueError or OSError for files that are none."""
