"""PostgreSQL's own tools: ``pg_dump`` in its custom format, and ``pg_restore`` in one transaction.

Source: https://www.postgresql.org/docs/current/app-pgdump.html. The password goes by the environment, never on a command line,
where every user of the machine could read it.
"""

import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

from sqlalchemy.engine import URL

from config.problem import Problem, ProblemsError

OWNERLESS = ("--no-owner", "--no-privileges")
"""A copy is restored by whoever owns the new database."""


def save(target: URL, file: Path, environment: Mapping[str, str]) -> None:
    """Copy a database into a file.

    Raises:
        ProblemsError: ``pg_dump`` is not installed, or says why it cannot.
    """
    _run("pg_dump", target, environment, "--format=custom", *OWNERLESS, f"--file={file}")


def load(target: URL, file: Path, environment: Mapping[str, str]) -> None:
    """Fill an empty database from a copy, whole or not at all.

    Raises:
        ProblemsError: ``pg_restore`` is not installed, or says why it cannot.
    """
    _run("pg_restore", target, environment, "--exit-on-error", "--single-transaction", *OWNERLESS, str(file.absolute()))


def _run(program: str, target: URL, environment: Mapping[str, str], *arguments: str) -> None:
    found = shutil.which(program, path=environment.get("PATH"))
    if found is None:
        raise ProblemsError(
            [
                Problem(
                    file=program, what="is not installed.", fix="Install PostgreSQL's client (Debian: apt-get install postgresql-client)."
                )
            ]
        )
    # URL.set takes None for "leave it", so the address is made anew, without the password in either of its places.
    address = URL.create("postgresql", target.username, None, target.host, target.port, target.database, target.query)
    secret = target.password or target.query.get("password")
    own = {**environment, **({"PGPASSWORD": str(secret)} if secret else {})}
    command = [found, f"--dbname={address.difference_update_query(['password']).render_as_string()}", "--no-password", *arguments]
    done = subprocess.run(  # noqa: S603  # One of two programs, without a shell; the address is the installation's own setting.
        command, env=own, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        told = "; ".join(line.strip() for line in done.stderr.splitlines() if line.strip()) or f"it ended with {done.returncode}"
        raise ProblemsError([Problem(file=program, what=f"could not do it: {told}.", fix="Nothing was changed; mend it and run it again.")])
