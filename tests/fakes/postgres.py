"""A throw-away PostgreSQL on loopback: a cluster in a temporary folder, started for the tests and removed after them."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

FOLDERS = ("/usr/lib/postgresql/*/bin", "/usr/local/pgsql/bin", "/opt/homebrew/opt/postgresql*/bin")
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
        options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c fsync=off -c max_connections=50"
        _run(binaries, user, "pg_ctl", "-D", str(data), "-l", str(folder / "log"), "-w", "-o", options, "start")
        try:
            yield f"postgresql+psycopg://cityloop@127.0.0.1:{port}/"
        finally:
            _run(binaries, user, "pg_ctl", "-D", str(data), "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _run(binaries: Path, user: str | None, *arguments: str) -> None:
    done = subprocess.run(
        [str(binaries / arguments[0]), *arguments[1:]], user=user, cwd="/", check=False, text=True,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE if arguments[0] == "initdb" else subprocess.DEVNULL, stderr=subprocess.STDOUT,
    )  # fmt: skip
    if done.returncode != 0:
        msg = f"{arguments[0]} ended with {done.returncode}: {done.stdout}"
        raise RuntimeError(msg)
