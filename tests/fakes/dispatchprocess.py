"""The real dispatch role in a process of its own, for the town of :mod:`tests.fakes.town`.

``python -m tests.fakes.dispatchprocess`` is the process; :class:`DispatchProcess` starts it, waits for it and kills it.
"""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, Self

import httpx
import msgspec

from cityloop.roles.dispatch import run
from config.settings import Settings, read_settings
from streams.broker.process import free_port
from streams.leash import leash
from tests.fakes.town import UNITS, town

SECRET = "whsec_" + "c2VjcmV0IG9mIHRoZSB0ZXN0cyBvZiBub3RpY2Vz"


class DispatchProcess:
    """Dispatch as a child process.

    Args:
        kafka: ``host:port`` of the broker.
        webhook: where notices go.
        data: folder of its database.
        database: SQLAlchemy URL; empty for SQLite in the folder.
        session_seconds: after how long the broker gives a dead process's partitions to the next; Apache Kafka wants 6 at least.
        changes: other settings.
    """

    def __init__(self, kafka: str, webhook: str, data: Path, database: str = "", session_seconds: float = 3.0, **changes: Any) -> None:
        self.log = data / "dispatch.log"
        self._metrics_port = free_port()
        self.settings = Settings(
            broker=f"kafka://{kafka}", webhook=webhook, webhook_secret=SECRET, data=str(data), database=database,
            session_seconds=session_seconds, metrics_port=self._metrics_port, **changes,
        )  # fmt: skip
        self._environment = os.environ | {
            f"CITYLOOP_{name.upper()}": str(value) for name, value in msgspec.structs.asdict(self.settings).items() if value != ""
        }
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it; it works as soon as it can."""
        with self.log.open("ab") as output:
            argv = [sys.executable, "-m", "tests.fakes.dispatchprocess"]
            self._process = subprocess.Popen(
                argv,
                env=self._environment,
                stdout=output,
                stderr=output,
                preexec_fn=leash(signal.SIGKILL),  # noqa: PLW1509  # All that it does is a call of the kernel.
            )

    def await_ready(self, seconds: float = 60) -> None:
        """Wait until it is ready."""
        deadline = time.monotonic() + seconds
        while not self.is_ready():
            if not self.running or time.monotonic() > deadline:
                raise RuntimeError(f"dispatch did not get ready:\n{self.log.read_text()[-4000:]}")
            time.sleep(0.05)

    def is_ready(self) -> bool:
        """Whether it says so itself."""
        try:
            return httpx.get(f"http://127.0.0.1:{self._metrics_port}/health/ready", timeout=1, trust_env=False).status_code == 200
        except httpx.HTTPError:
            return False

    @property
    def running(self) -> bool:
        """Whether the process is alive."""
        return self._process is not None and self._process.poll() is None

    def kill(self) -> None:
        """End it at once, as a power cut would."""
        assert self._process is not None
        self._process.kill()
        self._process.wait()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        if self.running:
            self.kill()

    def stop(self, seconds: float = 30) -> int:
        """Ask it to end; returns its exit code."""
        if self._process is None:
            return 0
        self._process.send_signal(signal.SIGTERM)
        try:
            return self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill()
            return -9


if __name__ == "__main__":
    units = {unit.id: msgspec.structs.replace(unit, webhook=None) for unit in UNITS.values()}
    run(read_settings(os.environ), town(units=units))
