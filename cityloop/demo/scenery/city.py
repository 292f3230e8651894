"""The demo's city with the drawn cameras: a copy in the run's own folder, since their films lie there too."""

import shutil
from pathlib import Path

from cityloop.demo.scenery.acts import ACTS, PAUSE, Act
from cityloop.demo.scenery.films import backdrop, film
from config.loader import DEMO_CITY

CITY, FILMS = "city", "films"


def city_with_scenery(folder: Path) -> Path:
    """Copy the demo city below a folder, draw the films there, and add their cameras.

    Returns:
        The copy's folder.

    Raises:
        SourceError: the footage behind the drawings is not installed.
        OSError: the folder cannot be written.
    """
    behind = backdrop()
    city, films = folder / CITY, folder / FILMS
    shutil.copytree(DEMO_CITY, city)
    films.mkdir()
    for act in ACTS:
        clip = (films / f"{act.camera}.mp4").absolute()
        film(act, behind, clip)
        (city / "cameras" / f"{act.camera}.yaml").write_text(camera_file(act, clip), encoding="utf-8")
    return city


def camera_file(act: Act, clip: Path) -> str:
    """The camera's file, as :func:`config.camerafile.load_camera` reads it."""
    corners = ", ".join(f"[{x}, {y}]" for x, y in act.polygon)
    lines = (
        f"id: camera/{act.camera}",
        f'name: "{act.name}"',
        f"url: {clip.as_uri()}",
        f"rate: {1 / PAUSE}",
        f"lon: {act.lon}",
        f"lat: {act.lat}",
        "options: {loop: true}",
        "zones:",
        f"  - {{id: {act.zone}, scene: {act.scene}, every: {act.every}s, polygon: [{corners}]}}",
    )
    return "\n".join(lines) + "\n"
