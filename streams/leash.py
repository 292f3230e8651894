"""Ties a child process to its parent: whoever is killed cannot stop its children in good order, so the kernel ends them."""

import ctypes
import os
import signal
import sys
import threading
from collections.abc import Callable

_PARENT_DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG of prctl(2).


def leash(number: signal.Signals = signal.SIGTERM) -> Callable[[], None] | None:
    """What a new child is to call before its program runs (``preexec_fn``): it gets the signal when we are gone, however we went.

    ``None`` where that is not to be had: Linux alone knows it, and it means the thread that started the child, so a
    thread other than the main one would take the child along as soon as it ends.
    """
    if sys.platform != "linux" or threading.current_thread() is not threading.main_thread():
        return None
    # Looked up here, since the copy of a process with threads had better not load anything.
    prctl, parent = ctypes.CDLL(None).prctl, os.getpid()

    def tie() -> None:
        prctl(_PARENT_DEATH_SIGNAL, number)
        if os.getppid() != parent:  # It went before we were tied to it.
            os.kill(os.getpid(), number)

    return tie
