"""Data sets of single pictures in COCO's JSON: each picture is a camera of its own that looked for one instant.

TACO (Proenca and Simoes, arXiv:2003.06975) marks litter; StreetView-Waste (Paulo et al., arXiv:2511.16440) marks
containers and what overflows from them. A picture with a mark is an event, one without is watched and nothing happened.
"""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import msgspec

AT = "1970-01-01T00:00:00Z"
"""Pictures have no time of their own: ``started_at`` of their camera files should be this."""


class _Image(msgspec.Struct):
    id: int
    file_name: str


class _Category(msgspec.Struct):
    id: int
    name: str


class _Mark(msgspec.Struct):
    image_id: int
    category_id: int


class _Coco(msgspec.Struct):
    images: list[_Image]
    categories: list[_Category]
    annotations: list[_Mark]


def _pictures(kind: str, wanted: Callable[[str], bool], path: Path) -> Iterator[dict[str, Any]]:
    """Labels of an annotation file, or of the ``annotations.json`` in a folder.

    Raises:
        ValueError: it is no COCO file.
        OSError: it cannot be read.
    """
    file = path / "annotations.json" if path.is_dir() else path
    try:
        read = msgspec.json.decode(file.read_bytes(), type=_Coco)
    except msgspec.MsgspecError as error:
        msg = f"{file}: these are not annotations in COCO's form: {error}"
        raise ValueError(msg) from None
    meant = {category.id for category in read.categories if wanted(category.name)}
    marked = {mark.image_id for mark in read.annotations if mark.category_id in meant}
    for image in read.images:
        source = "camera/" + Path(image.file_name).with_suffix("").as_posix().lower().replace("/", "-")
        yield {"watch": source, "from": AT, "to": AT}
        if image.id in marked:
            yield {"source": source, "kind": kind, "since": AT, "until": AT}


taco = partial(_pictures, "exposed_rubbish", lambda name: True)
"""Every mark is litter."""
streetview_waste = partial(_pictures, "bin_overflow", lambda name: "overflow" in name.lower() or "litter" in name.lower())
"""Marks of what overflows; containers alone are no event."""
