"""The role ``engine`` as a process of its own: the supervisor and its workers, as an operator starts them."""

import os
import subprocess
import sys
from pathlib import Path

from cityloop.bootstrap import environment_of
from config.settings import Settings
from streams.leash import leash


def start_engine(settings: Settings, folder: Path) -> "subprocess.Popen[bytes]":
    """Start it; what it logs goes to ``engine.log`` in the folder."""
    with (folder / "engine.log").open("ab") as log:
        return subprocess.Popen(
            (sys.executable, "-m", "cityloop", "run", "engine"),
            env={**os.environ, **environment_of(settings)},
            stderr=log,
            preexec_fn=leash(),  # noqa: PLW1509  # All that it does is a call of the kernel.
        )
