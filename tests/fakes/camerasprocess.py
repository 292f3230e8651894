"""The role ``cameras`` as a process of its own, with a city of nothing but cameras."""

import os
import signal
import subprocess
import sys
from pathlib import Path

from config.settings import Settings
from streams.leash import leash

PROGRAM = """
import os
import sys
from pathlib import Path
from types import SimpleNamespace
from cityloop.roles.cameras import run
from config.camerafile import load_camera
from config.feeds import Feed, FeedTable
from config.kindfile import shipped_kinds
from config.settings import read_settings
from msgspec.json import decode
from msgspec.structs import replace

cameras = [load_camera(path) for path in sorted(Path(sys.argv[1]).glob("*.yaml"))]
catalogue = SimpleNamespace(cameras={camera.id: camera for camera in cameras}, kinds=shipped_kinds())
catalogue.feed_table = FeedTable(decode(os.environ.get("TEST_FEEDS", "[]"), type=list[Feed]))
settings = replace(read_settings(os.environ), broker=sys.argv[2], data=sys.argv[3], metrics_port=int(sys.argv[4]), journal=sys.argv[3])
run(settings, catalogue)
"""


def start_cameras(cameras: Path, settings: Settings, said: Path, **environment: str) -> subprocess.Popen[str]:
    """Start it; what it says on stdout and stderr goes to the file ``said``; ``TEST_FEEDS`` are the city's own, as JSON."""
    with said.open("w", encoding="utf-8") as target:
        return subprocess.Popen(
            [sys.executable, "-c", PROGRAM, str(cameras), settings.broker, settings.data, str(settings.metrics_port)],
            env={**os.environ, **environment},
            stdout=target,
            stderr=target,
            text=True,
            preexec_fn=leash(),  # noqa: PLW1509  # All that it does is a call of the kernel.
        )


def stop_cameras(process: subprocess.Popen[str]) -> int:
    """End it as a supervisor does; its exit code."""
    process.send_signal(signal.SIGTERM)
    try:
        return process.wait(timeout=30)
    except subprocess.TimeoutExpired:
        process.kill()
        raise
