"""A real gateway in a process of its own, on real brokers, with a small city and a key that both sides know.

``python -m tests.fakes.gatewayprocess`` is the process; :class:`GatewayProcess` starts it, waits for it and kills it.
"""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import httpx

from cityloop.bootstrap import load_catalogue
from cityloop.roles.gateway import run
from config.camerafile import load_camera
from config.catalogue import Catalogue
from config.matters import Calendar
from config.settings import read_settings
from config.sources import Device
from streams.broker.process import free_port
from streams.gateway.keys import Scope
from streams.leash import leash
from tests.fakes.keyring import FakeKeyRing
from tests.fakes.observations import KINDS

KEY = "clk_0123456789ab_" + "k" * 43
FRAMES_KEY = "clk_ba9876543210_" + "f" * 43
"""May push frames, and nothing else."""
CAMERAS = "TEST_CAMERAS"
"""The variable that names the folder of the cameras' files."""
DEVICES = {
    device.id: device
    for device in (
        *(
            Device(
                id=f"sensor/{kind}-{n}",
                adapter="zigbee2mqtt",
                address=f"{kind}-{n}",
                kinds=(kind,),
                name=f"{kind} {n}",
                lon=121.47,
                lat=31.23,
            )
            for kind in ("door", "smoke")
            for n in range(1, 21)
        ),
        Device(id="sensor/lab", adapter="cityloop", address="sensor/lab", kinds=("door",), name="the lab's door", lon=121.47, lat=31.23),
    )
}
"""Twenty doors and twenty smoke alarms behind Zigbee2MQTT, and one device of our own scheme."""


def small_city(folder: str = "") -> Catalogue:
    """A catalogue of nothing but kinds, devices, and the cameras of a folder."""
    cameras = [load_camera(path) for path in sorted(Path(folder).glob("*.yaml"))] if folder else []
    return Catalogue(
        name="test",
        zone="Asia/Shanghai",
        kinds=KINDS,
        categories={},
        standards=(),
        calendar=Calendar(),
        cells={},
        units={},
        people={},
        roster=(),
        responsibilities=(),
        cameras={camera.id: camera for camera in cameras},
        devices=DEVICES,
        rule_files=(),
    )


class GatewayProcess:
    """The gateway as a child process.

    Args:
        kafka: ``host:port`` of the broker of the log.
        mqtt: ``mqtt://host:port``, or empty.
        log: file for its output.
        suffix: of its topics.
        more: further variables of its environment.
    """

    def __init__(self, kafka: str, mqtt: str, log: Path, *, suffix: str = "", **more: str) -> None:
        self.port, self.metrics_port = free_port(), free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = log
        self._environment = {
            **os.environ,
            "CITYLOOP_BROKER": f"kafka://{kafka}",
            "CITYLOOP_MQTT": mqtt,
            "CITYLOOP_GATEWAY_PORT": str(self.port),
            "CITYLOOP_METRICS_PORT": str(self.metrics_port),
            "CITYLOOP_TOPIC_SUFFIX": suffix,
            **more,
        }
        self._process: subprocess.Popen[bytes] | None = None

    def launch(self) -> None:
        """Start it."""
        with self.log.open("ab") as output:
            argv = [sys.executable, "-m", "tests.fakes.gatewayprocess"]
            self._process = subprocess.Popen(
                argv,
                env=self._environment,
                stdout=output,
                stderr=output,
                preexec_fn=leash(signal.SIGKILL),  # noqa: PLW1509  # All that it does is a call of the kernel.
            )

    def start(self, *, seconds: float = 60) -> None:
        """Start it and wait until it is ready."""
        self.launch()
        assert self._process is not None
        deadline = time.monotonic() + seconds
        while True:
            if (ended := self._process.poll()) is not None or time.monotonic() > deadline:
                self.kill()
                raise RuntimeError(f"the gateway did not get ready (exit {ended}):\n{self.log.read_text()[-4000:]}")
            try:
                if httpx.get(f"{self.url}/health/ready", timeout=1).status_code == 200:
                    return
            except httpx.HTTPError:
                pass
            time.sleep(0.05)

    @property
    def running(self) -> bool:
        """Whether the process is alive."""
        return self._process is not None and self._process.poll() is None

    def kill(self) -> None:
        """End it at once, as a power cut would."""
        assert self._process is not None
        self._process.kill()
        self._process.wait()

    def hang_up(self) -> None:
        """Ask it to look at its city again (SIGHUP)."""
        assert self._process is not None
        self._process.send_signal(signal.SIGHUP)

    def stop(self, seconds: float = 20) -> int:
        """Ask it to end; returns its exit code."""
        if self._process is None:
            return 0
        self._process.terminate()
        try:
            return self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill()
            raise


if __name__ == "__main__":
    ring = FakeKeyRing()
    ring.admit(KEY)
    ring.admit(FRAMES_KEY, Scope.FRAMES_WRITE)
    own = read_settings(os.environ)
    run(own, load_catalogue(own) if own.city else small_city(os.environ.get(CAMERAS, "")), ring)
