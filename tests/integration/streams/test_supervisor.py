"""The supervisor over real processes: restarts, readiness, watchdogs, and an end in good order."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from streams.broker.process import free_port
from streams.supervision import Phase, Policy
from streams.supervisor import Child, Supervisor

QUICK = Policy(first_wait=0.1, longest_wait=0.4, stable=60.0, ready=20.0, grace=1.0)
SLEEPER = (sys.executable, "-c", "import time; time.sleep(60)")


@asynccontextmanager
async def supervised(*children: Child) -> AsyncIterator[Supervisor]:
    supervisor = Supervisor(children)
    running = asyncio.ensure_future(supervisor.run())
    try:
        yield supervisor
    finally:
        supervisor.stop()
        await asyncio.wait_for(running, 30)


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(40):
        while not condition():  # noqa: ASYNC110  # Processes set no events.
            await asyncio.sleep(0.05)


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


async def test_a_killed_child_is_started_again() -> None:
    """A child that dies is another process soon after, and the restart is counted with its reason."""
    async with supervised(Child(name="one", argv=SLEEPER, policy=QUICK)) as supervisor:
        await supervisor.ready(20)
        first = supervisor.pid("one")
        assert first is not None
        os.kill(first, signal.SIGKILL)
        await until(lambda: supervisor.restarts()["one"] == 1 and supervisor.pid("one") not in (None, first))
        assert supervisor.lives()["one"].reason == "ended with -9"


async def test_stopping_ends_every_child() -> None:
    """After the supervisor has stopped no child runs, not even one that does not hear SIGTERM."""
    deaf = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(60)"
    children = [Child(name="good", argv=SLEEPER, policy=QUICK), Child(name="deaf", argv=(sys.executable, "-c", deaf), policy=QUICK)]
    async with supervised(*children) as supervisor:
        await supervisor.ready(20)
        await asyncio.sleep(1)
        pids = [supervisor.pid(child.name) or 0 for child in children]
    assert not any(alive(pid) for pid in pids)
    assert {life.phase for life in supervisor.lives().values()} == {Phase.ENDED}


async def test_ready_is_what_the_child_says(tmp_path: Path) -> None:
    """A child with a readiness URL is ready once that answers 200, and not before."""
    port, page = free_port(), tmp_path / "ready"
    server = (sys.executable, "-m", "http.server", str(port), "--bind", "127.0.0.1", "--directory", str(tmp_path))
    child = Child(name="page", argv=server, ready=f"http://127.0.0.1:{port}/ready", policy=QUICK, log=tmp_path / "log")
    async with supervised(child) as supervisor:
        with pytest.raises(TimeoutError, match=r"Not ready within 1 s: page is starting\."):
            await supervisor.ready(1)
        page.write_text("yes")
        await supervisor.ready(20)
        assert supervisor.restarts() == {"page": 0}
    assert "GET /ready" in (tmp_path / "log").read_text()


async def test_a_child_that_stands_still_is_restarted() -> None:
    """A watchdog's reason ends the child and starts it again, with the reason kept."""
    reasons = iter(["made no progress for 45 s"])

    async def watch() -> str | None:
        await asyncio.sleep(0)
        return next(reasons, None)

    async with supervised(Child(name="one", argv=SLEEPER, watchdog=watch, policy=QUICK)) as supervisor:
        await until(lambda: supervisor.restarts()["one"] == 1)
        assert supervisor.lives()["one"].reason == "made no progress for 45 s"


async def test_environment_is_given_to_the_child(tmp_path: Path) -> None:
    """A child sees our environment and its own additions."""
    told = tmp_path / "told"
    script = f"import os, pathlib, time; pathlib.Path({str(told)!r}).write_text(os.environ['CHILD'] + os.environ['PATH']); time.sleep(60)"
    async with supervised(
        Child(name="one", argv=(sys.executable, "-c", script), environment={**os.environ, "CHILD": "yes:"}, policy=QUICK)
    ):
        await until(lambda: told.exists() and bool(told.read_text()))
    assert told.read_text() == "yes:" + os.environ["PATH"]


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a process that its parent has died")
async def test_children_do_not_outlive_a_killed_supervisor(tmp_path: Path) -> None:
    """When the supervisor itself is killed, its children end too, so that no worker is left without anybody to watch it."""
    note = tmp_path / "pid"
    program = (
        "import asyncio, pathlib, sys\n"
        "from streams.supervisor import Child, Supervisor\n"
        f"child = Child(name='one', argv={SLEEPER!r})\n"
        "async def main():\n"
        "    supervisor = Supervisor([child])\n"
        "    running = asyncio.ensure_future(supervisor.run())\n"
        "    await supervisor.ready(20)\n"
        f"    pathlib.Path({str(note)!r}).write_text(str(supervisor.pid('one')))\n"
        "    await running\n"
        "asyncio.run(main())\n"
    )
    parent = await asyncio.create_subprocess_exec(sys.executable, "-c", program)
    await until(lambda: note.exists() and bool(note.read_text()))
    pid = int(note.read_text())
    assert alive(pid)
    parent.kill()
    await parent.wait()
    await until(lambda: not alive(pid))
