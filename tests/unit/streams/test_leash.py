"""A child on a leash ends with its parent."""

import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable

import psutil
import pytest

from streams.leash import leash

PARENT = """
import signal, subprocess, time
from streams.leash import leash
print(subprocess.Popen(["sleep", "60"], preexec_fn=leash(signal.SIGKILL)).pid, flush=True)
time.sleep(60)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child of its parent's end")
def test_a_killed_parent_takes_its_child_along() -> None:
    """After SIGKILL of the parent, which has no time for anything, the child is gone too."""
    with subprocess.Popen([sys.executable, "-c", PARENT], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        child = psutil.Process(int(parent.stdout.readline()))
        try:
            assert child.is_running()
            parent.kill()
            parent.wait()
            deadline = time.monotonic() + 5
            while child.is_running() and child.status() != psutil.STATUS_ZOMBIE and time.monotonic() < deadline:
                time.sleep(0.02)
            assert not child.is_running() or child.status() == psutil.STATUS_ZOMBIE
        except psutil.NoSuchProcess:
            return
        finally:
            parent.kill()


def test_a_thread_gives_no_leash() -> None:
    """In a thread other than the main one there is none: the child would end with the thread."""
    found: list[Callable[[], None] | None] = []
    thread = threading.Thread(target=lambda: found.append(leash(signal.SIGTERM)))
    thread.start()
    thread.join()
    assert found == [None]
