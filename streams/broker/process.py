"""A broker as a child process on a loopback port."""

import contextlib
import socket
import struct
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from streams.leash import leash

HOST = "127.0.0.1"
_STOP_SECONDS = 15.0
_LAST_LINES = 15


class BrokerError(RuntimeError):
    """A broker is not to be had here, or did not start; the message says why and what to do."""


def free_port() -> int:
    """A loopback port that nobody listens on at this moment."""
    with socket.socket() as listener:
        listener.bind((HOST, 0))
        port: int = listener.getsockname()[1]
        return port


def answers(port: int) -> bool:
    """Whether a Kafka broker answers on the port.

    It is asked for its API versions (key 18, version 0), the first thing that every client says: an open port alone
    does not mean that the broker works yet.
    """
    client = b"cityloop"
    request = struct.pack(f">hhih{len(client)}s", 18, 0, 7, len(client), client)
    try:
        with socket.create_connection((HOST, port), timeout=1) as connection:
            connection.sendall(struct.pack(">i", len(request)) + request)
            answer = connection.recv(8)
    except OSError:
        return False
    return len(answer) == 8 and struct.unpack(">ii", answer)[1] == 7


class BrokerProcess:
    """A broker that runs until it is stopped, killed or left as a context manager.

    Args:
        name: what messages call it.
        argv: its command.
        port: the port that it listens on.
        log: file that its output is appended to.
        start_seconds: how long it may take until it answers.
        answers: whether it answers on its port; a Kafka broker is asked for its API versions.
    """

    def __init__(
        self,
        name: str,
        argv: Sequence[str],
        port: int,
        log: Path,
        *,
        start_seconds: float,
        answers: Callable[[int], bool] = answers,
    ) -> None:
        self.port = port
        self._name, self._argv, self._log, self._start_seconds = name, tuple(argv), log, start_seconds
        self._answers = answers
        self._process: subprocess.Popen[bytes] | None = None
        self._start()

    @property
    def address(self) -> str:
        """``host:port`` as Kafka clients want it."""
        return f"{HOST}:{self.port}"

    @property
    def pid(self) -> int:
        """Process id of the running broker.

        Raises:
            BrokerError: it does not run.
        """
        if self._process is None:
            raise BrokerError(f"{self._name} does not run. Call restart().")
        return self._process.pid

    def stop(self) -> None:
        """Ask it to end, and insist after a while; does nothing when it has ended."""
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None

    def kill(self) -> None:
        """End it at once with SIGKILL, as a power cut would."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def wait(self) -> int:
        """Block until the broker ends by itself; returns its exit code."""
        if self._process is None:
            raise BrokerError(f"{self._name} does not run. Call restart().")
        return self._process.wait()

    def restart(self) -> None:
        """Start it again on the same port, after stopping it when it still runs."""
        self.stop()
        self._start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()

    def _start(self) -> None:
        self._log.parent.mkdir(parents=True, exist_ok=True)
        with self._log.open("ab") as output:
            self._process = subprocess.Popen(  # noqa: S603  # Our own fixed command, in a session of its own: Ctrl-C is for us.
                self._argv,
                stdout=output,
                stderr=output,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
                preexec_fn=leash(),  # noqa: PLW1509  # All that it does is a call of the kernel.
            )
        try:
            self._await_answer(self._process)
        except BaseException:
            self.kill()  # Whoever is interrupted here never gets a handle to stop it by.
            raise

    def _await_answer(self, process: "subprocess.Popen[bytes]") -> None:
        deadline = time.monotonic() + self._start_seconds
        while not self._answers(self.port):
            ended = process.poll()
            if ended is not None or time.monotonic() > deadline:
                state = f"ended with {ended}" if ended is not None else f"did not answer within {self._start_seconds:.0f} s"
                raise BrokerError(f"{self._name} {state} on {self.address}. Its last words ({self._log}):\n{self._last_words()}")
            time.sleep(0.05)

    def _last_words(self) -> str:
        with contextlib.suppress(OSError):
            return "\n".join(self._log.read_text(errors="replace").splitlines()[-_LAST_LINES:])
        return ""
