"""All roles on one machine: a supervised process each, with its settings, its page of metrics and its log."""

import asyncio
import os
import signal
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path

import msgspec

from cityloop.bootstrap import Role, environment_of, load_catalogue
from cityloop.ports import server_port
from config.settings import Settings
from streams.broker.embedded import start_embedded
from streams.supervision import Life, Phase, Policy
from streams.supervisor import Child, Supervisor
from streams.telemetry import configure_logging

HOPELESS = 3
"""A role that failed so often in a row while it was waited for will not get ready by waiting."""
LAST_LINES = 5
LOOK_SECONDS = 0.1
POLICY = Policy(ready=90.0, longest_wait=10.0)


class InstallationError(RuntimeError):
    """A role did not become ready; the message says which, why, and where its log is."""


def child_of(role: Role, settings: Settings, metrics_port: int, log: Path | None) -> Child:
    """How a role is started: this very interpreter, with the settings in the environment."""
    own = msgspec.structs.replace(settings, metrics_port=metrics_port)
    return Child(
        name=role.value,
        argv=(sys.executable, "-m", "cityloop", "run", role.value),
        environment={**os.environ, **environment_of(own)},
        ready=f"http://{settings.host}:{metrics_port}/health/ready",
        log=log,
        policy=POLICY,
    )


class Installation:
    """The roles of one installation. Each has a supervisor of its own, so that it can be stopped before the others.

    Args:
        settings: of every role; the broker must be named.
        logs: folder for the roles' logs; ``None`` leaves them on stderr.
        roles: which.
    """

    def __init__(self, settings: Settings, logs: Path | None = None, roles: Sequence[Role] = tuple(Role)) -> None:
        self._settings, self._logs = settings, logs
        self._ports: Mapping[Role, int] = {role: server_port(settings.host) for role in roles}
        self._supervisors = {role: Supervisor([child_of(role, settings, port, self.log_of(role))]) for role, port in self._ports.items()}
        self._running: dict[Role, asyncio.Task[None]] = {}

    def log_of(self, role: Role) -> Path | None:
        """Where a role's log is."""
        return None if self._logs is None else self._logs / f"{role.value}.log"

    def metrics_url(self, role: Role) -> str:
        """A role's page of metrics."""
        return f"http://{self._settings.host}:{self._ports[role]}/metrics"

    def start(self) -> None:
        """Start every role; needs a running event loop."""
        self._running = {role: asyncio.create_task(supervisor.run(), name=role.value) for role, supervisor in self._supervisors.items()}

    async def ready(self, roles: Sequence[Role], seconds: float, stop: asyncio.Event | None = None) -> None:
        """Wait until roles are ready, or until ``stop`` is set.

        Raises:
            InstallationError: one of them is not after so many seconds, or fails again and again.
        """
        deadline = time.monotonic() + seconds
        while waiting := [role for role in roles if self._life(role).phase is not Phase.RUNNING]:
            if stop is not None and stop.is_set():
                return
            for role in waiting:
                if time.monotonic() > deadline or self._life(role).failures >= HOPELESS:
                    raise InstallationError(self.trouble(role))
            await asyncio.sleep(LOOK_SECONDS)

    def trouble(self, role: Role) -> str:
        """What is known about a role that does not work."""
        life, log = self._life(role), self.log_of(role)
        told = f"The role {role.value} is {life.phase.value}" + (f" ({life.reason})" if life.reason else "") + "."
        return told if log is None else f"{told} Its log is {log}; the last lines:\n{last_lines(log)}"

    async def stop(self, roles: Sequence[Role]) -> None:
        """Stop roles in good order; those that are stopped already are left alone."""
        chosen = [role for role in roles if role in self._running]
        for role in chosen:
            self._supervisors[role].stop()
        await asyncio.gather(*(self._running.pop(role) for role in chosen))

    def restarts(self) -> dict[Role, int]:
        """How often each role had to be started again."""
        return {role: sum(supervisor.restarts().values()) for role, supervisor in self._supervisors.items()}

    async def watch(self, tell: Callable[[str], None]) -> None:
        """Tell of every restart, until cancelled."""
        known = self.restarts()
        while True:
            await asyncio.sleep(1)
            now = self.restarts()
            for role in (role for role, times in now.items() if times > known[role]):
                tell(f"the role {role.value} was started again: {self.trouble(role)}")
            known = now

    def _life(self, role: Role) -> Life:
        return self._supervisors[role].lives()[role.value]


def last_lines(log: Path, number: int = LAST_LINES) -> str:
    """The end of a log; nothing where there is none."""
    try:
        return "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-number:])
    except OSError:
        return ""


def run_all(settings: Settings, tell: Callable[[str], None]) -> None:
    """Run every role under supervision until SIGTERM or SIGINT; starts the embedded broker where the settings say so.

    Raises:
        ProblemsError: the city cannot be read.
        BrokerError: the embedded broker could not be started.
    """
    configure_logging(settings.log_level, "all")
    load_catalogue(settings)
    with ExitStack() as stack:
        if settings.broker == "embedded":
            broker = stack.enter_context(start_embedded())
            settings = msgspec.structs.replace(settings, broker=f"kafka://{broker.address}")
            tell(f"embedded broker on {broker.address}: it forgets everything with its process")
        asyncio.run(_run_all(settings, tell))


async def _run_all(settings: Settings, tell: Callable[[str], None]) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    installation = Installation(settings)
    installation.start()
    watching = asyncio.create_task(installation.watch(tell))
    try:
        await stop.wait()
    finally:
        watching.cancel()
        await installation.stop(list(Role))
