"""PKLot (Almeida et al., Expert Systems with Applications 42, 2015): pictures of parking lots every five minutes.

``<lot>/<weather>/<date>/<date>_HH_MM_SS.xml`` says of each numbered space whether it is occupied. A space that is
occupied in pictures one after another is one stay; nobody looked between the pictures, so a stay lasts from its first
to its last picture.
"""

from collections.abc import Iterator
from datetime import datetime, timezone
from itertools import groupby
from pathlib import Path
from typing import Any

from config import moment
from config.moment import SECOND, Micros, from_datetime
from detectors.evaluation.layouts.xmlfile import every, read_xml

GAP: Micros = 15 * 60 * SECOND
"""Pictures further apart than this belong to no common stay: a night lies between, or the camera was off."""


def pklot(path: Path) -> Iterator[dict[str, Any]]:
    """Labels of a folder of the data set; times of pictures are taken as UTC.

    Raises:
        ValueError: there are no such pictures, or one of the files is damaged.
        OSError: it cannot be read.
    """
    files = sorted(path.rglob("*.xml"))
    if not files:
        msg = f"{path}: there are no XML files below it"
        raise ValueError(msg)
    for (lot, weather), group in groupby(sorted(files, key=_shelf), key=lambda file: _shelf(file)[:2]):
        for run in _runs([(_taken(file), file) for file in group]):
            yield from _stays(f"camera/{lot.lower()}", weather, run)


def _shelf(file: Path) -> tuple[str, str, str]:
    return file.parts[-4] if len(file.parts) > 3 else "pklot", file.parts[-3], file.name


def _taken(file: Path) -> Micros:
    try:
        return from_datetime(datetime.strptime(file.stem, "%Y-%m-%d_%H_%M_%S").replace(tzinfo=timezone.utc))  # noqa: UP017  # One name for it in the house.
    except ValueError:
        msg = f"{file}: its name is not YYYY-MM-DD_HH_MM_SS.xml"
        raise ValueError(msg) from None


def _runs(pictures: list[tuple[Micros, Path]]) -> Iterator[list[tuple[Micros, Path]]]:
    run: list[tuple[Micros, Path]] = []
    for picture in pictures:
        if run and picture[0] - run[-1][0] > GAP:
            yield run
            run = []
        run.append(picture)
    yield run


def _stays(source: str, weather: str, run: list[tuple[Micros, Path]]) -> Iterator[dict[str, Any]]:
    yield {"watch": source, "from": moment.render(run[0][0]), "to": moment.render(run[-1][0])}
    since: dict[str, Micros] = {}
    last: dict[str, Micros] = {}
    for at, file in run:
        for space in every(read_xml(file), "space"):
            name, occupied = space.get("id", ""), space.get("occupied")
            if occupied == "1":
                since.setdefault(name, at)
                last[name] = at
            elif occupied == "0" and name in since:
                yield _label(source, weather, name, since.pop(name), last[name])
    for name, begun in since.items():
        yield _label(source, weather, name, begun, last[name])


def _label(source: str, weather: str, space: str, since: Micros, until: Micros) -> dict[str, Any]:
    return {
        "source": source, "kind": "illegal_parking", "zone": f"space-{space}", "condition": weather.lower(),
        "since": moment.render(since), "until": moment.render(until),
    }  # fmt: skip
