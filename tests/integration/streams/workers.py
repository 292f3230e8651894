"""Two engine processes, each started again whenever it has ended."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Self

import msgspec

from config.settings import Settings
from streams.leash import leash

_ROOT = Path(__file__).resolve().parents[3]
_PATIENCE_SECONDS = 25
_EXPLAIN_SECONDS = 3


class Workers:
    """Engine processes ``a`` and ``b``, as long as they belong to the group.

    Attributes:
        deaths: who ended by itself, and its exit code; 999: it did not end when it was asked to.
    """

    def __init__(self, settings: Settings, workload: str, folder: Path, names: str = "ab") -> None:
        self._argv = (sys.executable, "-m", "tests.integration.streams.worker_process", workload)
        self._settings, self._folder = settings, folder
        self.deaths: list[tuple[str, int]] = []
        self._processes = {name: self._start(name) for name in names}

    def signal(self, name: str, number: int) -> None:
        """Send a signal to one of them, unless it has ended or left."""
        process = self._processes.get(name)
        if process is not None and process.poll() is None:
            process.send_signal(number)

    def explain(self) -> None:
        """Let each write into its log what its threads and coroutines are doing: the worker's own answer to SIGUSR1."""
        for name in tuple(self._processes):
            self.signal(name, signal.SIGUSR1)
        time.sleep(_EXPLAIN_SECONDS)

    def join(self, name: str) -> None:
        """Start one that is not there."""
        if name not in self._processes:
            self._processes[name] = self._start(name)

    def leave(self, name: str) -> None:
        """Wait for the end of one, which does not come back; one that does not end is killed, and that is noted."""
        process = self._processes.pop(name, None)
        if process is None:
            return
        try:
            process.wait(_PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            self.deaths.append((name, 999))
            process.kill()
            process.wait()

    def restart(self, name: str) -> None:
        """Wait for the end of one and start it again."""
        self.leave(name)
        self.join(name)

    def revive(self) -> None:
        """Start again whichever has ended by itself, as the supervisor would."""
        for name, process in self._processes.items():
            if process.poll() is not None:
                self.deaths.append((name, process.returncode))
                self._processes[name] = self._start(name)

    def stop(self) -> None:
        """Kill all."""
        for process in self._processes.values():
            process.kill()
            process.wait()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.stop()

    def _start(self, name: str) -> subprocess.Popen[bytes]:
        given = {f"CITYLOOP_{field.upper()}": str(value) for field, value in msgspec.structs.asdict(self._settings).items()}
        environment = {**os.environ, **given, "CITYLOOP_DATA": str(self._folder / name)}
        with (self._folder / f"worker-{name}.log").open("ab") as log:
            return subprocess.Popen(
                self._argv,
                cwd=_ROOT,
                env=environment,
                stdout=log,
                stderr=log,
                preexec_fn=leash(signal.SIGKILL),  # noqa: PLW1509  # All that it does is a call of the kernel.
            )
