"""Keeps child processes running: restarts with back-off, waits for readiness, watches progress, stops in good order."""

import asyncio
import signal
import time
import urllib.error
import urllib.request
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path

import msgspec
import structlog

from streams.leash import leash
from streams.supervision import Action, Life, Phase, Policy, Seen, decide

_LOOK_SECONDS = 0.2
_READY_TIMEOUT = 1.0

_log = structlog.get_logger(__name__)

Watchdog = Callable[[], Awaitable[str | None]]
"""Tells why a child makes no progress, or ``None`` while it does; asked again and again."""


class Child(msgspec.Struct, frozen=True, kw_only=True):
    """A process to keep running.

    Attributes:
        name: what logs and reports call it.
        argv: its command.
        environment: all its variables; ``None`` gives it ours. Whoever adds some merges them, so that only the door reads the environment.
        ready: URL that answers 200 once it is ready; ``None`` takes it as ready as soon as it has started.
        log: file that its stderr is appended to; ``None`` leaves it on ours.
        watchdog: asked for progress while it runs.
        policy: how patient to be with it.
    """

    name: str
    argv: Sequence[str]
    environment: Mapping[str, str] | None = None
    ready: str | None = None
    log: Path | None = None
    watchdog: Watchdog | None = None
    policy: Policy = Policy()


class _Kept:
    """A child and its process."""

    def __init__(self, child: Child) -> None:
        self.child, self.life = child, Life()
        self.process: asyncio.subprocess.Process | None = None
        self.starts = 0


class Supervisor:
    """Runs children until it is told to stop.

    Args:
        children: what to run; all are started together.
    """

    def __init__(self, children: Sequence[Child]) -> None:
        self._kept = {child.name: _Kept(child) for child in children}
        self._stop = asyncio.Event()

    async def run(self) -> None:
        """Supervise until :meth:`stop`, then end every child; a cancellation ends them too."""
        keeping = [asyncio.ensure_future(self._keep(kept)) for kept in self._kept.values()]
        try:
            await asyncio.gather(*keeping)
        except asyncio.CancelledError:
            self.stop()
            await asyncio.gather(*(self._keep(kept) for kept in self._kept.values()))
            raise

    def stop(self) -> None:
        """Ask every child to end; :meth:`run` returns when all have."""
        self._stop.set()

    def lives(self) -> dict[str, Life]:
        """The state of each child."""
        return {name: kept.life for name, kept in self._kept.items()}

    def restarts(self) -> dict[str, int]:
        """How many times each child was started again."""
        return {name: max(kept.starts - 1, 0) for name, kept in self._kept.items()}

    def pid(self, name: str) -> int | None:
        """Process id of a child, or ``None`` while it does not run."""
        process = self._kept[name].process
        return process.pid if process is not None and process.returncode is None else None

    async def ready(self, seconds: float) -> None:
        """Wait until every child is ready.

        Raises:
            TimeoutError: with the children that are not, and why they were restarted.
        """
        deadline = time.monotonic() + seconds
        while waiting := {name: life for name, life in self.lives().items() if life.phase is not Phase.RUNNING}:
            if time.monotonic() > deadline:
                told = ", ".join(
                    f"{name} is {life.phase.value}{f' ({life.reason})' if life.reason else ''}" for name, life in waiting.items()
                )
                raise TimeoutError(f"Not ready within {seconds:g} s: {told}.")
            await asyncio.sleep(_LOOK_SECONDS)

    async def _keep(self, kept: _Kept) -> None:
        while kept.life.phase is not Phase.ENDED:
            seen = await self._look(kept)
            before = kept.life
            kept.life, action = decide(kept.life, seen, time.monotonic(), kept.child.policy)
            if kept.life.phase is Phase.WAITING and before.phase is not Phase.WAITING:
                _log.warning("child.restarts", child=kept.child.name, reason=kept.life.reason, in_seconds=kept.life.wait)
            await self._act(kept, action)
            if kept.life.phase is not Phase.ENDED:
                await self._pause()

    async def _pause(self) -> None:
        """Until the next look, or less when the supervisor is told to stop meanwhile."""
        if self._stop.is_set():
            await asyncio.sleep(_LOOK_SECONDS / 4)
            return
        try:
            async with asyncio.timeout(_LOOK_SECONDS):
                await self._stop.wait()
        except TimeoutError:
            return

    async def _look(self, kept: _Kept) -> Seen:
        child, phase = kept.child, kept.life.phase
        code = kept.process.returncode if kept.process is not None else None
        ready, stuck = False, None
        if phase is Phase.STARTING and code is None:
            ready = child.ready is None or await asyncio.to_thread(_answers, child.ready)
        if phase is Phase.RUNNING and child.watchdog is not None and not self._stop.is_set():
            stuck = await child.watchdog()
        return Seen(exit_code=code if phase is not Phase.WAITING else None, ready=ready, stuck=stuck, stop=self._stop.is_set())

    async def _act(self, kept: _Kept, action: Action) -> None:
        if action is Action.START:
            kept.process = await _start(kept.child)
            kept.starts += 1
            _log.info("child.started", child=kept.child.name, pid=kept.process.pid)
        elif action is not Action.NONE and kept.process is not None and kept.process.returncode is None:
            kept.process.send_signal(signal.SIGTERM if action is Action.TERMINATE else signal.SIGKILL)


async def _start(child: Child) -> asyncio.subprocess.Process:
    environment = child.environment
    # A session of its own: Ctrl-C on the terminal is for us, and we end the children in our own order.
    dies_with_us = leash()
    if child.log is None:
        return await asyncio.create_subprocess_exec(*child.argv, env=environment, preexec_fn=dies_with_us, start_new_session=True)
    with child.log.open("ab") as log:
        return await asyncio.create_subprocess_exec(
            *child.argv, env=environment, stderr=log, preexec_fn=dies_with_us, start_new_session=True
        )


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=_READY_TIMEOUT) as answer:  # noqa: S310  # A URL of our own child.
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False
