"""A throw-away PostgreSQL on loopback: a cluster in a temporary folder, started for the tests and removed after them."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from streams.leash import leash

FOLDERS = ("/usr/lib/postgresql/*/bin", "/usr/local/pgsql/bin", "/opt/homebrew/opt/postgresql*/bin")
START_SECONDS, STOP_SECONDS = 30.0, 15.0
MISSING = "PostgreSQL is not installed (Debian: postgresql)"


def find_binaries() -> Path | None:
    """The folder with ``initdb`` and ``postgres``, the newest version; ``None`` where PostgreSQL is not installed."""
    found = [folder for pattern in FOLDERS for folder in Path("/").glob(pattern.lstrip("/")) if (folder / "initdb").exists()]
    return max(found, default=None)


@contextmanager
def postgres_cluster(binaries: Path) -> Iterator[str]:
    """Start a cluster; gives the URL of its server, ending in a stroke, for a database's name to follow.

    PostgreSQL refuses to run as root, so there it runs as the user that Debian made for it.
    """
    user = "postgres" if os.geteuid() == 0 else None
    folder = Path(tempfile.mkdtemp(prefix="cityloop-pg-"))
    if user is not None:
        account = pwd.getpwnam(user)
        os.chown(folder, account.pw_uid, account.pw_gid)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    data = folder / "data"
    try:
        _run(binaries, user, "initdb", "-D", str(data), "-U", "cityloop", "-A", "trust", "-E", "UTF8", "--no-sync", "--locale=C")
        options = ("-p", str(port), "-k", str(folder), "-c", "listen_addresses=127.0.0.1", "-c", "fsync=off", "-c", "max_connections=50")
        with (folder / "log").open("ab") as log:
            server = subprocess.Popen(
                [str(binaries / "postgres"), "-D", str(data), *options],
                user=user,
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=leash(signal.SIGQUIT),  # noqa: PLW1509  # All that it does is a call of the kernel.
            )
        try:
            _await_server(binaries, port, server, folder / "log")
            yield f"postgresql+psycopg://cityloop@127.0.0.1:{port}/"
        finally:
            _end(server)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _await_server(binaries: Path, port: int, server: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    probe = [str(binaries / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(port), "-t", "1"]
    while subprocess.run(probe, check=False).returncode != 0:
        if server.poll() is not None or time.monotonic() > deadline:
            msg = f"PostgreSQL did not start: {log.read_text(errors='replace')}"
            raise RuntimeError(msg)
        time.sleep(0.05)


def _end(server: "subprocess.Popen[bytes]") -> None:
    """Without delay (SIGQUIT), since its files go anyway; its own children end with it."""
    server.send_signal(signal.SIGQUIT)
    try:
        server.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()


def _run(binaries: Path, user: str | None, *arguments: str) -> None:
    done = subprocess.run(
        [str(binaries / arguments[0]), *arguments[1:]], user=user, cwd="/", check=False, text=True,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    if done.returncode != 0:
        msg = f"{arguments[0]} ended with {done.returncode}: {done.stdout}"
        raise RuntimeError(msg)
